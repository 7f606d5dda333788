import { showText } from "../diagnostics/show-text.ts";
import { suggestionHint } from "../diagnostics/suggest.ts";
import { isMap } from "../yaml/value-path.ts";
import type { FileSchemas, SchemaKind } from "./compile-schemas.ts";
import { readSchemas } from "./schemas.ts";

/** What a schema says about a value: its annotations end up in hints. */
export interface Annotated {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Annotated>>;
  readonly additionalProperties?: Annotated | boolean;
  readonly items?: Annotated;
  readonly anyOf?: readonly Annotated[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const longestExample = 100;

/** What the value should be, with an example of it. */
export function explain({ description = "See the JSON Schema.", examples }: Annotated): string {
  const example = examples?.[0] === undefined ? "" : inYaml(examples[0]);
  return example === "" || example.length > longestExample ? description : `${description} Example: ${example}`;
}

/** What to write in place of a value: the value itself corrected, if that is all that it needs. */
export function hintFor(value: unknown, schema: Annotated, written: string): string {
  return (
    hintForText(value, schema, written) ?? hintForNumber(value, schema) ?? hintForList(value, schema) ?? explain(schema)
  );
}

function hintForText(value: unknown, schema: Annotated, written: string): string | null {
  if (typeof value !== "string" || value.length > longestCorrected) return null;
  const number = Number(value.replaceAll(/[_ ',]/g, ""));
  if (/^\d[\d_ ',]*$/.test(value) && accepts(schema, number)) {
    return `Write ${number}${/^["']/.test(written) ? ", without quotation marks" : ""}.`;
  }
  return hintForSlip(value, schema, schema.title === "Customer id" ? slipsOfNames : slips);
}

/** Longer text has no small slip. */
const longestCorrected = 1000;

type Correction = (text: string) => string;

/** What turns text with a usual slip into what was meant. */
const slips: readonly Correction[] = [
  (text) => text.trim(),
  (text) => text.trim().toLowerCase(),
  // `30 s`, `10 %`
  (text) => text.replaceAll(/(?<=\d) /g, ""),
  (text) => text.replace(/^v(?=\d)/i, ""),
];

/** Of names that are made of lower-case letters, digits and dashes. */
const slipsOfNames: readonly Correction[] = [
  ...slips,
  (text) =>
    text
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_]+/g, "-"),
  (text) => text.trim().replace(/^[-_]+|[-_]+$/g, ""),
];

function hintForSlip(text: string, schema: Annotated, known: readonly Correction[]): string | null {
  const meant = known
    .map((correct) => correct(text))
    .find((corrected) => corrected !== text && accepts(schema, corrected));
  return meant === undefined ? null : `Did you mean ${showText(meant)}? ${schema.description ?? ""}`.trim();
}

function hintForNumber(value: unknown, schema: Annotated): string | null {
  if (typeof value !== "number" || Number.isSafeInteger(value) || value <= Number.MAX_SAFE_INTEGER) return null;
  const unlimited = accepts(schema, "unlimited") ? "Write unlimited for no limit, or" : "Write";
  return `${unlimited} a smaller number: this one would not be kept exactly.`;
}

function hintForList(value: unknown, schema: Annotated): string | null {
  const { title, type, items } = resolveSchema(schema);
  if (![type].flat().includes("array")) return null;
  if (isMap(value)) return `Put a dash before each item. ${explain(schema)}`;
  if (typeof value !== "string" && typeof value !== "number") return null;
  if (typeof value === "string" && /^-\S/.test(value)) return `Put a blank after each dash. ${explain(schema)}`;
  if (!items) return null;
  const several = typeof value === "string" ? value.split(/,\s+/, 50) : [];
  if (several.length > 1 && several.every((item) => accepts(items, item)))
    return `Write it as a list: ${inYaml(several)}.`;
  if (!accepts(items, value)) return null;
  const parts = title === "Command" ? String(value).trim().split(/\s+/) : [value];
  return `Write it as a list: ${inYaml(parts)}.`;
}

/** For several items that are one because nothing divides them; null where each of them would not do either. */
export function hintForItems(text: string, schema: Annotated, isFlow: boolean): string | null {
  const items = text.split(/\s+(?:-\s*)?/, 50);
  if (items.length < 2 || !items.every((item) => accepts(schema, item))) return null;
  if (isFlow) return `Put a comma between two items: ${items.join(", ")}.`;
  return /\s-/.test(text) ? "Put a blank after each dash." : "Begin each item with a dash.";
}

/** For the key of a map, corrected if that is all that it needs. */
export function hintForKey(key: string, schema: Annotated): string {
  const slip = key.length > longestCorrected ? null : hintForSlip(key, schema, slipsOfNames);
  return slip ?? explain(schema);
}

/** For a key that the map does not have: where it belongs, or what was probably meant. */
export function hintForUnknownKey(key: string, schema: Annotated): string {
  if (key === "<<")
    return "YAML 1.2 has no merge keys: write the keys out, or put them into the defaults of a level above.";
  const properties = schema.properties ?? {};
  const homes = Object.entries(properties).flatMap(([name, property]) => {
    const { properties: inner, additionalProperties: entries } = resolveSchema(property);
    if (inner && Object.hasOwn(inner, key)) return [`${name}:`];
    const entry = typeof entries === "object" ? resolveSchema(entries) : {};
    return entry.properties && Object.hasOwn(entry.properties, key) ? [`one of ${name}:`] : [];
  });
  // `cluster` for `clusters` is a slip, whatever there is further in.
  const isPlural = Object.hasOwn(properties, `${key}s`);
  if (homes.length > 0 && !isPlural) return `It belongs one level deeper, under ${homes.join(" or ")}`;
  // What a map in a list of hosts may be is decided by these keys.
  const known = schema.title === "Host" ? [...Object.keys(properties), "file", "command"] : Object.keys(properties);
  return suggestionHint(key, known, "Take it away, or look the right name up in the JSON Schema.");
}

export function hintForMissingKey(key: string, schema: Annotated): string {
  const [example] = (schema.examples ?? []).flatMap((value) => {
    const entry = (value as Readonly<Record<string, unknown>> | null)?.[key];
    return entry === undefined ? [] : [entry];
  });
  const otherwise = schema.title === "Host" ? "; a list of hosts has file: or command: instead" : "";
  return example === undefined ? `Add ${key}.` : `Add it, for example ${key}: ${inYaml(example)}${otherwise}`;
}

/** Whether a text or number is what the schema asks for. */
export function accepts(schema: Annotated, value: string | number): boolean {
  const resolved = resolveSchema(schema);
  const { type, pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = resolved;
  if (resolved.anyOf) return resolved.anyOf.some((choice) => accepts(choice, value));
  if (resolved.const !== undefined) return resolved.const === value;
  if (resolved.enum) return resolved.enum.includes(value);
  const types = type === undefined ? ["string"] : [type].flat();
  if (typeof value === "string") {
    if (!types.includes("string") || value.length < minLength || value.length > maxLength) return false;
    return pattern === undefined || new RegExp(pattern, "u").test(value);
  }
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = resolved;
  return types.includes("integer") && Number.isSafeInteger(value) && value >= minimum && value <= maximum;
}

let known: { readonly files: FileSchemas; readonly definitions: Readonly<Record<string, Annotated>> } | null = null;

function knownSchemas(): NonNullable<typeof known> {
  if (known === null) {
    const files = readSchemas();
    known = { files, definitions: Object.assign({}, ...Object.values(files).map(({ $defs }) => $defs)) };
  }
  return known;
}

/** The schema of a kind of file. */
export const schemaOfFile = (kind: SchemaKind): Annotated => knownSchemas().files[kind];

/** The schema itself where it only names one of the definitions. */
export function resolveSchema(schema: Annotated): Annotated {
  if (schema.$ref === undefined) return schema;
  return knownSchemas().definitions[schema.$ref.slice("#/$defs/".length)] ?? schema;
}

/** A value as YAML on one line, with quotation marks only where they are needed. */
export function inYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inYaml).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => `${inYaml(key)}: ${inYaml(item)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  if (typeof value !== "string") return String(value);
  const word = /^[A-Za-z0-9/~.-](?:[\w/.:@%-]*[\w/.@%-])?$/.test(value);
  const otherwise = !Number.isNaN(Number(value)) || /^(?:true|false|null|yes|no|on|off|[~-])$/i.test(value);
  return word && !otherwise ? value : showText(value);
}
