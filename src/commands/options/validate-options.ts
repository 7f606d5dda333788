import type { CommonOptions, ReportTarget } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { type ValidationReportKind, validationReports } from "../../report/validation-reports.ts";
import { commonOptions } from "./common-options.ts";
import { type RawOptions, textOrNull } from "./raw-options.ts";
import { reportTargets } from "./report-targets.ts";

export interface ValidateOptions extends CommonOptions {
  readonly report: readonly ReportTarget<ValidationReportKind>[];
  /** A Git revision; null: not narrowed. */
  readonly changedSince: string | null;
  /** Whether what earlier runs have kept is used, and something is kept for later ones. */
  readonly cache: boolean;
}

export async function validateOptions(raw: RawOptions, variables: ProcessVariables): Promise<ValidateOptions> {
  return {
    ...(await commonOptions(raw, variables)),
    report: reportTargets(raw, validationReports),
    changedSince: textOrNull(raw["changedSince"]),
    cache: raw["cache"] !== false,
  };
}
