import { ask } from "./ask.ts";
import type { Prompt } from "./context.ts";

/** Asks whether changes are made. Throws what `ask` throws. */
export const confirm = (changes: number, prompt: Prompt, signal: AbortSignal): Promise<boolean> =>
  ask(`\nMake ${changes === 1 ? "this change" : `these ${changes} changes`}?`, prompt, signal);
