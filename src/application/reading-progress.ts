import { printableLine } from "../lib/printable.ts";
import type { Wanted } from "../observe/observe.ts";
import type { ReadingEvents } from "../observe/reading-events.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";
import { showProgress } from "./progress/show-progress.ts";
import { createTally } from "./progress/tally.ts";

/** Follows the reading of clusters and hosts while it happens. */
export interface FollowedReading {
  readonly events: ReadingEvents;
  close(): void;
}

/** Items that are named with the same problem, which then is most likely not theirs: such as a key that is missing here. */
const mostAlike = 10;

/** Counts of clusters and hosts on standard error, and there as it happens what could not be read. */
export function readingProgress(
  { clusters, hosts }: Pick<Wanted, "clusters" | "hosts">,
  options: Pick<CommonOptions, "progress" | "color">,
  context: Pick<Context, "output" | "terminal" | "signal" | "clock" | "openRegion">,
): FollowedReading {
  const tallies = {
    cluster: createTally("clusters", clusters.length),
    host: createTally("hosts", hosts.length),
  };
  const problems = new Map<string, number>();
  const now = () => context.clock.elapsed();
  const shown = showProgress(
    {
      stage: "reading",
      tallies: [...(clusters.length > 0 ? [tallies.cluster] : []), ...(hosts.length > 0 ? [tallies.host] : [])],
      leavesCounts: false,
    },
    options,
    context,
  );
  return {
    events: {
      started: ({ kind, name }) => tallies[kind].started(`${kind}/${name}`, now()),
      waits: ({ kind, name }) => tallies[kind].waits(`${kind}/${name}`),
      ended({ kind, name }, problem) {
        tallies[kind].ended(`${kind}/${name}`, problem === null ? "made" : "failure", now());
        // What an interrupt cut off is no failure.
        if (problem === null || context.signal.aborted) return;
        const alike = (problems.get(problem) ?? 0) + 1;
        problems.set(problem, alike);
        if (alike > mostAlike) return;
        const more = alike === mostAlike ? " (the same of others is only counted here)" : "";
        const line = `${kind}/${printableLine(name)}: ${printableLine(problem)}${more}`;
        shown.failure((paint) => `${paint("yellow", "not read".padEnd(9))} ${line}`);
      },
    },
    close: shown.close,
  };
}
