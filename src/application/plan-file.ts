import { errorMessage, usageError } from "../errors.ts";
import { readOrdinaryFile } from "../files/read-ordinary-file.ts";
import { nestingExceeds } from "../lib/json-nesting.ts";
import { planSchemaFaults } from "../load/schema/plan-schema.ts";
import type { Plan } from "../model/plan.ts";
import type { PlanFault } from "../model/plan-fault.ts";
import { planRuleFaults } from "../plan/plan-rules.ts";

/** Bytes. The plan of a fleet of 12,000 hosts has some ten million. */
const largestFile = 100_000_000;

/** Levels of lists and objects in each other. A plan has seven. */
const deepestNesting = 32;

/** A plan, or why a text is none. */
export type ReadPlan = { readonly plan: Plan } | { readonly faults: readonly PlanFault[] };

/** Reads the file of a plan. Throws a usage error for one that is not there, is no ordinary file, or is no JSON. */
export function readPlanFile(file: string): ReadPlan {
  try {
    const bytes = readOrdinaryFile(file, { largest: largestFile });
    return parsePlan(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw usageError(
      `${file} is not a plan that this version can apply (${errorMessage(error)})`,
      "make one with dtsync plan --out FILE",
    );
  }
}

/** A plan from its JSON. Throws a plain Error for text that is not JSON, or is nested too deeply. */
export function parsePlan(text: string): ReadPlan {
  if (nestingExceeds(text, deepestNesting)) throw new Error(`it is nested more than ${deepestNesting} levels deep`);
  const value: unknown = JSON.parse(text);
  const faults = planSchemaFaults(value);
  if (faults.length > 0) return { faults };
  // The schema says what the type does; a test holds them together.
  const plan = value as Plan;
  const broken = planRuleFaults(plan);
  return broken.length > 0 ? { faults: broken } : { plan };
}
