import { showText } from "../diagnostics/show-text.ts";
import { isHostName, longestRange, mostHostsOfRange } from "./host-names.ts";

type ExpandedPattern =
  | { readonly names: readonly string[]; readonly port: number | null }
  | { readonly message: string; readonly hint: string };

/** The names of an Ansible pattern, `web[01:04]`, `[a:d]`, `[0:10:5]`, and the port behind it; or what is wrong with it. */
export function expandAnsiblePattern(pattern: string): ExpandedPattern {
  if (pattern.length > longestRange)
    return { message: `${showText(pattern)} is too long for a host name`, hint: nameHint };
  const { host, port } = parseAddress(pattern);
  const names = expandRanges(host);
  if (typeof names === "string") return { message: names, hint: rangeHint };
  const wrong = names.find((name) => !isHostName(name));
  if (wrong === undefined) return { names, port };
  if (/\S\s+\S/.test(wrong)) return { message: `${showText(wrong)} is not a host name`, hint: severalHint };
  return { message: `${showText(wrong)} is not a host name`, hint: nameHint };
}

const rangeHint = "Ansible ranges are written [01:04] or [a:d].";

const nameHint = "Host names are made of letters, digits, ., - and _; ranges are written [01:04] or [a:d].";

const severalHint = "Write one host a line; in YAML each with a colon behind it.";

const numbers = String.raw`\[\d+:\d+(?::\d+)?\]`;
const hexadecimal = String.raw`\[[\da-f]+:[\da-f]+(?::\d+)?\]`;
const alphanumeric = String.raw`\[(?:[a-z]:[a-z]|\d+:\d+)(?::\d+)?\]`;
const four = `(?:[01]?\\d{1,2}|2[0-4]\\d|25[0-5]|${numbers})`;
const six = `(?:[\\da-f]{1,4}|${hexadecimal})`;
const label = `(?:\\w|${alphanumeric})(?:[\\w-]|${alphanumeric})*(?<![_-])`;
const addressForms = [
  `^(?:${four}\\.){3}${four}$`,
  // The forms of an IPv6 address, of which Ansible asks only that the text begins with one.
  `^(?:(?:${six}:){7}${six}|(?:${six}:){1,6}:|(?:${six}:)(?::${six}){1,6}|(?:${six}:){2}(?::${six}){1,5}|(?:${six}:){3}(?::${six}){1,4}|(?:${six}:){4}(?::${six}){1,3}|(?:${six}:){5}(?::${six}){1,2}|(?:${six}:){6}(?::${six})|:(?::${six}){1,6}|${six}?::)`,
  `^${label}(?:\\.${label})*$`,
].map((source) => new RegExp(source, "i"));

/** The port of `name:2222` or `[2001:db8::1]:2222`, which is one only behind what Ansible takes for a name or address. */
function parseAddress(pattern: string): { readonly host: string; readonly port: number | null } {
  let host = pattern;
  let port: number | null = null;
  for (const form of [/^\[(.+)\]:(\d+)$/, /^((?:[^:[\]]|\[[^\]]*\])*):(\d+)$/]) {
    const [, before, digits] = form.exec(host) ?? [];
    if (before === undefined) continue;
    host = before;
    port = Number(digits);
  }
  return addressForms.some((form) => form.test(host)) ? { host, port } : { host: pattern, port: null };
}

function expandRanges(pattern: string): readonly string[] | string {
  let names = [""];
  for (const [index, piece] of pattern.split(/(\[[^[\]]*\])/).entries()) {
    const values = index % 2 === 0 ? [piece] : rangeValues(piece);
    if (values.length === 0) return `${showText(piece)} is not a range`;
    if (names.length * values.length > mostHostsOfRange)
      return `${showText(pattern)} stands for more than ${mostHostsOfRange} hosts`;
    names = names.flatMap((start) => values.map((value) => start + value));
  }
  return names;
}

/** The letters that ranges count through. */
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The values of `[01:04]`; none: it is not a range, or Ansible would make no host of it. */
function rangeValues(text: string): readonly string[] {
  const match = /^\[(?:(\d{0,9}):(\d{1,9})|([a-zA-Z]):([a-zA-Z]))(?::([1-9]\d{0,8}))?\]$/.exec(text);
  if (!match) return [];
  const [, first = "", last = "", firstLetter, lastLetter, step = "1"] = match;
  const isPadded = first.startsWith("0") && first.length > 1;
  if (isPadded && first.length !== last.length) return [];
  const from = firstLetter === undefined ? Number(first) : letters.indexOf(firstLetter);
  const to = lastLetter === undefined ? Number(last) : letters.indexOf(lastLetter);
  const values: string[] = [];
  for (let value = from; value <= to && values.length <= mostHostsOfRange; value += Number(step))
    values.push(
      firstLetter === undefined ? String(value).padStart(isPadded ? first.length : 0, "0") : letters.charAt(value),
    );
  return values;
}
