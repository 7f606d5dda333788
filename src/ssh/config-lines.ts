/** One setting of an ssh_config file. */
export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string;
  /** What follows it, without quotation marks and comment. */
  readonly words: readonly string[];
  /** What follows it as it stands: commands and jump hosts are taken to the end of the line, comments included. */
  readonly rest: string;
  /** From 1. */
  readonly line: number;
}

/** The settings of a text. Comments, empty lines, and what is no keyword with something behind it are left out. */
export function* parseConfigLines(text: string): Generator<ConfigLine> {
  let line = 0;
  for (const content of text.split("\n")) {
    line += 1;
    const parsed = parseLine(content.trim());
    if (parsed !== null) yield { ...parsed, line };
  }
}

/** Of a word, in characters: no path, pattern list or command that means something is longer. */
const longestKeyword = 64;

function parseLine(text: string): Omit<ConfigLine, "line"> | null {
  const quoted = text.startsWith('"');
  const start = quoted ? 1 : 0;
  const keyword = /^[A-Za-z0-9]+/.exec(text.slice(start, start + longestKeyword))?.[0] ?? "";
  const after = text.slice(start + keyword.length + (quoted ? 1 : 0));
  if (keyword === "" || (quoted && text[start + keyword.length] !== '"')) return null;
  const trimmed = after.trimStart();
  // One equals sign may stand in place of the space.
  const rest = trimmed.startsWith("=") ? trimmed.slice(1).trimStart() : trimmed;
  if (rest === "" || (trimmed === after && !/^[="]/.test(after))) return null;
  return { keyword: keyword.toLowerCase(), words: splitWords(rest), rest };
}

const escaped = new Set(['"', "'", "\\"]);

/**
 * Words as OpenSSH takes them: in either quotation marks, which may begin within a word; a backslash keeps a quotation
 * mark, a backslash, or outside of quotation marks a space; a `#` where a word would begin starts a comment. A quotation
 * mark that is not closed reaches to the end of the line, where OpenSSH refuses the file.
 */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let position = 0;
  for (;;) {
    while (isBlank(text[position])) position += 1;
    if (position >= text.length || text[position] === "#") return words;
    // Parts and not characters are put together: a line may have millions.
    const parts: string[] = [];
    let from = position;
    let quote: string | null = null;
    const keep = (resume: number) => {
      parts.push(text.slice(from, position));
      from = resume;
    };
    for (; position < text.length; position += 1) {
      const character = text[position] ?? "";
      const next = text[position + 1] ?? "";
      if (character === "\\" && (escaped.has(next) || (quote === null && next === " "))) {
        keep(position + 1);
        position += 1;
      } else if (quote === null && isBlank(character)) break;
      else if (quote === null && (character === '"' || character === "'")) {
        keep(position + 1);
        quote = character;
      } else if (character === quote) {
        keep(position + 1);
        quote = null;
      }
    }
    keep(position);
    words.push(parts.join(""));
  }
}

const isBlank = (character: string | undefined): boolean => character === " " || character === "\t";
