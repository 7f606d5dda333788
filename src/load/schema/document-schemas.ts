import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { jsonPointer } from "../../lib/json.ts";
import { parseJson } from "../../lib/parse-json.ts";
import type { PlanFault } from "../../model/plan-fault.ts";
import { packageFolder } from "../../package-folder.ts";
import { createAjv, standaloneSource } from "./compile-schemas.ts";
import { builtValidators } from "./schema-library.ts";

/** The documents that dtsync writes and reads again, each with its schema. */
export const documentKinds = ["plan", "apply", "validate", "diff"] as const;
export type DocumentKind = (typeof documentKinds)[number];

const validators = new Map<DocumentKind, ValidateFunction>();

/** What the schema of a kind of document rejects in a value, such as `schema/plan.schema.json`; nothing: it has that form. */
export function documentFaults(kind: DocumentKind, value: unknown): readonly PlanFault[] {
  const validator = validators.get(kind) ?? loadValidator(kind);
  validators.set(kind, validator);
  if (validator(value)) return [];
  const faults = new Map<string, PlanFault>();
  for (const error of validator.errors ?? []) {
    const fault = faultOf(error);
    if (fault !== null && !faults.has(fault.pointer)) faults.set(fault.pointer, fault);
  }
  return withoutAlternatives([...faults.values()], validator.errors ?? []);
}

/** The build writes its code to a file, as it does for the schemas of the inventory. */
function loadValidator(kind: DocumentKind): ValidateFunction {
  const built = builtValidators(`${kind}-validator.cjs`);
  if (built !== null) return (built as { readonly check: ValidateFunction }).check;
  return withSchemas(kind, false).compile(readDocumentSchema(kind));
}

/** All of them refer to what a plan is made of. */
const withSchemas = (kind: DocumentKind, source: boolean) =>
  kind === "plan" ? createAjv(source) : createAjv(source).addSchema(readDocumentSchema("plan"));

export function readDocumentSchema(kind: DocumentKind): { readonly $id: string } {
  const file = new URL(`schema/${kind}.schema.json`, packageFolder);
  return parseJson(readFileSync(file, "utf8")) as { readonly $id: string };
}

/** Source of a CommonJS module that exports the function `check`. */
export function documentValidatorSource(kind: DocumentKind): string {
  const schema = readDocumentSchema(kind);
  return standaloneSource(withSchemas(kind, true).addSchema(schema), { check: schema.$id });
}

/** Null: the error says only that another one is there. */
function faultOf(error: ErrorObject): PlanFault | null {
  const { keyword, instancePath, params, propertyName } = error;
  if (keyword === "if" || keyword === "propertyNames") return null;
  const key = propertyName ?? params["missingProperty"] ?? params["additionalProperty"];
  const pointer = key === undefined ? instancePath : `${instancePath}${jsonPointer([String(key)])}`;
  return { pointer, message: messageOf(error) };
}

function messageOf({ keyword, params, parentSchema, propertyName }: ErrorObject): string {
  const { description } = (parentSchema ?? {}) as { readonly description?: string };
  const limit = String(params["limit"]);
  switch (keyword) {
    case "required":
      return "is missing";
    case "additionalProperties":
    case "false schema":
      return "must not be there";
    case "type":
      return `must be ${[params["type"]].flat().map(String).map(nameOfType).join(" or ")}`;
    case "const":
      return `must be ${JSON.stringify(params["allowedValue"])}`;
    case "enum":
      return `must be one of ${(params["allowedValues"] as readonly unknown[]).map((value) => JSON.stringify(value)).join(", ")}`;
    case "minItems":
      return limit === "1" ? "must not be empty" : `must have ${limit} items at least`;
    case "maxItems":
      return limit === "0" ? "must be empty" : `must have ${limit} items at most`;
    case "minLength":
      return "must not be empty";
    case "maxLength":
      return `must have ${limit} characters at most`;
    case "minimum":
      return `must be ${limit} or more`;
    case "maximum":
      return `must be ${limit} or less`;
    case "minProperties":
      return "must not be empty";
    case "maxProperties":
      return `must have ${limit} keys at most`;
    default:
      return `${propertyName === undefined ? "must" : "is a key that must"} be ${description ?? "as the schema says"}`;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  null: "null",
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};
const nameOfType = (type: string): string => typeNames[type] ?? type;

/** Of a value with alternatives only that none of them fits. */
function withoutAlternatives(faults: readonly PlanFault[], errors: readonly ErrorObject[]): readonly PlanFault[] {
  const summed = new Map(
    errors.filter(({ keyword }) => keyword === "anyOf").map((error) => [error.instancePath, messageOf(error)]),
  );
  return faults.map((fault) => ({ ...fault, message: summed.get(fault.pointer) ?? fault.message }));
}
