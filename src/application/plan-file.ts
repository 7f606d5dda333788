import { statSync } from "node:fs";
import { type DtsyncError, errorMessage, usageError } from "../errors.ts";
import { readOrdinaryFile, UnusableFile } from "../files/read-ordinary-file.ts";
import { nestingExceeds } from "../lib/json-nesting.ts";
import { planSchemaFaults } from "../load/schema/plan-schema.ts";
import type { Plan } from "../model/plan.ts";
import type { PlanFault } from "../model/plan-fault.ts";
import { planRuleFaults } from "../plan/plan-rules.ts";
import { documentInPlaceOfPlan, fileInPlaceOfPlan, inventoryHint } from "./not-a-plan.ts";

/** Bytes. The plan of a fleet of 12,000 hosts has some ten million. */
const largestFile = 100_000_000;

/** Levels of lists and objects in each other. A plan has seven. */
const deepestNesting = 32;

/** A plan, or why a text is none. */
export type ReadPlan = { readonly plan: Plan } | { readonly faults: readonly PlanFault[] };

/** Reads the file of a plan. Throws a usage error for one that is not there, is no ordinary file, or is something else. */
export function readPlanFile(file: string): ReadPlan {
  const value = parseFile(file, readFile(file));
  const other = documentInPlaceOfPlan(value);
  if (other) throw usageError(`${file} is not a plan: it is ${other.what}`, other.hint);
  return checkPlan(value);
}

function readFile(file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readOrdinaryFile(file, { largest: largestFile }));
  } catch (error) {
    if (isFolder(error, file)) throw usageError(`${file} is not a plan: it is a folder`, inventoryHint);
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw isMissing ? usageError(`there is no file ${file}`, makeHint) : unusable(file, error);
  }
}

const isFolder = (error: unknown, file: string): boolean =>
  error instanceof UnusableFile && statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;

function parseFile(file: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    const other = error instanceof SyntaxError ? fileInPlaceOfPlan(file) : null;
    throw other ? usageError(`${file} is not a plan: it is ${other.what}`, other.hint) : unusable(file, error);
  }
}

const unusable = (file: string, error: unknown): DtsyncError =>
  usageError(`${file} is not a plan that this version can apply (${errorMessage(error)})`, makeHint);

const makeHint = "make a plan with dtsync plan --out FILE";

/** A plan from its JSON. Throws a plain Error for text that is not JSON, or is nested too deeply. */
export const parsePlan = (text: string): ReadPlan => checkPlan(parseJson(text));

function parseJson(text: string): unknown {
  if (nestingExceeds(text, deepestNesting)) throw new Error(`it is nested more than ${deepestNesting} levels deep`);
  return JSON.parse(text);
}

function checkPlan(value: unknown): ReadPlan {
  const faults = planSchemaFaults(value);
  if (faults.length > 0) return { faults };
  // The schema says what the type does; a test holds them together.
  const plan = value as Plan;
  const broken = planRuleFaults(plan);
  return broken.length > 0 ? { faults: broken } : { plan };
}
