import type { ErrorObject } from "ajv/dist/2020.js";
import type { Fault, Origin } from "../diagnostics/fault-list.ts";
import { findSecrets } from "../diagnostics/secret-text.ts";
import { showText, showValue } from "../diagnostics/show-text.ts";
import { suggestionHint } from "../diagnostics/suggest.ts";
import { secretFault } from "../diagnostics/text-faults.ts";
import { keyOrigin, type Positions, startOrigin, valueOffset, valueOrigin } from "../yaml/positions.ts";
import { containerAt, entryOf, isMap, pathOfPointer, type ValuePath } from "../yaml/value-path.ts";
import {
  type Annotated,
  accepts,
  explain,
  hintFor,
  hintForKey,
  hintForMissingKey,
  hintForUnknownKey,
} from "./schema-hints.ts";

export interface SchemaFault {
  readonly origin: Origin;
  /** Null: the value holds a secret, which was found in the text of the file. */
  readonly fault: Fault | null;
  /** What has to be left out so that the rest can be used, or null where something is missing. */
  readonly unusable: ValuePath | null;
}

/** One fault of the schema, before it is put into words. */
interface Finding {
  readonly error: ErrorObject;
  readonly path: ValuePath;
  readonly about: "value" | "key" | "missing";
}

/** Turns what Ajv found into one clear message for each property, at the position of the key or value it is about. */
export function describeSchemaErrors(
  errors: readonly ErrorObject[],
  root: unknown,
  positions: Positions,
): readonly SchemaFault[] {
  const findings = new Map<string, Finding>();
  for (const error of errors) {
    const finding = findingOf(error, root);
    if (finding === null) continue;
    const missing = finding.about === "missing" ? String(error.params["missingProperty"]) : "";
    const id = JSON.stringify([finding.path, finding.about, missing]);
    const known = findings.get(id);
    if (!known || rank(error) < rank(known.error)) findings.set(id, finding);
  }
  return withoutShadowed([...findings.values()]).map((finding) => describe(finding, root, positions));
}

function findingOf(error: ErrorObject, root: unknown): Finding | null {
  const path = pathOfPointer(root, error.instancePath);
  if (error.keyword === "if" || error.keyword === "propertyNames") return null;
  if (error.propertyName !== undefined) return { error, path: [...path, error.propertyName], about: "key" };
  if (error.keyword === "required") return { error, path, about: "missing" };
  if (error.keyword !== "additionalProperties") return { error, path, about: "value" };
  return { error, path: [...path, String(error.params["additionalProperty"])], about: "key" };
}

/** Which of several faults of one value is the one to tell. */
const ranks: readonly string[] = ["anyOf", "type", "const", "enum", "minProperties", "maxProperties", "maxLength"];
const rank = ({ keyword }: ErrorObject): number => (ranks.indexOf(keyword) + ranks.length + 1) % (ranks.length + 1);

/** Where one alternative of a value got further than the others, its fault is told and not that none fits. */
function withoutShadowed(findings: readonly Finding[]): readonly Finding[] {
  const parents = new Set(
    findings.flatMap(({ path }) => path.map((_, length) => JSON.stringify(path.slice(0, length)))),
  );
  return findings.filter(({ error, path }) => error.keyword !== "anyOf" || !parents.has(JSON.stringify(path)));
}

function describe({ error, path, about }: Finding, root: unknown, positions: Positions): SchemaFault {
  const schema = (error.parentSchema ?? {}) as Annotated;
  const last = path.at(-1);
  const parent = containerAt(root, path.slice(0, -1));
  if (about === "missing") {
    const map = containerAt(root, path);
    const origin = map ? startOrigin(positions, map) : startOrigin(positions, {});
    return { origin, fault: missingKey(String(error.params["missingProperty"]), schema), unusable: null };
  }
  if (last === undefined || parent === null) {
    return { origin: startOrigin(positions, containerAt(root, []) ?? []), fault: wrongRoot, unusable: path };
  }
  if (about === "key") {
    const key = String(last);
    return {
      origin: keyOrigin(positions, parent, last),
      fault: error.keyword === "additionalProperties" ? unknownKey(key, schema) : invalidKey(key, schema),
      unusable: path,
    };
  }
  const value = entryOf(parent, last);
  if (typeof value === "string" && findSecrets(value).length > 0)
    return { origin: valueOrigin(positions, parent, last), fault: null, unusable: path };
  const offset = valueOffset(positions, parent, last);
  const written =
    offset === undefined ? "" : (/^[^\s,\]}#]+/.exec(positions.text.slice(offset, offset + 60))?.[0] ?? "");
  return {
    origin: valueOrigin(positions, parent, last),
    fault: invalidValue(error, schema, path, value, written),
    unusable: path,
  };
}

const wrongRoot: Fault = {
  rule: "wrong-type",
  message: "the file must be a map of keys and values",
  hint: "Write key: value lines; see the first example of the documentation.",
};

const unknownKey = (key: string, schema: Annotated): Fault => ({
  rule: "unknown-key",
  message: `unknown key ${showText(key)}`,
  hint: hintForUnknownKey(key, schema),
});

const invalidKey = (key: string, schema: Annotated): Fault => ({
  rule: "invalid-key",
  message: `${showText(key)} cannot be a key here`,
  hint: hintForKey(key, schema),
});

const missingKey = (key: string, schema: Annotated): Fault => ({
  rule: "missing-key",
  message: `the key "${key}" is missing`,
  hint: hintForMissingKey(key, schema),
});

/** Values at these keys may be secrets that no pattern recognises; messages do not repeat them. */
const confidential: ReadonlySet<string | number> = new Set(["token", "installerArguments"]);

/** At these, only what looks like an address and nothing more is repeated. */
const addresses: ReadonlySet<string | number> = new Set(["url", "proxy"]);

function isShown(path: ValuePath, value: unknown): boolean {
  if (path.some((key) => confidential.has(key))) return false;
  return !path.some((key) => addresses.has(key)) || typeof value !== "string" || /^[\w.:/[\]-]*$/.test(value);
}

function invalidValue(error: ErrorObject, schema: Annotated, path: ValuePath, value: unknown, written: string): Fault {
  const name = `"${nameOf(path)}"`;
  const isSafe = isShown(path, value);
  const shown = isSafe ? showValue(value) : "this value";
  if (path.at(-1) === "proxy" && typeof value === "string" && /:[^@]*@/.test(value))
    return secretFault("a proxy password");
  const hint = isSafe ? hintFor(value, schema, written) : explain(schema);
  switch (error.keyword) {
    case "type":
      return wrongType(schema, path, value, isSafe ? written : "");
    case "enum":
      return {
        rule: "invalid-value",
        message: `${name} cannot be ${shown}`,
        hint: suggestionHint(String(value), choices(schema), explain(schema)),
      };
    case "const":
      return {
        rule: "invalid-value",
        message: `${name} must be ${String(error.params["allowedValue"])}, not ${describeValue(value, isSafe, written)}`,
        hint:
          value === String(error.params["allowedValue"])
            ? "Write it without quotation marks: it is a number."
            : explain(schema),
      };
    case "maxLength":
      return {
        rule: "invalid-value",
        message: `${name} is longer than ${String(error.params["limit"])} characters: ${shown}`,
        hint: explain(schema),
      };
    case "minProperties":
    case "maxProperties":
    case "minItems":
    case "maxItems":
      return { rule: "invalid-value", message: `${name} has ${amountFault(error)}`, hint: explain(schema) };
    default:
      return { rule: "invalid-value", message: `${name} cannot be ${shown}`, hint };
  }
}

function wrongType(schema: Annotated, path: ValuePath, value: unknown, written: string): Fault {
  const expected = [schema.type ?? []].flat().filter((type) => type !== "null");
  const isSafe = isShown(path, value);
  const wanted = expected.map((type) => typeNames[type] ?? type).join(" or ");
  const message = `"${nameOf(path)}" must be ${wanted}, not ${describeValue(value, isSafe, written)}`;
  return { rule: "wrong-type", message, hint: isSafe ? hintForType(schema, path, value, written) : explain(schema) };
}

function hintForType(schema: Annotated, path: ValuePath, value: unknown, written: string): string {
  const expected = [schema.type ?? []].flat();
  if (expected.includes("boolean")) return switchHint(value) ?? explain(schema);
  if (!expected.includes("string") || (typeof value !== "number" && typeof value !== "boolean"))
    return hintFor(value, schema, written);
  // Whoever writes false means none, which is text too.
  if (value === false && accepts(schema, ""))
    return `Write ${path.at(-1) === "proxy" ? "no_proxy" : '""'} for none, or null to take an inherited value away.`;
  const text = written || String(value);
  return accepts(schema, text) ? `Put it in quotation marks: ${showText(text)}.` : explain(schema);
}

/** YAML 1.1 took these words for true and false. */
function switchHint(value: unknown): string | null {
  const meant = /^(?:(y|yes|on|true)|n|no|off|false)$/i.exec(typeof value === "string" ? value : "");
  return meant && `Write ${meant[1] !== undefined}, without quotation marks; yes, no, on and off are text in YAML 1.2.`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
};

function describeValue(value: unknown, isSafe: boolean, written: string): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (isMap(value)) return "a map";
  const type = typeof value === "string" ? "text" : typeof value === "boolean" ? "true or false" : "number";
  if (!isSafe) return type === "number" ? "a number" : type;
  if (typeof value === "boolean") return String(value);
  return `the ${type} ${typeof value === "number" && /^[\w.+-]+$/.test(written) ? written : showValue(value)}`;
}

function amountFault({ keyword, params }: ErrorObject): string {
  const limit = String(params["limit"]);
  return keyword.startsWith("min") ? `too few entries (at least ${limit})` : `too many entries (at most ${limit})`;
}

const choices = (schema: Annotated): readonly string[] =>
  (schema.enum ?? []).filter((value): value is string => typeof value === "string");

/** The last name of the path, with the list index if there is one: `tags[1]`. */
function nameOf(path: ValuePath): string {
  const from = path.findLastIndex((key) => typeof key === "string");
  return showText(
    path
      .slice(Math.max(0, from))
      .map((key) => (typeof key === "number" ? `[${key}]` : key))
      .join(""),
  ).slice(1, -1);
}
