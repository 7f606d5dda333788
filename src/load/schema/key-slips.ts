import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { isInBrackets, keyOffset, keysInFile, type Positions, placeAt } from "../yaml/positions.ts";
import { missingBlankText, splitTogether } from "../yaml/slips/missing-blank.ts";
import { entryOf, isMap, type ValuePath } from "../yaml/value-path.ts";
import type { SchemaKind } from "./compile-schemas.ts";
import { type Entries, entriesOf, isEntryOutside, isSettingOf } from "./entries.ts";
import { meantStageKey } from "./environment-keys.ts";
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
  const entries = kind === null ? null : entriesOf[kind];
  if (entries && path.length === 1 && isEntryOutside(key, faulty.root, kind)) return entryOutside(faulty, entries);
  const levels = levelsAbove(faulty);
  if (levels === 0) return null;
  return {
    rule: "unknown-key",
    message: `unknown key ${showText(key)}`,
    hint: `It belongs ${levels === 1 ? "one level" : `${levels} levels`} further out.`,
  };
}

/** `p1:` in the column of `environments:`. */
function entryOutside({ key, root, positions }: FaultyKey, entries: Entries): DiagnosticText {
  const line = isMap(root) && entries.key in root ? placeOf(positions, root, entries.key)?.line : undefined;
  return {
    rule: "unknown-key",
    message: `${showText(key)} stands among the keys of the file, but is the name of ${entries.one}`,
    hint:
      line === undefined
        ? `Write ${entries.key}: on a line above it, and indent it and what belongs to it.`
        : `Indent it and what belongs to it: it goes below ${entries.key}: of line ${line}.`,
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

/** `hosts:` in the column of the environment that it belongs to, or `url:` in that of its cluster. */
export function explainMisplacedSetting(
  key: string,
  entries: Entries,
  map: object,
  positions: Positions,
): DiagnosticText {
  return {
    rule: "unknown-key",
    message: `${showText(key)} stands among the ${entries.key}, but belongs to one of them`,
    hint: hintForEntryBefore(key, { entries, map, positions, from: map }) ?? `Put it below ${entries.one}.`,
  };
}

interface Misplaced {
  readonly entries: Entries;
  /** The entries. */
  readonly map: object;
  readonly positions: Positions;
  /** The map that the key is in. */
  readonly from: object;
}

/** How far to indent a key so that it belongs to the entry before it; null when there is none before it. */
export function hintForEntryBefore(key: string, { entries, map, positions, from }: Misplaced): string | null {
  const known = map as Readonly<Record<string, unknown>>;
  const offset = keyOffset(positions, from as Readonly<Record<string, unknown>>, key);
  if (offset === undefined) return null;
  const before = keysInFile(positions, known).findLast(
    (name) => name !== key && !isSettingOf(entries, name) && (keyOffset(positions, known, name) ?? offset) < offset,
  );
  const place = before === undefined ? null : placeOf(positions, known, before);
  if (before === undefined || place === null) return null;
  const body = known[before];
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
