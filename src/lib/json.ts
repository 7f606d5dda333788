import { isDeepStrictEqual } from "node:util";

/** JSON data. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Fields = Readonly<Record<string, Value>>;

/** Whether two values are the same JSON data, written in the same order of keys. */
export function sameValue(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

/** Whether two values are the same JSON data, whatever the order of keys. */
export const equalData = (left: unknown, right: unknown): boolean => isDeepStrictEqual(left, right);

/** A JSON pointer (RFC 6901) to what the keys and indexes lead to. */
export const jsonPointer = (path: readonly (string | number)[]): string =>
  path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
