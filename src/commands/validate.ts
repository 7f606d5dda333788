import { openCacheFolder } from "../application/cache-folder.ts";
import type { NarrowedValidation } from "../application/changed-since.ts";
import type { Context } from "../application/context.ts";
import type { CommonOptions, ValidateOptions } from "../application/options.ts";
import { writeReport } from "../application/output-files.ts";
import { type Validation, validateRemembered } from "../application/remembered-validation.ts";
import { repositoryPath } from "../application/repository-path.ts";
import { loadOptions } from "../application/session.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import { openSourceLines } from "../load/source-lines.ts";
import { renderDiagnosticsText, renderValidationSummary } from "../report/diagnostics-text.ts";
import { diagnosticFindings } from "../report/findings.ts";
import { renderGitlabCodequality } from "../report/gitlab-codequality.ts";
import { renderDiagnosticsJunit } from "../report/junit.ts";
import { renderJson } from "../report/plan-reports.ts";
import { renderSarif } from "../report/sarif.ts";

/** The JSON document of a validation. */
export function validationDocument({ diagnostics, summary }: Validation): unknown {
  return { format: "dtsync-validate/1", valid: summary.errors === 0, diagnostics, summary };
}

/** Where the inventory is in its repository, and the version of dtsync. */
interface ReportSurroundings {
  readonly folder: string;
  readonly version: string;
}

const reports: Readonly<Record<string, (validation: Validation, surroundings: ReportSurroundings) => string>> = {
  json: (validation) => renderJson(validationDocument(validation)),
  "gitlab-codequality": ({ diagnostics }, { folder }) =>
    renderGitlabCodequality(diagnosticFindings(diagnostics), folder),
  sarif: ({ diagnostics }, { folder, version }) =>
    renderSarif(diagnosticFindings(diagnostics), { folder, command: "validate", version }),
  junit: ({ diagnostics }, { folder }) => renderDiagnosticsJunit(diagnostics, folder),
};

export const validateReportKinds = Object.keys(reports);

/** Checks the whole inventory: nothing is sent anywhere. With --changed-since only faults that the change brought count. */
export async function validate(options: ValidateOptions, context: Context): Promise<ExitCode> {
  const whole = await validateRemembered(
    loadOptions(options, context),
    openCacheFolder(context.variables),
    context.version,
  );
  const { validation, remarks } = await narrow(whole, options, context);
  const surroundings = { folder: repositoryPath(options.inventory), version: context.version };
  for (const { kind, file } of options.report)
    await writeReport(file, reports[kind]?.(validation, surroundings) ?? "", context);
  printValidation(validation, options, context);
  for (const remark of remarks) context.output.err(`dtsync: ${remark}\n`);
  return validation.summary.errors > 0 ? exitCodes.invalid : exitCodes.done;
}

async function narrow(validation: Validation, options: ValidateOptions, context: Context): Promise<NarrowedValidation> {
  // Without any fault there is none to leave out, and Git need not be asked.
  if (options.changedSince === null || validation.diagnostics.length === 0) return { validation, remarks: [] };
  const { onlyNewFaults } = await import("../application/changed-since.ts");
  return onlyNewFaults(validation, options.changedSince, options, context);
}

/** The result of loading on standard output, in the format that was asked for. */
export function printValidation(validation: Validation, options: CommonOptions, context: Context): void {
  if (options.format === "json") {
    context.output.out(renderJson(validationDocument(validation)));
    return;
  }
  const { output } = context.terminal;
  const lineOf = output ? openSourceLines(options.inventory) : undefined;
  const faults = renderDiagnosticsText(validation.diagnostics, painter(options.color && output), lineOf);
  context.output.out(faults + renderValidationSummary(validation.summary));
}
