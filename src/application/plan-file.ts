import { errorMessage, usageError } from "../errors.ts";
import type { Plan } from "../model/plan.ts";
import type { PlanFault } from "../model/plan-fault.ts";
import { contentOf, parseDocument, readDocumentText } from "./saved-document.ts";

/** A plan, or why a text is none. */
export type ReadPlan = { readonly plan: Plan } | { readonly faults: readonly PlanFault[] };

/** Reads the file of a plan. Throws a usage error for one that is not there, is no ordinary file, or is no JSON. */
export function readPlanFile(file: string): ReadPlan {
  try {
    return parsePlan(readDocumentText(file));
  } catch (error) {
    throw usageError(
      `${file} is not a plan that this version can apply (${errorMessage(error)})`,
      "make one with dtsync plan --out FILE",
    );
  }
}

/** A plan from its JSON. Throws a plain Error for text that is not JSON, or is nested too deeply. */
export function parsePlan(text: string): ReadPlan {
  const read = contentOf("plan", parseDocument(text));
  return "faults" in read ? read : { plan: read.content };
}
