import type { Context } from "../context.ts";
import { programRunner } from "../run-program.ts";

const limits = { timeout: 10_000, output: 10_000 };

/** What a program prints of its version; null: it cannot be run. */
export async function versionOf(command: readonly string[], context: Context): Promise<string | null> {
  const outcome = await programRunner(context)(command, { directory: "/", variables: context.variables, limits });
  return outcome.status === "done" ? outcome.output.trim() : null;
}
