import type { ReadingProgress } from "../observe/observe.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";

/** What is being read, on one line that is replaced, and only where somebody watches. */
export function readingProgress(
  options: Pick<CommonOptions, "progress">,
  { output, terminal }: Pick<Context, "output" | "terminal">,
): { update(progress: ReadingProgress): void; close(): void } {
  if (!options.progress || !terminal.errors) return { update: () => undefined, close: () => undefined };
  return {
    update: ({ clusters, hosts }) =>
      output.err(`\r\u001b[2KReading: clusters ${clusters.done}/${clusters.total}, hosts ${hosts.done}/${hosts.total}`),
    close: () => output.err("\r\u001b[2K"),
  };
}
