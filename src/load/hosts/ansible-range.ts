import { showText } from "../diagnostics/show-text.ts";
import type { ListDiagnostic } from "./host-list.ts";
import { isHostName, longestRange, mostHostsOfRange } from "./host-names.ts";

/** Names of an Ansible pattern: `[01:04]`, `[a:d]`, `[0:10:5]`; and what is wrong with it or one of them. */
export function expandAnsiblePattern(pattern: string): {
  readonly names: readonly string[];
  readonly diagnostic: Omit<ListDiagnostic, "offset"> | null;
} {
  const names = expandRanges(pattern);
  if (typeof names === "string") return { names: [], diagnostic: { message: names, hint: rangeHint } };
  const wrong = names.find((name) => !isHostName(name));
  return {
    names,
    diagnostic: wrong === undefined ? null : { message: `${showText(wrong)} is not a host name`, hint: nameHint },
  };
}

const rangeHint = "Ansible ranges are written [01:04] or [a:d].";

const nameHint = "Host names are made of letters, digits, ., - and _; ranges are written [01:04] or [a:d].";

function expandRanges(pattern: string): readonly string[] | string {
  if (pattern.length > longestRange) return `${showText(pattern)} is too long for a host name`;
  let names = [""];
  for (const [index, piece] of pattern
    .toLowerCase()
    .split(/(\[[^[\]]*\])/)
    .entries()) {
    const values = index % 2 === 0 ? [piece] : rangeValues(piece);
    if (values.length === 0) return `${showText(piece)} is not a range`;
    if (names.length * values.length > mostHostsOfRange)
      return `${showText(pattern)} stands for more than ${mostHostsOfRange} hosts`;
    names = names.flatMap((start) => values.map((value) => start + value));
  }
  return names;
}

function rangeValues(text: string): readonly string[] {
  const match = /^\[(?:(\d{1,9}):(\d{1,9})|([a-z]):([a-z]))(?::([1-9]\d{0,8}))?\]$/.exec(text);
  if (!match) return [];
  const [, first, last, firstLetter, lastLetter, step = "1"] = match;
  const letters = firstLetter !== undefined && lastLetter !== undefined;
  const from = letters ? firstLetter.charCodeAt(0) : Number(first);
  const to = letters ? lastLetter.charCodeAt(0) : Number(last);
  const values: string[] = [];
  for (let value = from; value <= to && values.length <= mostHostsOfRange; value += Number(step)) {
    values.push(letters ? String.fromCharCode(value) : String(value).padStart(first?.length ?? 0, "0"));
  }
  return values;
}
