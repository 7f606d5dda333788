import type { Diagnostic } from "../model/diagnostic.ts";
import type { InventorySummary } from "../model/inventory.ts";
import { diagnosticFindings } from "./findings.ts";
import { renderGitlabCodequality } from "./gitlab-codequality.ts";
import { renderDiagnosticsJunit } from "./junit.ts";
import { renderJson } from "./plan-reports.ts";
import { renderSarif } from "./sarif.ts";

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
  /** Of the inventory in its repository: empty, or with a slash at its end. */
  readonly folder: string;
  /** Of dtsync. */
  readonly version: string;
}

/** Reports of a validation by the kind that `--report KIND=FILE` names. */
export const validationReports = {
  json: (validation) => renderJson(validationDocument(validation)),
  "gitlab-codequality": ({ diagnostics }, { folder }) =>
    renderGitlabCodequality(diagnosticFindings(diagnostics), folder),
  sarif: ({ diagnostics }, { folder, version }) =>
    renderSarif(diagnosticFindings(diagnostics), { folder, command: "validate", version }),
  junit: ({ diagnostics }, { folder }) => renderDiagnosticsJunit(diagnostics, folder),
} satisfies Readonly<Record<string, (validation: Validation, run: ValidationRun) => string>>;

export type ValidationReportKind = keyof typeof validationReports;
