import type { AnsibleContent } from "./ansible-inventory.ts";

/**
 * The words of a line of hosts, as Python's shlex takes them: quotation marks and backslashes as in a POSIX shell, and
 * `#` begins a comment, in the middle of a word too. Null: a quotation mark is not closed, or a backslash ends the line.
 */
export function splitWords(line: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at);
    if (quote !== null) {
      if (sign === quote) quote = null;
      else if (sign === "\\" && quote === '"') {
        at += 1;
        if (at >= line.length) return null;
        const escaped = line.charAt(at);
        word += escaped === '"' || escaped === "\\" ? escaped : `\\${escaped}`;
      } else word += sign;
    } else if (sign === "#") break;
    else if (sign === '"' || sign === "'") {
      quote = sign;
      word ??= "";
    } else if (sign === "\\") {
      at += 1;
      if (at >= line.length) return null;
      word = (word ?? "") + line.charAt(at);
    } else if (" \t\r\n".includes(sign)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + sign;
  }
  if (quote !== null) return null;
  return word === null ? words : [...words, word];
}

const quoted = /^(?:'([^'\\]*)'|"([^"\\]*)")$/;
/** What Python reads as a number, other than by decimal digits alone; and lists, tuples and the like. */
const otherNumber =
  /^[-+(\s]*(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*\.?[\d_]*(?:[eE][-+]?\d+)?[jJ]?|\.\d[\d_]*(?:[eE][-+]?\d+)?[jJ]?)[)\s]*$/;

/**
 * What Ansible makes of a value in an INI file: it is a Python literal if it can be one (a comment behind it included),
 * and else text as it stands, with whatever looks like a comment.
 */
export function iniContent(text: string): AnsibleContent {
  for (const literal of [text, text.replace(/#.*$/, "")]) {
    const content = literalContent(literal.trim());
    if (content !== undefined) return content;
  }
  // Which of these are literals is for Python to say; none of them is a name, a number or an address.
  const isDoubtful = /^[[({]|["']/.test(text) && !text.startsWith("{{");
  return isDoubtful ? { what: "text with quotation marks or brackets in it" } : text;
}

/** What a Python literal of the common kinds stands for; undefined: it is none. */
function literalContent(text: string): AnsibleContent | undefined {
  const [, single, double] = quoted.exec(text) ?? [];
  if (single !== undefined || double !== undefined) return single ?? double;
  if (/^\d+$/.test(text)) return text;
  if (text === "None") return null;
  if (text === "True" || text === "False" || text === "...") return { what: text };
  if (otherNumber.test(text) || /^\d[\d\s.]*,/.test(text))
    return { what: "a number that is not written in digits alone" };
  return undefined;
}
