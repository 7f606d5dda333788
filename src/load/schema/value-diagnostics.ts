import type { ErrorObject } from "ajv/dist/2020.js";
import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { showText, showValue } from "../diagnostics/show-text.ts";
import { suggestionHint } from "../diagnostics/suggest.ts";
import { secretDiagnostic } from "../diagnostics/text-diagnostics.ts";
import { type Container, isInBrackets, type Positions } from "../yaml/positions.ts";
import { isMap, type ValuePath } from "../yaml/value-path.ts";
import { type Annotated, accepts, explain, hintFor, hintForItems } from "./schema-hints.ts";
import { explainWrongType } from "./value-slips.ts";

/** Values at these keys may be secrets that no pattern recognises; messages do not repeat them. */
const confidential: ReadonlySet<string | number> = new Set(["token", "installerArguments"]);

/** At these, only what looks like an address and nothing more is repeated. */
const addresses: ReadonlySet<string | number> = new Set(["url", "proxy"]);

/** Whether a message may repeat the value at a path. */
export function isShown(path: ValuePath, value: unknown): boolean {
  if (path.some((key) => confidential.has(key))) return false;
  return !path.some((key) => addresses.has(key)) || typeof value !== "string" || /^[\w.:/[\]-]*$/.test(value);
}

/** A value that its schema rejects. */
export interface FaultyValue {
  readonly error: ErrorObject;
  readonly schema: Annotated;
  readonly path: ValuePath;
  readonly value: unknown;
  readonly parent: Container;
  /** How the file goes on from the value; empty where the value is not in it. */
  readonly written: string;
  readonly positions: Positions;
}

/** Says what is wrong with a value. */
export function invalidValue(faulty: FaultyValue): DiagnosticText {
  const { error, schema, path, value } = faulty;
  const written = /^[^\s,\]}#]+/.exec(faulty.written)?.[0] ?? "";
  const name = `"${nameOf(path)}"`;
  const isSafe = isShown(path, value);
  const shown = isSafe ? showValue(value) : "this value";
  if (path.at(-1) === "proxy" && typeof value === "string" && /:[^@]*@/.test(value))
    return secretDiagnostic("a proxy password");
  const hint = isSafe ? (hintForDivision(faulty) ?? hintFor(value, schema, written)) : explain(schema);
  switch (error.keyword) {
    case "type":
      if (isSafe) {
        const slip = explainWrongType({ value, schema, positions: faulty.positions, source: faulty.written, name });
        if (slip) return slip;
      }
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
      return { rule: "invalid-value", message: `${name} has ${describeAmount(error)}`, hint: explain(schema) };
    default:
      return { rule: "invalid-value", message: `${name} cannot be ${shown}`, hint };
  }
}

/** For an item of a list that is several of them, in brackets or over several lines. */
function hintForDivision({ value, parent, schema, positions, written }: FaultyValue): string | null {
  if (typeof value !== "string" || !Array.isArray(parent) || value.length > 1000 || /^["']/.test(written)) return null;
  const isFlow = isInBrackets(positions, parent);
  return isFlow || !written.startsWith(value.slice(0, written.length)) ? hintForItems(value, schema, isFlow) : null;
}

function wrongType(schema: Annotated, path: ValuePath, value: unknown, written: string): DiagnosticText {
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
  object: "a mapping",
};

function describeValue(value: unknown, isSafe: boolean, written: string): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (isMap(value)) return "a mapping";
  const type = typeof value === "string" ? "text" : typeof value === "boolean" ? "true or false" : "number";
  if (!isSafe) return type === "number" ? "a number" : type;
  if (typeof value === "boolean") return String(value);
  return `the ${type} ${typeof value === "number" && /^[\w.+-]+$/.test(written) ? written : showValue(value)}`;
}

function describeAmount({ keyword, params }: ErrorObject): string {
  const limit = String(params["limit"]);
  return keyword.startsWith("min") ? `too few entries (at least ${limit})` : `too many entries (at most ${limit})`;
}

const choices = (schema: Annotated): readonly string[] =>
  (schema.enum ?? []).filter((value): value is string => typeof value === "string");

/** The last name of the path, with the list index if there is one: `tags[1]`. */
export function nameOf(path: ValuePath): string {
  const from = path.findLastIndex((key) => typeof key === "string");
  return showText(
    path
      .slice(Math.max(0, from))
      .map((key) => (typeof key === "number" ? `[${key}]` : key))
      .join(""),
  ).slice(1, -1);
}
