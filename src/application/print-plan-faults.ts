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
  { format }: { readonly format: CommonOptions["format"] | "html" },
  { output, log }: Pick<Context, "output" | "log">,
): ExitCode {
  if (format === "json") {
    output.out(renderJson({ format: "dtsync-error/1", error: { message, hint, exitCode }, faults }));
  }
  const details = faults.map(({ pointer, message: what }) => printableLine(`${pointer || "(the whole file)"} ${what}`));
  log.say(printableLine(message), { details, hint, exitCode });
  return exitCode;
}
