import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { errorMessage, usageError } from "../errors.ts";
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
export async function readPlanFile(file: string): Promise<ReadPlan> {
  try {
    return parsePlan(await readOrdinaryFile(file));
  } catch (error) {
    throw usageError(
      `${file} is not a plan that this version can apply (${errorMessage(error)})`,
      "make one with dtsync plan --out FILE",
    );
  }
}

/** Throws for anything but an ordinary file, without waiting for one: a pipe may never get a writer. */
async function readOrdinaryFile(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = await checkedStat(file);
    const bytes = Buffer.alloc(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await file.read(bytes, length, size - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
  } finally {
    await file.close();
  }
}

async function checkedStat(file: Awaited<ReturnType<typeof open>>): Promise<{ readonly size: number }> {
  const found = await file.stat();
  if (!found.isFile()) throw new Error("it is no ordinary file: save the plan to one first");
  if (found.size > largestFile) throw new Error(`it has more than ${largestFile / 1_000_000} MB`);
  return found;
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
