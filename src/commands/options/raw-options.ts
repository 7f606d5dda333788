import { suggest } from "../../load/diagnostics/suggest.ts";
import type { ProcessVariables } from "../../ports.ts";
import { OptionError } from "./option-error.ts";

/** Options as commander hands them over, by their names in camelCase. */
export interface RawOptions {
  readonly [name: string]: unknown;
}

/** The values of an option that may be given several times. */
export const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

export const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** Whether colours are wanted where there is a terminal. */
export const mayColor = (raw: RawOptions, variables: ProcessVariables): boolean =>
  raw["color"] !== false && !variables["NO_COLOR"];

/** One of the words that an option takes. Throws an OptionError for another. */
export function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw new OptionError(
      `${name} must be one of ${allowed.join(", ")}, not ${JSON.stringify(value)}`,
      didYouMean(String(value), allowed),
    );
  return found;
}

/** `did you mean json?`, or undefined where none of the words is near. */
export function didYouMean(text: string, words: readonly string[]): string | undefined {
  const meant = suggest(text, words) ?? words.find((word) => beginsAlike(text, word));
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}

/** `warning` for `warn`, and the other way round. */
const beginsAlike = (text: string, word: string): boolean =>
  Math.min(text.length, word.length) > 2 && (text.startsWith(word) || word.startsWith(text));

/** A number that an option takes; null: the option is not given. Throws an OptionError for anything else. */
export function wholeNumber(name: string, value: unknown, minimum: number): number | null {
  if (value === undefined) return null;
  const number = Number(value);
  if (!/^\d+$/.test(String(value)) || !Number.isSafeInteger(number) || number < minimum) {
    throw new OptionError(`${name} must be a whole number from ${minimum} up, not ${JSON.stringify(value)}`);
  }
  return number;
}
