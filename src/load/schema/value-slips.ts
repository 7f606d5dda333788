import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import type { Container } from "../yaml/positions.ts";
import { keysInFile, type Positions, valueOffset } from "../yaml/positions.ts";
import { missingBlankText, splitTogether } from "../yaml/slips/missing-blank.ts";
import { isMap } from "../yaml/value-path.ts";
import { type Annotated, accepts, inYaml, resolveSchema } from "./schema-hints.ts";

/** A value of another type than its schema wants. */
export interface MistypedValue {
  readonly value: unknown;
  readonly schema: Annotated;
  readonly positions: Positions;
  /** How the file goes on from the value. */
  readonly source: string;
  /** How messages call it. */
  readonly name: string;
}

/** What a slip made of a value whose type is wrong, or null. The value must be one that may be shown. */
export function explainWrongType(faulty: MistypedValue): DiagnosticText | null {
  const types = [resolveSchema(faulty.schema).type ?? []].flat();
  const { value } = faulty;
  if (typeof value === "string" && types.includes("object")) return keyTogether(value);
  if (isMap(value) && types.includes("string")) return mapForText(value, faulty);
  if (isMap(value) && types.includes("array")) return mapForList(value, faulty);
  return Array.isArray(value) && types.includes("object") ? listForMap(value, faulty) : null;
}

/** `name:Zeta` as the only line of a mapping. */
function keyTogether(text: string): DiagnosticText | null {
  const together = splitTogether(text);
  if (!together) return null;
  const [message, hint] = missingBlankText(together, !/\s/.test(text));
  return { rule: "wrong-type", message, hint };
}

/** `{customer}`, `cost-centre: 1` and `db01.example.com:` where a text should be. */
function mapForText(map: Readonly<Record<string, unknown>>, faulty: MistypedValue): DiagnosticText | null {
  const { schema, name, source } = faulty;
  const [key = "", ...others] = Object.keys(map);
  if (key === "" || others.length > 0) return null;
  const [placeholder] = /^\{\w{1,40}\}/.exec(source) ?? [];
  if (placeholder !== undefined) {
    return {
      rule: "wrong-type",
      message: `${placeholder} needs quotation marks, because of its brackets`,
      hint: `Write ${showText(placeholder)}.`,
    };
  }
  const value = writtenValue(map, key, faulty);
  if (value === null) return null;
  if (value === "") {
    if (!accepts(schema, key)) return null;
    return {
      rule: "wrong-type",
      message: `${name} must be text, and the colon at its end makes a mapping of it`,
      hint: `Write ${inYaml(key)}, without the colon.`,
    };
  }
  const text = joined(schema, key, value);
  if (text === null) return null;
  return {
    rule: "wrong-type",
    message: `${name} must be text, not the mapping ${showText(`${key}: ${value}`).slice(1, -1)}`,
    hint: `Write ${inYaml(text)}, without a blank.`,
  };
}

/** `tags: { cost-centre: 1 }` */
function mapForList(map: Readonly<Record<string, unknown>>, faulty: MistypedValue): DiagnosticText | null {
  const { items } = resolveSchema(faulty.schema);
  const entries = keysInFile(faulty.positions, map).map((key) => {
    const value = writtenValue(map, key, faulty);
    return value === null || !items || resolveSchema(items).type !== "string" ? null : joined(items, key, value);
  });
  if (entries.length === 0 || entries.length > 10 || entries.includes(null)) return null;
  return {
    rule: "wrong-type",
    message: `${faulty.name} must be a list, not a mapping`,
    hint: `Write it as a list: ${inYaml(entries)}.`,
  };
}

/** `access: [abc-p1: viewer]`, or a dash before each key. */
function listForMap(list: readonly unknown[], { name, source }: MistypedValue): DiagnosticText | null {
  const hasKeys = list.length > 0 && list.every((item) => isMap(item) && Object.keys(item).length === 1);
  if (!hasKeys) return null;
  return {
    rule: "wrong-type",
    message: `${name} must be a mapping, not a list`,
    hint: source.startsWith("[") ? "Write { and } in place of [ and ]." : "Take the dash before each key away.",
  };
}

/** The value as the file has it; empty where there is none, null where it is none that a text could hold. */
function writtenValue(
  map: Readonly<Record<string, unknown>>,
  key: string,
  { positions }: MistypedValue,
): string | null {
  const value = map[key];
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (typeof value !== "number" && typeof value !== "boolean") return null;
  const offset = valueOffset(positions, map as Container, key);
  const written = offset === undefined ? null : /^[\w.+-]{1,60}/.exec(positions.text.slice(offset, offset + 61));
  return written?.[0] ?? String(value);
}

/** Key and value as one text of the form that the schema has, or null when it accepts none. */
function joined(schema: Annotated, key: string, value: string): string | null {
  const isPair = resolveSchema(schema).examples?.some((example) => /^\w+=/.test(String(example)));
  const text = value === "" ? key : `${key}${isPair ? "=" : ":"}${value}`;
  return accepts(schema, text) ? text : null;
}
