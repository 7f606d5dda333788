import { type ExplainedFault, explained, type Slip, type SyntaxFault } from "./slip.ts";

/** A line whose indentation is that of no line above, and a mapping below a key that has a value already. */
export const wrongIndentation: Slip = (fault) => {
  const { code, lineNumber, text } = fault;
  const lines = text.split("\n", lineNumber + 1);
  const tab = tabIn(lines, fault);
  if (tab) return tab;
  switch (code) {
    case "BAD_INDENT":
      return betweenLevels(lines, fault);
    case "MISSING_CHAR":
      return isAtStart(fault) ? betweenLevels(lines, fault) : null;
    case "UNEXPECTED_TOKEN":
      return itemBehindKey(fault);
    case "BLOCK_AS_IMPLICIT_KEY":
      return (
        keyBehindKey(fault) ??
        itemBeforeKey(fault) ??
        (isAtStart(fault) ? betweenLevels(lines, fault) : belowValue(lines, fault))
      );
    default:
      return null;
  }
};

const isAtStart = ({ line, lineStart, offset }: SyntaxFault): boolean =>
  line.slice(0, offset - lineStart).trim() === "";

/** A tab in the indentation of the line or of the next one. */
function tabIn(lines: readonly string[], { lineNumber, lineStart, line }: SyntaxFault): ExplainedFault | null {
  const starts = [lineStart, lineStart + line.length + 1];
  for (const [index, start] of starts.entries()) {
    const blanks = /^ *(?=\t)/.exec(lines[lineNumber - 1 + index] ?? "");
    if (blanks) return explained(start + blanks[0].length, "a tab where the indentation is", "Indent with spaces.");
  }
  return null;
}

/** `environments: p1:`, or `p1: hosts: [web01]` */
function keyBehindKey({ line, lineStart, offset }: SyntaxFault): ExplainedFault | null {
  const [, key = "", inner = ""] = /^[ -]*([\w.-]{1,100}:) +([\w.-]{1,100}:)(?:\s*(?:#.*)?$|\s+[[{])/.exec(line) ?? [];
  if (inner === "" || !line.startsWith(inner, offset - lineStart)) return null;
  return explained(
    offset,
    `"${inner}" stands on the line of ${key}`,
    `Put it on a line of its own, further in than ${key}`,
  );
}

/** `hosts: - web01` */
function itemBehindKey({ line, lineStart, offset }: SyntaxFault): ExplainedFault | null {
  const [, before = "", key = ""] = /^([ -]*([\w.-]{1,100}:)\s+)-\s/.exec(line) ?? [];
  if (key === "" || offset !== lineStart + before.length) return null;
  return explained(
    offset,
    `an item of a list stands on the line of ${key}`,
    `Put each item on a line of its own below ${key}, or write the list with brackets and commas: [a, b].`,
  );
}

/** `hosts:` and below it, further out, its items. The fault is at either of the two. */
function itemBeforeKey(fault: SyntaxFault): ExplainedFault | null {
  const from = isAtStart(fault) ? fault.lineStart : fault.lineStart + fault.line.length;
  const [between = "", indent = ""] =
    /^(?: *(?:#.*)?\r?\n){0,20}( *)-(?=\s)/.exec(fault.text.slice(from, from + 2000)) ?? [];
  if (between === "") return null;
  const above = fault.text.slice(0, from).split("\n");
  const number = above.findLastIndex((line) => !/^\s*(?:#.*)?$/.test(line)) + 1;
  const key = levelsOf(above[number - 1] ?? "", number).at(-1);
  if (!key || key.key === "-" || indent.length >= key.indent) return null;
  return explained(
    from + between.length - 1,
    `the item is indented by ${blanksOf(indent.length)}, less than ${nameOf(key)}`,
    `Indent all items of ${key.key} by ${blanksOf(key.indent)} like it, or further.`,
  );
}

/** A line with a key or an item. */
interface Level {
  readonly indent: number;
  /** As a message may show it. */
  readonly key: string;
  /** From 1. */
  readonly number: number;
}

/** The levels that a line begins: those of its dashes, and that of its key behind them. */
function levelsOf(line: string, number: number): readonly Level[] {
  const [start = "", blanks = "", dashes = "", key = ""] =
    /^( *)((?:- +)*)("?[\w.{}*-]{1,60}"?:(?=\s|$)|-(?=\s|$))?/.exec(line) ?? [];
  const items = [...dashes.matchAll(/-/g)].map(({ index }) => ({ indent: blanks.length + index, key: "-", number }));
  return key === "" ? items : [...items, { indent: start.length - key.length, key, number }];
}

function betweenLevels(lines: readonly string[], { lineNumber, lineStart }: SyntaxFault): ExplainedFault | null {
  const [here] = levelsOf(lines[lineNumber - 1] ?? "", lineNumber);
  if (!here) return null;
  const isItem = here.key === "-";
  // The lines that it may belong to, from the innermost out.
  const above: Level[] = [];
  for (let number = lineNumber - 1; number >= 1 && (above.at(-1)?.indent ?? 1) > 0; number -= 1) {
    const level = levelsOf(lines[number - 1] ?? "", number).findLast(({ key }) => (key === "-") === isItem);
    if (level && level.indent < (above.at(-1)?.indent ?? Number.POSITIVE_INFINITY)) above.push(level);
  }
  if (above.some(({ indent }) => indent === here.indent)) return null;
  const inner = above.findLast(({ indent }) => indent > here.indent);
  const outer = above.find(({ indent }) => indent < here.indent);
  const choices = [inner, outer].flatMap((level) => (level ? [`by ${level.indent} like ${nameOf(level)}`] : []));
  if (choices.length === 0) return null;
  return explained(
    lineStart + here.indent,
    `${isItem ? "the item" : `"${here.key}"`} is indented by ${blanksOf(here.indent)}, like no line above that it could belong to`,
    `Indent it ${choices.join(", or ")}.`,
  );
}

const nameOf = ({ key, number }: Level): string => `${key === "-" ? "the item" : key} in line ${number}`;

const blanksOf = (indent: number): string => (indent === 1 ? "1 blank" : `${indent} blanks`);

/** `name: ABC` and below it, further in, `environments:`. */
function belowValue(lines: readonly string[], { lineNumber, lineStart }: SyntaxFault): ExplainedFault | null {
  const line = lines[lineNumber - 1] ?? "";
  const key = levelsOf(line, lineNumber).at(-1);
  const next = levelsOf(lines[lineNumber] ?? "", lineNumber + 1)[0];
  if (!key || !next || next.indent <= key.indent) return null;
  return explained(
    lineStart + line.length + 1 + next.indent,
    `"${next.key}" is indented below ${nameOf(key)}, which has a value already`,
    `${key.indent === 0 ? "Begin it in the first column" : `Indent it by ${blanksOf(key.indent)}`} like ${key.key}, or take the value of ${key.key} away.`,
  );
}
