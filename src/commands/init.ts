import type { Context } from "../application/context.ts";
import type { CommonOptions } from "../application/options.ts";
import { writeFirstFiles } from "../application/write-first-files.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { printableLine } from "../lib/printable.ts";
import { renderJson } from "../report/plan-reports.ts";

/** Writes a first inventory and what belongs beside it. */
export async function init(options: CommonOptions, context: Context): Promise<ExitCode> {
  const { written, kept } = await writeFirstFiles(options.inventory, context.version);
  if (options.format === "json") {
    context.output.out(renderJson({ format: "dtsync-init/1", written, kept }));
    return exitCodes.done;
  }
  const lines = [
    ...written.map((path) => `wrote ${printableLine(path)}\n`),
    ...kept.map((path) => `kept  ${printableLine(`${path}, which was there before`)}\n`),
  ];
  context.output.out(lines.join(""));
  context.output.err("Next: put your clusters, customers and hosts into the files, and run dtsync validate.\n");
  return exitCodes.done;
}
