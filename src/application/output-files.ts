import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { writeWhole } from "../files/write-file.ts";
import type { Report } from "../report/report.ts";
import type { Context } from "./context.ts";
import { createLog } from "./log.ts";
import type { CommonOptions, ReportTarget } from "./options.ts";

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

/** Writes the reports that were asked for, and says of which there is none and why. */
export async function writeReports<Kind extends string>(
  targets: readonly ReportTarget<Kind>[],
  render: (kind: Kind) => Report,
  options: Pick<CommonOptions, "logLevel" | "color">,
  context: Context,
): Promise<void> {
  for (const { kind, file } of targets) {
    const report = render(kind);
    if (typeof report === "string") await writeReport(file, report, context);
    else createLog(options, context).warn(`--report ${kind}=${file} is not written: ${report.withheld}`);
  }
}
