import type { Folding } from "../kinds/kind.ts";
import type { Value } from "../lib/json.ts";
import { count, showValue } from "../lib/printable.ts";
import { compareText, shortened } from "../lib/text.ts";
import type { Change } from "../model/change.ts";
import { placeholdersOf, valueWithPlaceholders } from "./placeholders.ts";
import { valueDelta } from "./value-delta.ts";

/** A field of a change that may be shown together with the same field of others. */
export interface FoldedField {
  readonly field: string;
  /** It only names the item, so that it differs from item to item. */
  readonly isName: boolean;
  /** The title tells it where it is the same. */
  readonly isTitled: boolean;
  /** What becomes of it. */
  readonly text: string;
  /** The same with placeholders for the names of what the change is about. */
  readonly general: string;
  /** Elements of a list that comes into being; null: something else. */
  readonly elements: readonly string[] | null;
}

/** A field with what becomes of it, in words. */
export interface FieldText {
  readonly field: string;
  readonly text: string;
}

/** Different values of a field that are shown, and characters of each. */
const shownValues = 3;
const longestValue = 60;

/** Fields that are shown of an entry; only one with changes of many shapes has more. */
const shownFields = 8;

export function foldedFields(change: Change, { fields, naming, titled }: Folding): readonly FoldedField[] {
  const placeholders = placeholdersOf(change);
  const generalise = (value: Value | undefined) =>
    value === undefined ? undefined : valueWithPlaceholders(value, placeholders);
  return fields.map(({ field, before, after }) => {
    const isNew = change.before === null || before === undefined;
    const show = (from: Value | undefined, to: Value | undefined) =>
      isNew ? showValue(to) : valueDelta(from, to, "none");
    const [generalBefore, generalAfter] = [generalise(before), generalise(after)];
    const text = show(before, after);
    const same = generalBefore === before && generalAfter === after;
    return {
      field,
      isName: naming.includes(field),
      isTitled: titled.includes(field),
      text,
      general: same ? text : show(generalBefore, generalAfter),
      elements: isNew && Array.isArray(generalAfter) ? generalAfter.map(showValue) : null,
    };
  });
}

/** The fields of many changes, each once: what becomes of it in all of them, or that it differs, and how. */
export function summariseFields(changes: readonly (readonly FoldedField[])[]): readonly FieldText[] {
  const byField = new Map<string, FoldedField[]>();
  for (const field of changes.flat()) {
    const group = byField.get(field.field);
    if (group) group.push(field);
    else byField.set(field.field, [field]);
  }
  const shown = [...byField].filter(([, values]) => !isTold(values));
  const texts = shown.map(([field, values]) => {
    const part = values.length === changes.length ? "" : ` (in ${values.length} of ${changes.length})`;
    return { field, text: `${summarise(values)}${part}` };
  });
  const hidden = texts.slice(shownFields).map(({ field }) => field);
  return [
    ...texts.slice(0, shownFields),
    ...(hidden.length === 0 ? [] : [{ field: count(hidden.length, "more field"), text: shorten(hidden.join(", ")) }]),
  ];
}

const isTold = (values: readonly FoldedField[]): boolean =>
  values.every(({ isTitled, text }) => isTitled && text === values[0]?.text);

function summarise(values: readonly FoldedField[]): string {
  const [first] = values;
  if (first === undefined) return "";
  if (values.every(({ text }) => text === first.text)) return first.text;
  if (values.every(({ general }) => general === first.general)) return first.general;
  const lists = values.flatMap(({ elements }) => (elements === null ? [] : [elements]));
  if (lists.length < values.length) return `differs: ${frequent(values.map(({ general }) => general))}`;
  const carriers = new Map<string, number>();
  for (const element of lists.flatMap((list) => [...new Set(list)])) {
    carriers.set(element, (carriers.get(element) ?? 0) + 1);
  }
  const common = [...carriers].flatMap(([element, times]) => (times === lists.length ? [element] : []));
  const differing = lists.flat().filter((element) => carriers.get(element) !== lists.length);
  return [...common, `differs: ${frequent(differing)}`].join(", ");
}

/** The most frequent texts, with how often there are, and how many others. */
function frequent(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const sorted = [...counts].sort(([left, many], [right, more]) => more - many || compareText(left, right));
  const shown = sorted
    .slice(0, shownValues)
    .map(([text, times]) => `${shorten(text)}${times > 1 ? ` (${count(times, "time")})` : ""}`);
  const others = sorted.length - shown.length;
  return `${shown.join(", ")}${others > 0 ? ` and ${count(others, "other")}` : ""}`;
}

const shorten = (text: string): string => shortened(text, longestValue);
