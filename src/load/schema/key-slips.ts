import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { isInBrackets, keyOffset, keysInFile, type Positions, placeAt } from "../yaml/positions.ts";
import { missingBlankText, splitTogether } from "../yaml/slips/missing-blank.ts";
import { entryOf, isMap, type ValuePath } from "../yaml/value-path.ts";
import type { SchemaKind } from "./compile-schemas.ts";
import { isEnvironmentSetting, meantStageKey, stageOf } from "./environment-keys.ts";
import { type Annotated, resolveSchema, schemaOfFile } from "./schema-hints.ts";

/** A key that its mapping does not have or does not accept. */
export interface FaultyKey {
  readonly key: string;
  /** With the key. */
  readonly path: ValuePath;
  readonly schema: Annotated;
  readonly root: unknown;
  readonly positions: Positions;
  /** Null: the data is not that of a file. */
  readonly kind: SchemaKind | null;
}

/** What a slip made of an unknown key, or null when it is only unknown. */
export function explainUnknownKey(faulty: FaultyKey): DiagnosticText | null {
  const { key, path, schema, kind } = faulty;
  const together = splitTogether(key);
  if (together && Object.hasOwn(schema.properties ?? {}, together.key)) {
    const [message, hint] = missingBlankText(together, true);
    return { rule: "unknown-key", message, hint };
  }
  if (kind === "customer" && path.length === 1 && stageOf(key) !== null) return environmentOutside(faulty);
  const levels = levelsAbove(faulty);
  if (levels === 0) return null;
  return {
    rule: "unknown-key",
    message: `unknown key ${showText(key)}`,
    hint: `It belongs ${levels === 1 ? "one level" : `${levels} levels`} further out.`,
  };
}

/** `p1:` in the column of `environments:`. */
function environmentOutside({ key, root, positions }: FaultyKey): DiagnosticText {
  const line = isMap(root) && "environments" in root ? placeOf(positions, root, "environments")?.line : undefined;
  return {
    rule: "unknown-key",
    message: `${showText(key)} stands among the keys of the customer, but is the key of an environment`,
    hint:
      line === undefined
        ? "Write environments: on a line above it, and indent it and what belongs to it."
        : `Indent it and what belongs to it: it goes below environments: of line ${line}.`,
  };
}

/** How many levels above its mapping the key would be known; 0: on none. */
function levelsAbove({ key, path, kind }: FaultyKey): number {
  if (kind === null) return 0;
  const schemas: Annotated[] = [schemaOfFile(kind)];
  for (const step of path.slice(0, -1)) {
    const schema = schemas.at(-1) ?? {};
    const { properties = {}, additionalProperties: entries, items } = schema;
    const property = typeof step === "number" ? items : properties[step];
    schemas.push(resolveSchema(property ?? (typeof entries === "object" ? entries : {})));
  }
  const home = schemas.findLastIndex(
    ({ properties }, index) => index < schemas.length - 1 && properties !== undefined && Object.hasOwn(properties, key),
  );
  // An item of a list has nothing to do with the keys around the list.
  const isInItem = path.slice(Math.max(0, home)).some((step) => typeof step === "number");
  return home < 0 || isInItem ? 0 : schemas.length - 1 - home;
}

/** `hosts:` in the column of the environment that it belongs to. */
export function explainMisplacedSetting(key: string, environments: object, positions: Positions): DiagnosticText {
  return {
    rule: "unknown-key",
    message: `${showText(key)} stands among the environments, but belongs to one of them`,
    hint: environmentBefore(key, environments, environments, positions) ?? "Put it below an environment.",
  };
}

/** How far to indent a key so that it belongs to the environment before it; null when there is none before it. */
export function environmentBefore(key: string, map: object, environments: object, positions: Positions): string | null {
  const entries = environments as Readonly<Record<string, unknown>>;
  const offset = keyOffset(positions, map as Readonly<Record<string, unknown>>, key);
  if (offset === undefined) return null;
  const before = keysInFile(positions, entries).findLast(
    (name) => name !== key && !isEnvironmentSetting(name) && (keyOffset(positions, entries, name) ?? offset) < offset,
  );
  const place = before === undefined ? null : placeOf(positions, entries, before);
  if (before === undefined || place === null) return null;
  const body = entries[before];
  const [first] = isMap(body) ? keysInFile(positions, body) : [];
  const inner = isMap(body) && first !== undefined ? placeOf(positions, body, first) : null;
  // Within brackets nothing can be indented.
  const isFlow = isMap(body) && isInBrackets(positions, body);
  const indent = inner && !isFlow ? inner.column - 1 : place.column + 1;
  return isFlow
    ? `Put it into the brackets of ${before} in line ${place.line}.`
    : `Indent it by ${indent} blanks to make it part of ${before} (line ${place.line}).`;
}

function placeOf(positions: Positions, map: Readonly<Record<string, unknown>>, key: string) {
  const offset = keyOffset(positions, map, key);
  return offset === undefined ? null : placeAt(positions, offset);
}

/** The hint for a key that no environment can have, where another was meant. */
export function hintForEnvironmentKey({ key, path, root, kind }: FaultyKey): string | null {
  if (kind !== "customer" || path.length !== 2 || path[0] !== "environments") return null;
  const customer = entryOf(root, "customer");
  const meant = meantStageKey(key, typeof customer === "string" ? customer : "");
  return meant === null ? null : `Did you mean ${showText(meant)}?`;
}
