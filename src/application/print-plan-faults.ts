import type { ExitCode } from "../errors.ts";
import { printableLine } from "../lib/printable.ts";
import type { PlanFault } from "../model/plan-fault.ts";
import { renderJson } from "../report/plan-reports.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";

/** Why a plan file is not taken, and how the run ends for it. */
export interface RefusedPlan {
  readonly message: string;
  readonly hint: string;
  readonly exitCode: ExitCode;
  readonly faults: readonly PlanFault[];
}

/** Says everything that is wrong with a plan file. Gives the exit code. */
export function printPlanFaults(
  { message, hint, exitCode, faults }: RefusedPlan,
  { format }: Pick<CommonOptions, "format">,
  { output }: Pick<Context, "output">,
): ExitCode {
  if (format === "json") {
    output.out(renderJson({ format: "dtsync-error/1", error: { message, hint, exitCode }, faults }));
  }
  const lines = faults.map(
    (fault) => `  ${printableLine(`${fault.pointer || "(the whole file)"} ${fault.message}`)}\n`,
  );
  output.err(`dtsync: ${printableLine(message)}\n${lines.join("")}  ${hint}\n`);
  return exitCode;
}
