import { usageError } from "../../errors.ts";
import type { ProcessVariables } from "../../ports.ts";

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

/** One of the words that an option takes. Throws a usage error for another. */
export function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw usageError(`${name} must be one of ${allowed.join(", ")}, not ${JSON.stringify(value)}`);
  return found;
}

/** A number that an option takes; null: the option is not given. Throws a usage error for anything else. */
export function wholeNumber(name: string, value: unknown, minimum: number): number | null {
  if (value === undefined) return null;
  const number = Number(value);
  if (!/^\d+$/.test(String(value)) || !Number.isSafeInteger(number) || number < minimum) {
    throw usageError(`${name} must be a whole number from ${minimum} up, not ${JSON.stringify(value)}`);
  }
  return number;
}
