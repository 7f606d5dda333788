import { applyReport } from "../application/apply-report.ts";
import { carryOut } from "../application/carry-out.ts";
import type { Context } from "../application/context.ts";
import { applyExitCode } from "../application/exit-codes.ts";
import { type FollowedRun, followedRun } from "../application/followed-run.ts";
import { openKeptReport } from "../application/kept-report.ts";
import { loadForRun } from "../application/load-or-print.ts";
import { lockClusters } from "../application/lock-clusters.ts";
import { notifiedRun, type RunDocuments } from "../application/notified-run.ts";
import { type HostConnections, hostConnections } from "../application/open-ssh.ts";
import { type OutputFiles, openOutputs } from "../application/output-files.ts";
import { planAndConfirm } from "../application/plan-and-confirm.ts";
import { readPlanFile } from "../application/plan-file.ts";
import { printPlanFaults } from "../application/print-plan-faults.ts";
import { readRetry, retryRefusal } from "../application/read-retry.ts";
import { repositoryPath } from "../application/repository-path.ts";
import { shareClusters } from "../application/share-clusters.ts";
import { takeReviewed } from "../application/take-reviewed.ts";
import { checkJournal } from "../application/use-journal.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Guard, Plan } from "../model/plan.ts";
import type { ApplyReport, ChangeResult } from "../model/result.ts";
import { renderApplyMarkdown } from "../report/apply-markdown.ts";
import { applyReports } from "../report/apply-reports.ts";
import { renderApplyText } from "../report/apply-text.ts";
import { renderJson } from "../report/plan-reports.ts";
import { noCache } from "../state/cache-folder.ts";
import type { ApplyOptions } from "./options/apply-options.ts";

/** Makes clusters and hosts as declared: what a plan file chooses, or a fresh plan after asking. */
export const apply = (options: ApplyOptions, context: Context): Promise<ExitCode> =>
  notifiedRun("apply", options.notify, context, (made) => applyOnce(options, context, made));

type Made = (documents: RunDocuments) => void;

async function applyOnce(options: ApplyOptions, context: Context, made: Made): Promise<ExitCode> {
  const reports = options.report.map(({ file }) => file);
  const outputs = await openOutputs(reports, context, { keep: options.retry });
  const retried = options.retry === null ? null : readRetry(options.retry, context);
  if (retried !== null && "faults" in retried) {
    const refusal = retryRefusal(options.retry ?? "");
    return printPlanFaults({ ...refusal, exitCode: exitCodes.invalid, ...retried }, options, context);
  }
  if (options.journal !== null) checkJournal(options.journal);
  const reviewed = options.planFile === null ? null : readPlanFile(options.planFile);
  if (reviewed !== null && "faults" in reviewed) {
    const message = `${options.planFile} is not a plan that this version can apply`;
    const hint = "make one with dtsync plan --out FILE";
    return printPlanFaults({ message, hint, exitCode: exitCodes.invalid, ...reviewed }, options, context);
  }
  // What changes something reads every file for itself.
  const loaded = await loadForRun("apply", outputs, options, noCache, context);
  if (loaded === null) return exitCodes.invalid;
  const inventory = shareClusters(loaded, options.shard);
  const plan = reviewed?.plan ?? null;
  const lock = await lockClusters(plan, inventory, options, context);
  try {
    const followed = followedRun(options.journal, context);
    const connections = hostConnections({ configFile: options.sshConfig, forChanges: true }, followed.context);
    const given = { plan, left: retried?.left ?? null, connections };
    return await applyAlone(given, inventory, outputs, options, followed, made).finally(connections.close);
  } finally {
    lock.release();
  }
}

/** What an apply is about besides the inventory. */
interface Given {
  /** One that was reviewed; null: a fresh one is made. */
  readonly plan: Plan | null;
  /** What an earlier apply left; null: everything in scope. */
  readonly left: readonly ChangeResult[] | null;
  readonly connections: HostConnections;
}

async function applyAlone(
  { plan, left, connections }: Given,
  inventory: Inventory,
  outputs: OutputFiles,
  options: ApplyOptions,
  { context, longest }: FollowedRun,
  made: Made,
): Promise<ExitCode> {
  const taken = plan
    ? await takeReviewed(plan, inventory, options, context, connections)
    : { approved: await planAndConfirm(inventory, options, context, connections, left) };
  if ("contradictions" in taken) {
    const message = "the plan asks for what the inventory does not declare, so nothing was done";
    const hint = "plan again: a plan file chooses among the changes that the inventory asks for";
    const { contradictions: faults } = taken;
    return printPlanFaults({ message, hint, exitCode: exitCodes.stale, faults }, options, context);
  }
  const { approved } = taken;
  const kept = openKeptReport(options, context);
  const begin = () => {
    longest.changesBegin();
    return kept.begin();
  };
  const outcome = await carryOut(approved, options, context, connections, begin);
  const { guards, results } = outcome;
  const report = applyReport(approved, outcome, longest, options, context);
  made({ plan: approved.plan, report });
  context.output.out(render(report, options, options.color && context.terminal.output));
  await kept.end(report);
  await outputs.writeReports(options.report, (kind) =>
    applyReports[kind](report, { ...approved, folder: repositoryPath(options.inventory) }),
  );
  if (guards.length > 0) {
    const reasons = guards.map(describeGuard).join("; ");
    context.log.say(`refused, nothing was done: ${reasons}`, {
      hint: "the plan lists what the guards are about",
      exitCode: exitCodes.refused,
    });
    return exitCodes.refused;
  }
  return applyExitCode(approved.review?.read ?? approved.plan, results, {
    skipStale: options.skipStale,
    interrupted: context.signal.aborted,
  });
}

function render(report: ApplyReport, { format, full }: ApplyOptions, coloured: boolean): string {
  if (format === "json") return renderJson(report);
  return format === "markdown" ? renderApplyMarkdown(report) : renderApplyText(report, painter(coloured), { full });
}

function describeGuard({ guard, actual, limit, override }: Guard): string {
  if (guard === "maxRemovals" || guard === "maxUpdates") {
    return `${guard} is ${limit}, and the plan has ${actual}${override === null ? "" : ` (to go on: ${override})`}`;
  }
  return guard === "lastClusterAdminGroup"
    ? `${guard}: a cluster would be left without an administrator group`
    : `${guard} stands against ${actual === 1 ? "a change" : `${actual} changes`}`;
}
