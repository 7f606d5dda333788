import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { writeWhole } from "../files/write-file.ts";
import type { Context } from "./context.ts";
import type { ReportTarget } from "./options.ts";

/** Writes a result for other programs: whole or not at all, without secrets, its folder made where needed. */
export async function writeReport(
  file: string,
  text: string,
  context: Context,
  { secret = false }: { /** Whether only the owner may read it. */ secret?: boolean } = {},
): Promise<void> {
  try {
    await writeWhole(file, context.redactor.redact(text), { secret, signal: context.signal });
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
