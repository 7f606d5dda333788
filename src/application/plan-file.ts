import { statSync } from "node:fs";
import { type DtsyncError, errorMessage, usageError } from "../errors.ts";
import { UnusableFile } from "../files/read-ordinary-file.ts";
import type { Plan } from "../model/plan.ts";
import type { PlanFault } from "../model/plan-fault.ts";
import { documentInPlaceOfPlan, fileInPlaceOfPlan, inventoryHint } from "./not-a-plan.ts";
import { contentOf, parseDocument, readDocumentText } from "./saved-document.ts";

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
    return readDocumentText(file);
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
    return parseDocument(text);
  } catch (error) {
    const other = error instanceof SyntaxError ? fileInPlaceOfPlan(file) : null;
    throw other ? usageError(`${file} is not a plan: it is ${other.what}`, other.hint) : unusable(file, error);
  }
}

const unusable = (file: string, error: unknown): DtsyncError =>
  usageError(`${file} is not a plan that this version can apply (${errorMessage(error)})`, makeHint);

const makeHint = "make a plan with dtsync plan --out FILE";

/** A plan from its JSON. Throws a plain Error for text that is not JSON, or is nested too deeply. */
export const parsePlan = (text: string): ReadPlan => checkPlan(parseDocument(text));

function checkPlan(value: unknown): ReadPlan {
  const read = contentOf("plan", value);
  return "faults" in read ? read : { plan: read.content };
}
