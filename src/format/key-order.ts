import { readFileSync } from "node:fs";
import { parseJson } from "../lib/parse-json.ts";
import type { SchemaKind } from "../load/schema/compile-schemas.ts";
import { packageFolder } from "../package-folder.ts";
import { type CollectionNode, type Entry, fromComment, type LayoutNode } from "./layout.ts";

/** The part of a JSON Schema that says which keys a map may have. */
export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly then?: Schema;
  readonly else?: Schema;
}

const schemaFolder = new URL("schema/", packageFolder);

export function readSchema(kind: SchemaKind): Schema {
  return parseJson(readFileSync(new URL(`${kind}.schema.json`, schemaFolder), "utf8")) as Schema;
}

/**
 * The node with the keys of its maps in the order in which the schema lists them; unknown keys follow as they are.
 * Names that the user gives (of environments, roles, tags and the like) and lists stay in their order.
 */
export function orderKeys(node: LayoutNode, schema: Schema): LayoutNode {
  return order(node, [schema], schema);
}

function order(node: LayoutNode, schemas: readonly Schema[], file: Schema): LayoutNode {
  if (node.kind === "scalar") return node;
  const shapes = schemas.flatMap((schema) => shapesOf(schema, file));
  if (node.kind === "list") {
    const items = shapes.flatMap((shape) => shape.items ?? []);
    return { ...node, entries: node.entries.map((entry) => ({ ...entry, value: order(entry.value, items, file) })) };
  }
  const shape = fitting(shapes, node);
  const names = Object.keys(shape?.properties ?? {});
  const entries = node.entries.map((entry) => {
    const inner = valueSchema(shape, keyOf(entry));
    return inner ? { ...entry, value: order(entry.value, [inner], file) } : entry;
  });
  return { ...node, entries: sortEntries(entries, names) };
}

/** What a schema may stand for, with references followed. */
function shapesOf(schema: Schema, file: Schema): readonly Schema[] {
  const name = schema.$ref?.replace(/^#\/\$defs\//, "");
  const referred = name === undefined ? undefined : file.$defs?.[name];
  const others = [referred, ...(schema.anyOf ?? []), schema.then, schema.else];
  return [schema, ...others.flatMap((other) => (other ? shapesOf(other, file) : []))];
}

/** Of the shapes that a map may have the one that knows most of its keys. */
function fitting(shapes: readonly Schema[], node: CollectionNode): Schema | undefined {
  const known = ({ properties = {} }: Schema): number =>
    node.entries.filter((entry) => Object.hasOwn(properties, keyOf(entry))).length;
  const maps = shapes.filter((shape) => shape.properties || typeof shape.additionalProperties === "object");
  return maps.reduce<Schema | undefined>(
    (best, shape) => (best && known(best) >= known(shape) ? best : shape),
    undefined,
  );
}

function valueSchema(shape: Schema | undefined, key: string): Schema | undefined {
  const { properties = {}, additionalProperties } = shape ?? {};
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

function keyOf({ key }: Entry): string {
  return key && "text" in key.content ? key.content.text : "";
}

function sortEntries(entries: readonly Entry[], names: readonly string[]): readonly Entry[] {
  const ranks = new Map(names.map((name, index) => [name, index]));
  const rank = (entry: Entry): number => ranks.get(keyOf(entry)) ?? names.length;
  const sorted = [...entries].sort((left, right) => rank(left) - rank(right));
  if (sorted.every((entry, index) => entry === entries[index])) return entries;
  // A blank line goes with the entry below it, except where all of them are divided by blank lines.
  const divided = entries.slice(1).every(({ before }) => before[0] === "");
  const blank = (entry: Entry, index: number): boolean =>
    index > 0 && (divided || (entry !== entries[0] && entry.before[0] === ""));
  return sorted.map((entry, index) => {
    const before = fromComment(entry.before);
    return { ...entry, before: blank(entry, index) ? ["", ...before] : before };
  });
}
