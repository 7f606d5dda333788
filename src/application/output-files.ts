import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import type { Context } from "./context.ts";
import type { ReportTarget } from "./options.ts";

/** Writes a result for other programs: whole or not at all, without secrets, its folder made where needed. */
export async function writeReport(file: string, text: string, context: Context): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, context.redactor.redact(text));
    await rename(`${file}.new`, file);
  } catch (error) {
    throw new DtsyncError(`${file} cannot be written (${errorMessage(error)})`, {
      exitCode: exitCodes.failed,
      cause: error,
    });
  }
}

/** Writes the reports that were asked for. */
export async function writeReports<Kind extends string>(
  targets: readonly ReportTarget<Kind>[],
  render: (kind: Kind) => string,
  context: Context,
): Promise<void> {
  for (const { kind, file } of targets) await writeReport(file, render(kind), context);
}
