import { isIP } from "node:net";
import { findLookAlike, withoutLookAlikes } from "../diagnostics/look-alikes.ts";
import { showText } from "../diagnostics/show-text.ts";
import { missingBlankText, splitTogether } from "../yaml/slips/missing-blank.ts";

/** Hosts that one range may stand for. */
export const mostHostsOfRange = 10_000;
/** Characters of a name, and of what is between its dots, that DNS allows. */
const longestName = 253;
const longestLabel = 63;
const longLabel = new RegExp(`[^.]{${longestLabel + 1},}`);
/** Characters of a name with ranges in it; the schema says the same. */
export const longestRange = 1000;

type ExpandedNames =
  | { readonly names: readonly string[] }
  | {
      readonly message: string;
      readonly hint: string;
      /** How many names were made before it was noticed. */
      readonly tried: number;
    };

/** The names that a name or range stands for, in lower case: `web[01-02].example.com` gives two. */
export function expandHostNames(text: string): ExpandedNames {
  if (!text.includes("[") || text.length > longestRange) return checkNames([text.toLowerCase()], text);
  const pieces = text.split(/(\[[^[\]]*\])/);
  const choices: (readonly string[])[] = [];
  let count = 1;
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 0) {
      choices.push([piece]);
      continue;
    }
    const room = Math.floor(mostHostsOfRange / count);
    const values = expandRange(piece.slice(1, -1), room);
    if (values === tooManyValues) return tooMany(text);
    if (typeof values === "string") return wrongRange(`the range ${showText(piece)} ${values}`);
    if (values.length > room) return tooMany(text);
    choices.push(values);
    count *= values.length;
  }
  let names = [""];
  for (const values of choices) names = names.flatMap((start) => values.map((value) => start + value));
  return checkNames(
    names.map((name) => name.toLowerCase()),
    text,
  );
}

/** Whether the text is a host name or an IP address. */
export function isHostName(text: string): boolean {
  if (nameCharacters.test(text)) return !isTooLong(text) && !text.endsWith(".");
  return isIP(text) === 6 && !text.includes("%");
}

const nameCharacters = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** A name of at most 63 characters has no longer label either. */
const isTooLong = (name: string): boolean =>
  name.length > longestLabel && (name.length > longestName || longLabel.test(name));

export const isIpAddress = (text: string): boolean => isIP(text) !== 0;

/** One form for every way to write the same name or address, for comparisons. */
export function canonicalHost(text: string): string {
  if (!text.includes(":") || isIP(text) !== 6) return text.toLowerCase();
  return new URL(`http://[${text}]/`).hostname;
}

const tooManyValues: readonly string[] = [];

/** The values of `01-04,7`, or what is wrong with it. May stop when there are more than `most`. */
function expandRange(text: string, most: number): readonly string[] | string {
  const values: string[] = [];
  for (const part of text.split(",")) {
    const match = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(part);
    if (!match) return "is not made of numbers such as 01-04 or 1,3,7-9";
    const [, first = "", last = first] = match;
    if (first.length !== last.length && [first, last].some((end) => /^0\d/.test(end))) {
      return "has ends of different width and a leading zero";
    }
    if (Number(last) < Number(first)) return "ends before it begins";
    if (Number(last) - Number(first) >= most) return tooManyValues;
    for (let value = Number(first); value <= Number(last); value += 1) {
      values.push(String(value).padStart(first.length, "0"));
    }
    if (values.length > most) return values;
  }
  return values;
}

function checkNames(names: readonly string[], text: string): ExpandedNames {
  const wrong = names.find((name) => !isHostName(name));
  if (wrong === undefined) return { names };
  const tooLong = explainLength(wrong);
  if (tooLong) return { ...tooLong, tried: names.length };
  const slip = explainSlip(text);
  if (slip) return { ...slip, tried: names.length };
  if (/[[\]]/.test(text)) return wrongRange(`${showText(text)} is not a host name`, names.length);
  return { message: `${showText(wrong)} is not a host name`, hint: hintForName(text), tried: 1 };
}

/** `name:web01`, or a dash that is none; null: it is something else. */
function explainSlip(text: string): { readonly message: string; readonly hint: string } | null {
  const together = splitTogether(text);
  if (together && /^(?:name|address|file|command|state|ssh|oneagent)$/.test(together.key)) {
    const [message, hint] = missingBlankText(together, true);
    return { message, hint };
  }
  const meant = withoutLookAlikes(text);
  const lookAlike = isHostName(meant) ? findLookAlike(text, 0) : null;
  if (!lookAlike) return null;
  return {
    message: `${showText(text)} is not a host name: ${lookAlike.diagnostic.message}`,
    hint: `Did you mean ${showText(meant)}?`,
  };
}

/** What to write instead of a name in which one thing is superfluous. */
function hintForName(text: string): string {
  const slip = text.length > longestSlip ? undefined : slips.find(({ sign }) => sign.test(text));
  const meant = slip?.replacement === undefined ? "" : text.replace(slip.sign, slip.replacement);
  const meantHint = meant !== "" && isHostName(meant) ? `Did you mean ${showText(meant)}? ` : "";
  return slip ? `${meantHint}${slip.hint}` : nameHint;
}

/** Longer text is no name with something too much. */
const longestSlip = 500;

interface Slip {
  readonly sign: RegExp;
  readonly replacement?: string;
  readonly hint: string;
}

const slips: readonly Slip[] = [
  { sign: /^[a-z]+:\/\/([^/]*).*$/i, replacement: "$1", hint: "A host is a name or an IP address, not a URL." },
  { sign: /^.*@/, replacement: "", hint: "The user is ssh.user." },
  { sign: /:\d+$/, replacement: "", hint: "The port is ssh.port." },
  { sign: /^-\s+/, replacement: "", hint: "A host list is no YAML: one name a line, without a dash." },
  { sign: /^(["'])(.*)\1$/, replacement: "$2", hint: "Take the quotation marks away." },
  { sign: /[,;]/, hint: "Write one name or range a line." },
  { sign: /\.+$/, replacement: "", hint: "A name does not end with a dot." },
];

const tooMany = (text: string): ExpandedNames => ({
  message: `the range ${showText(text)} stands for more than ${mostHostsOfRange} hosts`,
  hint: "Check its ends, or split it.",
  tried: 1,
});

/** Why DNS has no such name, where it is only too long; null for others. */
export function explainLength(name: string): { readonly message: string; readonly hint: string } | null {
  if (!nameCharacters.test(name) || !isTooLong(name)) return null;
  const label = longLabel.exec(name)?.[0];
  if (label === undefined) {
    return {
      message: `${showText(name)} has ${name.length} characters, more than the ${longestName} of a host name`,
      hint: dnsHint,
    };
  }
  return {
    message: `${showText(label)} has ${label.length} characters, more than the ${longestLabel} between two dots of a host name`,
    hint: dnsHint,
  };
}

const dnsHint = "Correct it: DNS has no such name.";

const wrongRange = (message: string, tried = 1): ExpandedNames => ({ message, hint: rangeHint, tried });

const nameHint =
  "Host names are made of letters, digits, ., - and _, begin with a letter, digit or _, and do not end with a dot; an IP address is fine too.";

const rangeHint =
  "Write ranges as [01-04] or [1,3,7-9]: digits only, both ends of equal width or without leading zeros, an IPv6 address without brackets.";
