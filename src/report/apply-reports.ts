import type { ApplyReport } from "../model/result.ts";
import { renderApplyHtml } from "./apply-html.ts";
import { renderApplyMarkdown } from "./apply-markdown.ts";
import { renderApplyJunit } from "./junit.ts";
import { renderJson } from "./plan-reports.ts";
import type { Report } from "./report.ts";

/** Reports of an apply by the kind that `--report KIND=FILE` names. */
export const applyReports = {
  json: renderJson,
  markdown: renderApplyMarkdown,
  html: renderApplyHtml,
  junit: renderApplyJunit,
} satisfies Readonly<Record<string, (report: ApplyReport) => Report>>;

export type ApplyReportKind = keyof typeof applyReports;
