import { DtsyncError, exitCodes } from "../errors.ts";
import type { Prompt } from "./context.ts";
import { wrapText } from "./wrap-text.ts";

/**
 * Asks a question. Only "yes" is yes; the end of the input is a no. Throws with the exit code of an interrupt for Ctrl-C and
 * for a signal.
 */
export async function ask(question: string, { input, output }: Prompt, signal: AbortSignal): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  const asker = createInterface({ input, output });
  let interrupted = false;
  // While it asks, it takes Ctrl-C as a key, which does not arrive as a signal then.
  asker.once("SIGINT", () => {
    interrupted = true;
    asker.close();
  });
  // A terminal that is closed while it asks says nothing more.
  asker.on("error", () => asker.close());
  const closed = new Promise<string>((resolve) => asker.once("close", () => resolve("")));
  const answer = await Promise.race([
    asker
      .question(`${wrapText(`${question} Only "yes" goes on:`, output.columns ?? null)} `, { signal })
      .catch(() => ""),
    closed,
  ]);
  asker.close();
  if (interrupted || signal.aborted) {
    throw new DtsyncError("interrupted, nothing was done", { exitCode: exitCodes.interrupted });
  }
  return answer.trim() === "yes";
}
