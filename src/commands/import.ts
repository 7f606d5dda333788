import type { Context } from "../application/context.ts";
import { importEstate } from "../application/import-estate.ts";
import { printValidation } from "../application/print-validation.ts";
import { writeImport } from "../application/write-import.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import { renderFileDiff } from "../report/file-diff.ts";
import { renderImportText } from "../report/import-text.ts";
import { renderJson } from "../report/plan-reports.ts";
import type { ImportCommandOptions } from "./options/import-options.ts";

/** Writes an inventory from what clusters have. */
export async function importCommand(options: ImportCommandOptions, context: Context): Promise<ExitCode> {
  const { output, terminal, signal } = context;
  const outcome = await importEstate(options, context);
  if (outcome.status === "invalid") {
    printValidation(outcome.loaded, options, context);
    return exitCodes.invalid;
  }
  const { proposal } = outcome;
  if (!options.dryRun) await writeImport(options.inventory, proposal.files, signal);
  const report = { ...outcome.report, written: !options.dryRun };
  const paint = painter(options.color && terminal.output);
  if (options.format === "json") output.out(renderJson(report));
  else {
    if (options.dryRun) output.out(renderFileDiff(proposal.files, paint));
    output.out(renderImportText(report, options.inventory, paint));
  }
  const isPartly = !outcome.complete || Object.values(report.clusters).some(({ reason }) => reason !== null);
  return isPartly ? exitCodes.partial : exitCodes.done;
}
