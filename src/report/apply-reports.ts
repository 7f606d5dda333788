import type { ApplyReport } from "../model/result.ts";
import { renderApplyJunit } from "./junit.ts";
import { renderJson } from "./plan-reports.ts";

/** Reports of an apply by the kind that `--report KIND=FILE` names. */
export const applyReports = {
  json: renderJson,
  junit: renderApplyJunit,
} satisfies Readonly<Record<string, (report: ApplyReport) => string>>;

export type ApplyReportKind = keyof typeof applyReports;
