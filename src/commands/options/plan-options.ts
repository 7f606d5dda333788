import type { NotifyOptions } from "../../application/notifier.ts";
import type { FleetOptions, ReportTarget } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { type PlanReportKind, planReports } from "../../report/plan-reports.ts";
import { fleetOptions } from "./fleet-options.ts";
import { notifyOptions } from "./notify-options.ts";
import { type RawOptions, textOrNull } from "./raw-options.ts";
import { reportTargets } from "./report-targets.ts";
import { retryOption } from "./retry-option.ts";

export interface PlanOptions extends FleetOptions {
  readonly report: readonly ReportTarget<PlanReportKind>[];
  /** A file for the plan. */
  readonly out: string | null;
  readonly detailedExitcode: boolean;
  /** Text shows everything by itself. */
  readonly full: boolean;
  /** A Git revision that origins of changes are told from. */
  readonly base: string | null;
  /** The report of an apply, to plan what it left alone; null: everything in scope. */
  readonly retry: string | null;
  /** Null: nobody is told how it ended. */
  readonly notify: NotifyOptions | null;
}

export async function planOptions(raw: RawOptions, variables: ProcessVariables): Promise<PlanOptions> {
  return {
    ...(await fleetOptions(raw, variables)),
    report: reportTargets(raw, planReports),
    out: textOrNull(raw["out"]),
    detailedExitcode: raw["detailedExitcode"] === true,
    full: raw["full"] === true,
    base: textOrNull(raw["base"]),
    retry: retryOption(raw),
    notify: notifyOptions(raw),
  };
}
