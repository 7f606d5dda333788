import { applyReport } from "../application/apply-report.ts";
import { carryOut } from "../application/carry-out.ts";
import type { Context } from "../application/context.ts";
import { applyExitCode } from "../application/exit-codes.ts";
import { loadForRun } from "../application/load-or-print.ts";
import { lockClusters } from "../application/lock-clusters.ts";
import type { Format } from "../application/options.ts";
import { type OutputFiles, openOutputs } from "../application/output-files.ts";
import { planAndConfirm } from "../application/plan-and-confirm.ts";
import { readPlanFile } from "../application/plan-file.ts";
import { printPlanFaults } from "../application/print-plan-faults.ts";
import { takeReviewed } from "../application/take-reviewed.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Guard, Plan } from "../model/plan.ts";
import type { ApplyReport } from "../model/result.ts";
import { renderApplyMarkdown } from "../report/apply-markdown.ts";
import { applyReports } from "../report/apply-reports.ts";
import { renderApplyText } from "../report/apply-text.ts";
import { renderJson } from "../report/plan-reports.ts";
import type { ApplyOptions } from "./options/apply-options.ts";

/** Makes clusters and hosts as declared: what a plan file chooses, or a fresh plan after asking. */
export async function apply(options: ApplyOptions, context: Context): Promise<ExitCode> {
  const reports = options.report.map(({ file }) => file);
  const outputs = await openOutputs(reports, options, context, options.planFile);
  const reviewed = options.planFile === null ? null : readPlanFile(options.planFile);
  if (reviewed !== null && "faults" in reviewed) {
    const message = `${options.planFile} is not a plan that this version can apply`;
    const hint = "make one with dtsync plan --out FILE";
    return printPlanFaults({ message, hint, exitCode: exitCodes.invalid, ...reviewed }, options, context);
  }
  const inventory = await loadForRun("apply", outputs, options, context);
  if (inventory === null) return exitCodes.invalid;
  const plan = reviewed?.plan ?? null;
  const lock = await lockClusters(plan, inventory, options, context);
  try {
    return await applyAlone(plan, inventory, outputs, options, context);
  } finally {
    lock.release();
  }
}

async function applyAlone(
  plan: Plan | null,
  inventory: Inventory,
  outputs: OutputFiles,
  options: ApplyOptions,
  context: Context,
): Promise<ExitCode> {
  const taken = plan
    ? await takeReviewed(plan, inventory, options, context)
    : { approved: await planAndConfirm(inventory, options, context) };
  if ("contradictions" in taken) {
    const message = "the plan asks for what the inventory does not declare, so nothing was done";
    const hint = "plan again: a plan file chooses among the changes that the inventory asks for";
    const { contradictions: faults } = taken;
    return printPlanFaults({ message, hint, exitCode: exitCodes.stale, faults }, options, context);
  }
  const { approved } = taken;
  const outcome = await carryOut(approved, options, context);
  const { guards, results } = outcome;
  const report = applyReport(approved.plan, outcome, options, approved.review?.digest);
  context.output.out(render(report, options.format, options.color && context.terminal.output));
  await outputs.writeReports(options.report, (kind) => applyReports[kind](report));
  if (guards.length > 0) {
    const reasons = guards.map(describeGuard).join("; ");
    context.output.err(`dtsync: refused, nothing was done: ${reasons}\n  the plan lists what the guards are about\n`);
    return exitCodes.refused;
  }
  return applyExitCode(approved.plan, results, {
    skipStale: options.skipStale,
    interrupted: context.signal.aborted,
  });
}

function render(report: ApplyReport, format: Format, coloured: boolean): string {
  if (format === "json") return renderJson(report);
  return format === "markdown" ? renderApplyMarkdown(report) : renderApplyText(report, painter(coloured));
}

function describeGuard({ guard, actual, limit, override }: Guard): string {
  if (guard === "maxRemovals" || guard === "maxUpdates") {
    return `${guard} is ${limit}, and the plan has ${actual}${override === null ? "" : ` (to go on: ${override})`}`;
  }
  return `${guard} stands against ${actual === 1 ? "a change" : `${actual} changes`}`;
}
