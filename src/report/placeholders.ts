import type { Value } from "../lib/json.ts";

/** A name, and what stands in its place where many names are spoken of at once, for example `{customer}`. */
export type Placeholder = readonly [name: string, placeholder: string];

/** The names of what a change is about. */
export interface NamedColumns {
  readonly customer: string | null;
  readonly environment: string | null;
  readonly host: string | null;
}

/** Placeholders for the names of an item, as the inventory has them in its templates; longer names come first. */
export function placeholdersOf({ customer, environment, host }: NamedColumns): readonly Placeholder[] {
  const placeholders: Placeholder[] = [];
  if (host) placeholders.push([host, "{host}"]);
  if (environment) placeholders.push([environment, "{environment}"]);
  if (customer) placeholders.push([customer, "{customer}"]);
  return placeholders;
}

/** The text with placeholders where whole names stand: a part of a longer word is no name. */
export function withPlaceholders(text: string, placeholders: readonly Placeholder[]): string {
  const present = placeholders.filter(([name]) => text.includes(name));
  if (present.length === 0) return text;
  let result = "";
  let at = 0;
  for (;;) {
    const found = nextName(text, at, present);
    if (found === null) return result + text.slice(at);
    const [start, [name, placeholder]] = found;
    result += text.slice(at, start) + placeholder;
    at = start + name.length;
  }
}

/** The same for every text in a value; one that holds no name is given back itself. */
export function valueWithPlaceholders(value: Value, placeholders: readonly Placeholder[]): Value {
  if (typeof value === "string") return withPlaceholders(value, placeholders);
  if (Array.isArray(value)) {
    const items = value.map((item) => valueWithPlaceholders(item, placeholders));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, valueWithPlaceholders(item, placeholders)]),
  );
}

/** The name that begins first at or after an offset; of several at one place the first placeholder's. */
function nextName(
  text: string,
  from: number,
  placeholders: readonly Placeholder[],
): readonly [number, Placeholder] | null {
  let best: readonly [number, Placeholder] | null = null;
  for (const placeholder of placeholders) {
    const start = indexOfWord(text, placeholder[0], from);
    if (start >= 0 && (best === null || start < best[0])) best = [start, placeholder];
  }
  return best;
}

function indexOfWord(text: string, word: string, from: number): number {
  for (let start = text.indexOf(word, from); start >= 0; start = text.indexOf(word, start + 1)) {
    if (!isLetter(text[start - 1]) && !isLetter(text[start + word.length])) return start;
  }
  return -1;
}

const isLetter = (character: string | undefined): boolean => character !== undefined && /[A-Za-z0-9]/.test(character);
