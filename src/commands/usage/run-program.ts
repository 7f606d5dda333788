import { type Command, CommanderError } from "commander";

/** Only these need what help is made of, which every start would have to load. */
const asksForHelp: ReadonlySet<string> = new Set(["--help", "-h"]);

/**
 * Runs the command that the words name. Throws a DtsyncError for words that no command takes, with a hint where its options
 * are described; help and version are printed and end without one.
 */
export async function runProgram(program: Command, words: readonly string[]): Promise<void> {
  try {
    if (words.length === 0 || words.some((word) => asksForHelp.has(word))) {
      const { describeProgram } = await import("./help-layout.ts");
      describeProgram(program);
    }
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const { explainUsage } = await import("./explain-usage.ts");
    throw explainUsage(error, program, words);
  }
}
