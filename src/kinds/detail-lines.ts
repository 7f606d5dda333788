import { showValue } from "../lib/printable.ts";
import type { DetailLine, FieldValues } from "./kind.ts";

/** Fields as lines of details. A side that is null has nothing of any field, and shows nothing. */
export function detailLines(
  fields: readonly FieldValues[],
  sides: { readonly before: unknown; readonly after: unknown },
): readonly DetailLine[] {
  return fields.map(({ field, before, after }) => ({
    field,
    before: sides.before === null ? null : showValue(before),
    after: sides.after === null ? null : showValue(after),
  }));
}

/** From this many on, items that one place makes are counted instead of listed one by one. */
export const manyFromOnePlace = 6;
