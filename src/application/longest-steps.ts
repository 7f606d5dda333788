import type { BeginStep, Clock } from "../ports.ts";

/** The step that took longest on a host. */
export interface LongestStep {
  readonly step: string;
  readonly ms: number;
}

export interface LongestSteps {
  readonly begin: BeginStep;
  /** From now on hosts are changed: how long it took to look at them for the plan does not count. */
  changesBegin(): void;
  /** Undefined: nothing was done there. */
  of(host: string): LongestStep | undefined;
}

/** Keeps of each host which step took longest. */
export function longestSteps(clock: Pick<Clock, "elapsed">): LongestSteps {
  const longest = new Map<string, LongestStep>();
  return {
    begin: ({ host, step }) => {
      const began = clock.elapsed();
      return () => {
        const ms = Math.round(clock.elapsed() - began);
        if (ms > (longest.get(host)?.ms ?? -1)) longest.set(host, { step, ms });
      };
    },
    changesBegin: () => longest.clear(),
    of: (host) => longest.get(host),
  };
}
