import { parseJson } from "./parse-json.ts";
/** Data that may be of a form: what its members are has to be looked at. */
export type Loose<T> = { readonly [Key in keyof T]?: unknown };

export const isObject = <T>(value: unknown): value is Loose<T> => typeof value === "object" && value !== null;

/** Data of a form from its JSON; null for what is not in that form, wherever it came from. */
export function parseForm<T>(text: string | null, isOfForm: (value: unknown) => value is T): T | null {
  try {
    const value = text === null ? null : parseJson(text);
    return isOfForm(value) ? value : null;
  } catch {
    return null;
  }
}
