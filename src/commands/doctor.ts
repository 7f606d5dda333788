import type { Context } from "../application/context.ts";
import { checkUp } from "../application/doctor/check-up.ts";
import { loadForCheckUp } from "../application/doctor/load-for-check-up.ts";
import { loadOrPrint } from "../application/load-or-print.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import { checkup } from "../model/checkup.ts";
import { renderCheckupText } from "../report/checkup-text.ts";
import { renderJson } from "../report/plan-reports.ts";
import { renderProbeText } from "../report/probe-text.ts";
import type { DoctorOptions } from "./options/doctor-options.ts";

/** Checks what a run would need, and changes nothing; with a probe it asks a cluster what is not documented. */
export async function doctor(options: DoctorOptions, context: Context): Promise<ExitCode> {
  const { output, terminal } = context;
  if (options.probe !== null) return probe(options.probe, options, context);
  const loaded = await loadForCheckUp(options, context);
  const result = checkup(await checkUp(loaded, options, context));
  const paint = painter(options.color && terminal.output);
  output.out(options.format === "json" ? renderJson(result) : renderCheckupText(result, paint));
  if (loaded.inventory === null) return exitCodes.invalid;
  // As every other command that would have sent something there.
  if (result.checks.some(({ id, state }) => id === "origin" && state === "failure")) return exitCodes.refused;
  return result.summary.failure > 0 ? exitCodes.partial : exitCodes.done;
}

async function probe(environment: string, options: DoctorOptions, context: Context): Promise<ExitCode> {
  const inventory = await loadOrPrint(options, context);
  if (inventory === null) return exitCodes.invalid;
  const { runProbe } = await import("../application/doctor/run-probe.ts");
  const report = await runProbe(inventory, environment, options, context);
  context.output.out(options.format === "json" ? renderJson(report) : renderProbeText(report));
  const isWhole = report.removed && report.answers.every(({ status }) => status !== "failed");
  return isWhole ? exitCodes.done : exitCodes.partial;
}
