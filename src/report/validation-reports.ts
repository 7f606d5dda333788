import type { Diagnostic } from "../model/diagnostic.ts";
import type { InventorySummary } from "../model/inventory.ts";
import type { ApplyReportKind } from "./apply-reports.ts";
import { renderDiagnosticsHtml } from "./diagnostics-html.ts";
import { renderDiagnosticsMarkdown } from "./diagnostics-markdown.ts";
import { diagnosticFindings } from "./findings.ts";
import { renderGitlabCodequality } from "./gitlab-codequality.ts";
import { renderDiagnosticsJunit } from "./junit.ts";
import { type PlanReportKind, renderJson } from "./plan-reports.ts";
import type { Report } from "./report.ts";
import { renderSarif, type SarifRun } from "./sarif.ts";

/** What loading an inventory says about it. */
export interface Validation {
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: InventorySummary;
}

/** The JSON document of a validation. */
export function validationDocument({ diagnostics, summary }: Validation): unknown {
  return { format: "dtsync-validate/1", valid: summary.errors === 0, diagnostics, summary };
}

/** By whom and where a validation was made. */
export interface ValidationRun {
  readonly command: SarifRun["command"];
  /** Of the inventory in its repository: empty, or with a slash at its end. */
  readonly folder: string;
  /** Of dtsync. */
  readonly version: string;
}

/** Reports of a validation by the kind that `--report KIND=FILE` names. */
export const validationReports = {
  json: (validation) => renderJson(validationDocument(validation)),
  markdown: ({ diagnostics, summary }, { folder }) => renderDiagnosticsMarkdown(diagnostics, summary, folder),
  html: ({ diagnostics, summary }, { folder }) => renderDiagnosticsHtml(diagnostics, summary, folder),
  "gitlab-codequality": ({ diagnostics }, { folder }) =>
    renderGitlabCodequality(diagnosticFindings(diagnostics), folder),
  sarif: ({ diagnostics }, { folder, command, version }) =>
    renderSarif(diagnosticFindings(diagnostics), { folder, command, version }),
  junit: ({ diagnostics }, { folder }) => renderDiagnosticsJunit(diagnostics, folder),
} satisfies Readonly<Record<string, (validation: Validation, run: ValidationRun) => string>>;

export type ValidationReportKind = keyof typeof validationReports;

/** What a plan or an apply writes in place of its own reports when the inventory is invalid. */
export const faultReports = {
  ...validationReports,
  "gitlab-terraform": () => ({ withheld: "the inventory is invalid, so nothing was compared" }),
} satisfies Readonly<Record<PlanReportKind | ApplyReportKind, (validation: Validation, run: ValidationRun) => Report>>;
