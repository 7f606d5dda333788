import { askFleet, type FleetQuestion } from "../application/ask-fleet.ts";
import type { Context } from "../application/context.ts";
import { earlierAnswers } from "../application/earlier-answers.ts";
import { fleetQuestion } from "../application/fleet-question.ts";
import { loadOrPrint } from "../application/load-or-print.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import type { ApiOptions } from "./options/api-options.ts";

/** Asks every environment in scope one question. Standard output has the answers and nothing else. */
export async function api(options: ApiOptions, context: Context): Promise<ExitCode> {
  const question: FleetQuestion = fleetQuestion(options.path, options.tokenScope);
  const { output } = context;
  const beside = { ...context, output: { ...output, out: output.err } };
  const inventory = await loadOrPrint(options, beside);
  if (inventory === null) return exitCodes.invalid;
  const earlier = options.resume === null ? null : await earlierAnswers(options.resume, question.text);
  return askFleet(question, inventory, earlier, options, context);
}
