import { explained, type Slip, type SyntaxFault } from "./slip.ts";

/** Text that holds a list or mapping for a parser: `{customer}-ops`, or a range in a list in brackets. */
export const bracketsInText: Slip = (fault) => {
  const { line, lineStart, offset } = fault;
  const column = offset - lineStart;
  for (const { 0: word, index } of line.matchAll(wordsWithBrackets)) {
    if (index <= column && column <= index + word.length + 1 && !/^[[{][^[{]*[\]}]$/.test(word))
      return quote(fault, index, word, "because of its brackets");
  }
  return placeholderBeforeText(fault);
};

/** Pieces without blanks in which there is a placeholder or a range; a name of LDAP goes on after a comma. */
const wordsWithBrackets =
  /(?:[^\s,[\]{}"'#]|\{\w{1,40}\}|\[[\d,-]{1,40}\]|,(?=\w{1,40}=)){0,200}(?:\{\w{1,40}\}|\[[\d,-]{1,40}\])(?:[^\s,[\]{}"':#]|:(?=\S)|\{\w{1,40}\}|\[[\d,-]{1,40}\]|,(?=\w{1,40}=)){0,200}/g;

/** `{customer} operators` */
function placeholderBeforeText(fault: SyntaxFault): ReturnType<Slip> {
  const { line, lineStart, offset, code } = fault;
  if (code !== "UNEXPECTED_TOKEN" && code !== "MISSING_CHAR") return null;
  const [, before = "", text = ""] = /^(.*?[:,[-] +|[ -]*)(\{\w{1,40}\} [^,[\]{}:"'#]{1,200})/.exec(line) ?? [];
  const isHere = text !== "" && before.length <= offset - lineStart;
  return isHere ? quote(fault, before.length, text.trimEnd(), "because it begins with a bracket") : null;
}

/** Text with a colon and a blank in it, which begins a mapping: `name: ABC: Retail`. */
export const colonInText: Slip = (fault) => {
  const { code, line, lineStart, offset } = fault;
  if (code !== "BLOCK_AS_IMPLICIT_KEY") return null;
  const column = offset - lineStart;
  const text = line
    .slice(column)
    .replace(/\s+#.*$/, "")
    .trimEnd();
  // An item, or a list or mapping behind the colon, is no text.
  if (!/:\s+\S/.test(text) || /^["'[{]|^[\w.-]+:\s+[[{]|^\s*-\s/.test(text)) return null;
  return quote(fault, column, text, "because of the colon and the blank in it");
};

/** Text that begins with a character that means something: `*-p*`, `@home`, `%x`. */
export const markBeforeText: Slip = (fault) => {
  const { code, line, lineStart, offset } = fault;
  if (code !== "BAD_ALIAS" && code !== "BAD_SCALAR_START") return null;
  // An alias may be faulty at its end.
  const column = offset - lineStart - (/[^\s,[\]{}]*$/.exec(line.slice(0, offset - lineStart))?.[0].length ?? 0);
  const [text = ""] = /^[*&@`%|>!][^\s,\]}:]{0,200}/.exec(line.slice(column)) ?? [];
  return text === "" ? null : quote(fault, column, text, `because it begins with ${text.charAt(0)}`);
};

function quote({ lineStart, show }: SyntaxFault, column: number, text: string, reason: string): ReturnType<Slip> {
  const shown = show(text);
  const message = `${shown === null ? "the text that begins here" : shown.slice(1, -1)} needs quotation marks, ${reason}`;
  return explained(lineStart + column, message, shown === null ? 'Put a " before and after it.' : `Write ${shown}.`);
}
