/** How a check came out. `unknown`: it could not be made, which is never taken for good. */
export type CheckState = "ok" | "warning" | "failure" | "unknown";

export interface Check {
  /** What it is about: `machine`, `inventory`, `hosts`, or `cluster/NAME`. */
  readonly scope: string;
  /** The same in every run, for programs: `node-version`. */
  readonly id: string;
  readonly state: CheckState;
  readonly message: string;
  /** What to type or do; null where nothing is to be done. */
  readonly advice: string | null;
  /** All that the message names some of; left out: it names none. */
  readonly items?: readonly string[];
}

export interface Checkup {
  readonly format: "dtsync-doctor/1";
  readonly checks: readonly Check[];
  readonly summary: Readonly<Record<CheckState, number>>;
}

/** Checks of one scope. */
export function checksOf(scope: string) {
  const make =
    (state: CheckState) =>
    (id: string, message: string, advice: string | null = null, items: readonly string[] = []): Check => ({
      ...{ scope, id, state, message, advice },
      ...(items.length === 0 ? {} : { items }),
    });
  return { ok: make("ok"), warning: make("warning"), failure: make("failure"), unknown: make("unknown") };
}

export function checkup(checks: readonly Check[]): Checkup {
  const count = (state: CheckState): number => checks.filter((check) => check.state === state).length;
  return {
    format: "dtsync-doctor/1",
    checks,
    summary: { ok: count("ok"), warning: count("warning"), failure: count("failure"), unknown: count("unknown") },
  };
}
