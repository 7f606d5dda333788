import { type Paint, painter } from "../../lib/printable.ts";
import type { Context } from "../context.ts";
import type { CommonOptions } from "../options.ts";
import { countLines, type ProgressState, progressLine, progressRegion } from "./progress-text.ts";
import type { EnvironmentCounts } from "./rollout-tally.ts";
import type { Tally } from "./tally.ts";

/** What the progress of a stage is about. */
export interface ProgressOf {
  /** What is done, for example `reading`. */
  readonly stage: string;
  readonly tallies: readonly Tally[];
  /** Of hosts by their environments. */
  readonly environments?: () => readonly EnvironmentCounts[];
  /** Whether the counts stay on a terminal when it ends. */
  readonly leavesCounts: boolean;
}

export interface ShownProgress {
  /** Says at once that something failed: one line, with its name and the reason. */
  failure(line: (paint: Paint) => string): void;
  close(): void;
}

/** Milliseconds between two lines where there is no terminal. */
const lineEvery = 10_000;
/** Failures that are named while it runs. The result has all of them. */
const mostFailures = 100;

/**
 * Shows tallies on standard error while they change: live on a terminal, and elsewhere as a line every 10 seconds. With
 * `--no-progress` nothing is shown.
 */
export function showProgress(
  { stage, tallies, environments = () => [], leavesCounts }: ProgressOf,
  options: Pick<CommonOptions, "progress" | "color">,
  {
    output,
    terminal,
    signal,
    clock,
    openRegion,
  }: Pick<Context, "output" | "terminal" | "signal" | "clock" | "openRegion">,
): ShownProgress {
  if (!options.progress) return { failure: () => undefined, close: () => undefined };
  const paint = painter(options.color && terminal.errors);
  const say = (line: string) => output.err(`${line}\n`);
  const state = (): ProgressState => {
    const now = clock.elapsed();
    const counts = tallies.map(({ counts }) => counts(now));
    return { stage, counts, environments: environments(), interrupted: signal.aborted };
  };
  const region = openRegion((columns) => progressRegion(state(), paint, columns));
  let lines = 0;
  const stopLines =
    region === null
      ? clock.every(lineEvery, () => {
          lines += 1;
          say(progressLine(state()));
        })
      : () => undefined;
  let failures = 0;
  return {
    failure(line) {
      failures += 1;
      if (failures <= mostFailures) say(line(paint));
      if (failures === mostFailures) say(`${stage}: ${mostFailures} failures so far, more are only counted here`);
    },
    close() {
      stopLines();
      region?.close();
      if (region !== null && leavesCounts) say(countLines(state().counts, paint).join("\n"));
      if (lines > 0) say(progressLine(state()));
    },
  };
}
