import type { TextOrList } from "./file-types.ts";

/** The usable items of what may be written as one text or as a list. */
export function asList(value: TextOrList): readonly string[] {
  return typeof value === "string" ? [value] : value.filter((item) => item !== undefined);
}
