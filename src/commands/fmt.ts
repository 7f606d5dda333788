import type { Context } from "../application/context.ts";
import { formatFiles } from "../application/format-files.ts";
import { renderFaults } from "../application/print-validation.ts";
import { combineExitCodes, type ExitCode, exitCodes } from "../errors.ts";
import { count, printableLine } from "../lib/printable.ts";
import { renderJson } from "../report/plan-reports.ts";
import type { FmtOptions } from "./options/fmt-options.ts";

/** Lays the YAML files of the inventory out in one way; with `--check` it only says which ones are not. */
export async function fmt(options: FmtOptions, context: Context): Promise<ExitCode> {
  const { changed, files, diagnostics } = await formatFiles(options.inventory, options.check);
  const paths = changed.map(({ path }) => path);
  if (options.format === "json") {
    const summary = { files, changed: paths.length, errors: diagnostics.length };
    const document = { format: "dtsync-fmt/1", check: options.check, changed: paths, diagnostics, summary };
    context.output.out(renderJson(document));
  } else {
    const faults = renderFaults(diagnostics, options, context);
    context.output.out(paths.map((path) => `${printableLine(path)}\n`).join("") + faults);
    const verdict = options.check ? "not formatted" : "formatted";
    const unusable = diagnostics.length > 0 ? `, ${count(diagnostics.length, "fault")}` : "";
    context.output.err(`${count(files, "file")}: ${paths.length} ${verdict}${unusable}.\n`);
  }
  return combineExitCodes([
    diagnostics.length > 0 ? exitCodes.invalid : exitCodes.done,
    options.check && changed.length > 0 ? exitCodes.changes : exitCodes.done,
  ]);
}
