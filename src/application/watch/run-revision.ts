import { type DtsyncError, exitCodes } from "../../errors.ts";
import { linkSignals } from "../../lib/linked-signal.ts";
import type { Inventory } from "../../model/inventory.ts";
import { warningLines } from "../../report/warning-lines.ts";
import type { RunEnd } from "../../watch/judge-run.ts";
import { applyReport } from "../apply-report.ts";
import { type CarryOutOptions, carryOut } from "../carry-out.ts";
import type { Context } from "../context.ts";
import { applyExitCode, readingExitCode } from "../exit-codes.ts";
import { followedRun } from "../followed-run.ts";
import { loadDeclared } from "../load-declared.ts";
import { lockClusters } from "../lock-clusters.ts";
import { makePlan } from "../make-plan.ts";
import { hostConnections } from "../open-ssh.ts";
import type { Lease } from "./cluster-lease.ts";
import type { LeasePlace } from "./open-lease.ts";

export interface RunRevisionOptions extends CarryOutOptions {
  /** Whether the plan is carried out as far as the guards let it. */
  readonly apply: boolean;
  /** What keeps watches of other machines from changing anything meanwhile; null: nothing does. */
  readonly lease: LeasePlace | null;
}

/** Entries of the log for one invalid inventory. */
const mostFaults = 20;

/**
 * Plans an inventory, and carries the plan out where that is asked for: by the functions of `dtsync plan` and `dtsync apply`.
 * Throws DtsyncError for what keeps such a command from going on.
 */
export async function runRevision(options: RunRevisionOptions, context: Context): Promise<RunEnd> {
  const { inventory, diagnostics } = await loadDeclared(options, context);
  if (inventory === null) {
    const faults = diagnostics.filter(({ severity }) => severity === "error");
    for (const { file, line, column, message, hint, rule } of faults.slice(0, mostFaults))
      context.log.error("the inventory has a fault", () => ({ file, line, column, rule, reason: message, hint }));
    const [first] = faults;
    const where = first === undefined ? "" : `: ${first.file}:${first.line} ${first.message}`;
    const failure = `the inventory has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}${where}`;
    return { exitCode: exitCodes.invalid, plan: null, report: null, failure };
  }
  for (const line of warningLines(diagnostics)) context.log.warn(line);
  if (!options.apply) return planOnly(inventory, options, context);
  const lock = await lockClusters(null, inventory, options, context);
  try {
    return await applyRevision(inventory, options, context);
  } finally {
    lock.release();
  }
}

async function planOnly(inventory: Inventory, options: RunRevisionOptions, context: Context): Promise<RunEnd> {
  const connections = hostConnections({ configFile: options.sshConfig, forChanges: false }, context);
  const { plan } = await makePlan(inventory, options, context, connections).finally(connections.close);
  return { exitCode: readingExitCode(plan), plan, report: null, failure: null };
}

async function applyRevision(inventory: Inventory, options: RunRevisionOptions, given: Context): Promise<RunEnd> {
  const { context, longest, close } = followedRun(options.journal, given);
  const connections = hostConnections({ configFile: options.sshConfig, forChanges: true }, context);
  try {
    const { plan, input } = await makePlan(inventory, options, context, connections);
    const approved = { plan, inventory, hosts: input.hosts, observed: input.observed };
    const outcome = await withLease(options, inventory, context, (superseded, takeLease) => {
      const begin = async () => {
        await takeLease();
        longest.changesBegin();
      };
      return carryOut(approved, { ...options, superseded }, context, connections, begin);
    });
    const report = applyReport(approved, outcome, longest, options, context);
    const { guards, results } = outcome;
    const ending = { skipStale: true, interrupted: context.signal.aborted };
    const exitCode = guards.length > 0 ? exitCodes.refused : applyExitCode(plan, results, ending);
    const failure = guards.length > 0 ? `refused by ${guards.map(({ guard }) => guard).join(", ")}` : null;
    return { exitCode, plan, report, failure };
  } finally {
    connections.close();
    close();
  }
}

/**
 * Some work that takes the lease when it begins, where there is one. What came first has been planned by then, and is compared
 * with the clusters once more before it is changed. Without the lease no wave follows.
 */
async function withLease<T>(
  { lease: place, allowCommands, superseded }: RunRevisionOptions,
  inventory: Inventory,
  context: Context,
  work: (superseded: AbortSignal | undefined, begin: () => Promise<void>) => Promise<T>,
): Promise<T> {
  if (place === null) return work(superseded, async () => undefined);
  const lost = new AbortController();
  const ends = linkSignals([lost.signal, ...(superseded === undefined ? [] : [superseded])]);
  let lease: Lease | null = null;
  const begin = async () => {
    const { openLease } = await import("./open-lease.ts");
    lease = await openLease(place, { inventory, allowCommands }, context, () => lost.abort());
  };
  try {
    return await work(ends.signal, begin);
  } finally {
    ends.close();
    await (lease as Lease | null)?.release();
  }
}

/** What kept a run from being done, as its end. */
export const failedRun = ({ exitCode, message, hint }: DtsyncError): RunEnd => ({
  exitCode,
  plan: null,
  report: null,
  failure: hint === null ? message : `${message} (${hint})`,
});
