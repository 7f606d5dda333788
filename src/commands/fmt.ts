import { rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Context } from "../application/context.ts";
import type { FmtOptions } from "../application/options.ts";
import { combineExitCodes, DtsyncError, type ExitCode, errorMessage, exitCodes } from "../errors.ts";
import { type FormattedInventory, formatInventory } from "../format/format-inventory.ts";
import { count, painter, printableLine } from "../lib/printable.ts";
import { openSourceLines } from "../load/source-lines.ts";
import { renderDiagnosticsText } from "../report/diagnostics-text.ts";
import { renderJson } from "../report/plan-reports.ts";

/** Lays the YAML files of the inventory out in one way; with `--check` it only says which ones are not. */
export async function fmt(options: FmtOptions, context: Context): Promise<ExitCode> {
  const formatted = await formatInventory(resolve(options.inventory));
  if (!options.check) for (const { target, text } of formatted.changed) await replaceFile(target, text);
  print(formatted, options, context);
  const { changed, diagnostics } = formatted;
  return combineExitCodes([
    diagnostics.length > 0 ? exitCodes.invalid : exitCodes.done,
    options.check && changed.length > 0 ? exitCodes.changes : exitCodes.done,
  ]);
}

function print({ changed, files, diagnostics }: FormattedInventory, options: FmtOptions, context: Context): void {
  const paths = changed.map(({ path }) => path);
  if (options.format === "json") {
    const summary = { files, changed: paths.length, errors: diagnostics.length };
    const document = { format: "dtsync-fmt/1", check: options.check, changed: paths, diagnostics, summary };
    context.output.out(renderJson(document));
    return;
  }
  const { output } = context.terminal;
  const lineOf = output ? openSourceLines(options.inventory) : undefined;
  const faults = renderDiagnosticsText(diagnostics, painter(options.color && output), lineOf);
  context.output.out(paths.map((path) => `${printableLine(path)}\n`).join("") + faults);
  const verdict = options.check ? "not formatted" : "formatted";
  const unusable = diagnostics.length > 0 ? `, ${count(diagnostics.length, "fault")}` : "";
  context.output.err(`${count(files, "file")}: ${paths.length} ${verdict}${unusable}.\n`);
}

/** Replaces the text of a file whole or not at all, with the permissions that it has. */
async function replaceFile(file: string, text: string): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.new`);
  try {
    const { mode } = await stat(file);
    await writeFile(draft, text, { mode });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new DtsyncError(`${file} cannot be written (${errorMessage(error)})`, {
      exitCode: exitCodes.failed,
      cause: error,
    });
  }
}
