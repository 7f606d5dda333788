import type { Plan } from "../model/plan.ts";
import type { ApplyReport } from "../model/result.ts";
import { renderApplyHtml } from "./apply-html.ts";
import { renderApplyMarkdown } from "./apply-markdown.ts";
import { renderGitlabCodequality } from "./gitlab-codequality.ts";
import { renderApplyJunit } from "./junit.ts";
import { planFindings } from "./plan-findings.ts";
import { type PlannedInventory, renderJson } from "./plan-reports.ts";
import type { Report } from "./report.ts";
import { renderSarif } from "./sarif.ts";

/** What was carried out, and the inventory that it comes from. */
export interface CarriedOut extends PlannedInventory {
  readonly plan: Plan;
}

/** Reports of an apply by the kind that `--report KIND=FILE` names. */
export const applyReports = {
  json: renderJson,
  markdown: renderApplyMarkdown,
  html: renderApplyHtml,
  "gitlab-codequality": (report, made) => renderGitlabCodequality(findings(report, made), made.folder),
  sarif: (report, made) =>
    renderSarif(findings(report, made), { folder: made.folder, command: "apply", version: made.plan.dtsync }),
  junit: renderApplyJunit,
} satisfies Readonly<Record<string, (report: ApplyReport, made: CarriedOut) => Report>>;

const findings = ({ results }: ApplyReport, made: CarriedOut) => planFindings(made.plan, made, results);

export type ApplyReportKind = keyof typeof applyReports;
