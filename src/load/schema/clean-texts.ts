import { createHash } from "node:crypto";
import { parseForm } from "../../lib/form.ts";
import type { Offsets, Positions } from "../yaml/positions.ts";
import type { SchemaKind } from "./compile-schemas.ts";

/** The data of a text, and its digest (`digestOf`). */
interface CleanText {
  readonly value: unknown;
  readonly digest: string;
}

/** What was read before of texts that were valid by themselves. */
export interface CleanTexts {
  /** Fills in the positions of the text that they are for; undefined when the text is not known. */
  recall(kind: SchemaKind, positions: Positions): CleanText | undefined;
  /** The value must be nothing but what JSON can hold. */
  keep(kind: SchemaKind, text: CleanText, positions: Positions): void;
  /** What was recalled or kept, for the next time; null when little of it is new. */
  toText(): string | null;
}

/** Writing everything again for a few texts would cost more than reading them again. */
const worthwhile = 0.02;
const digestLength = 44;

/**
 * `stored` is what `toText` gave before: a line for each text, of a digest of its kind and itself, and the JSON of its
 * data, its offsets and the digest of its data.
 */
export function createCleanTexts(stored: string): CleanTexts {
  const known = new Map<string, string>();
  for (const line of stored.split("\n")) known.set(line.slice(0, digestLength), line.slice(digestLength));
  const used = new Map<string, string>();
  let added = 0;
  return {
    recall(kind, positions) {
      const key = keyOf(kind, positions.text);
      const json = known.get(key) ?? null;
      const read = parseForm(json, isStored);
      // A line that is damaged is as good as none.
      if (json === null || read === null) return undefined;
      used.set(key, json);
      const [value, offsets, digest] = read;
      for (const [index, container] of containersOf(value).entries()) {
        positions.offsets.set(container, offsets[index] ?? []);
      }
      return { value, digest };
    },
    keep(kind, { value, digest }, positions) {
      const offsets = containersOf(value).map((container) => positions.offsets.get(container));
      used.set(keyOf(kind, positions.text), JSON.stringify([value, offsets, digest]));
      added += 1;
    },
    toText: () => (added <= worthwhile * used.size ? null : [...used].map(([key, json]) => key + json).join("\n")),
  };
}

type Stored = readonly [value: unknown, offsets: readonly Offsets[], digest: string];

const isStored = (value: unknown): value is Stored =>
  Array.isArray(value) && value.length === 3 && Array.isArray(value[1]) && typeof value[2] === "string";

const keyOf = (kind: SchemaKind, text: string): string =>
  createHash("sha256").update(kind).update(" ").update(text).digest("base64");

/** All maps and lists of a value, each before what it holds, in an order that JSON keeps. */
function containersOf(value: unknown, found: object[] = []): readonly object[] {
  if (typeof value !== "object" || value === null) return found;
  found.push(value);
  for (const item of Array.isArray(value) ? value : Object.values(value)) containersOf(item, found);
  return found;
}
