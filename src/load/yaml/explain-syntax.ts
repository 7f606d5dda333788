import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import { findLookAlikeMark } from "../diagnostics/look-alikes.ts";
import { showText } from "../diagnostics/show-text.ts";
import { showableLines } from "../diagnostics/showable-lines.ts";
import { wrongIndentation } from "./slips/indentation.ts";
import { missingBlankBehindDash, missingColon } from "./slips/missing-blank.ts";
import { missingComma } from "./slips/missing-comma.ts";
import { bracketsInText, colonInText, markBeforeText } from "./slips/needs-quotes.ts";
import { type ExplainedFault, lineNumberAt, type Slip, type SyntaxFault } from "./slips/slip.ts";
import { unclosedMark } from "./slips/unclosed.ts";

/** From the surest to the most general. */
const slips: readonly Slip[] = [
  ({ line, lineStart }) => findLookAlikeMark(line, lineStart),
  unclosedMark,
  missingColon,
  missingBlankBehindDash,
  bracketsInText,
  colonInText,
  markBeforeText,
  missingComma,
  wrongIndentation,
];

/** Characters. Longer lines were not written by hand, and trying every kind of slip on them takes long. */
const longestLine = 2000;

/** What the first error of the YAML library in a text comes from, in words of our own: the library's may repeat secrets. */
export function explainSyntax(text: string, code: string, at: number): ExplainedFault {
  const offset = Math.min(at, text.length);
  const fault = faultAt(text, code, offset);
  for (const slip of fault.line.length > longestLine ? [unclosedMark] : slips) {
    const found = slip(fault);
    if (found) return found;
  }
  return { offset, diagnostic: describeCode(code) };
}

function faultAt(text: string, code: string, offset: number): SyntaxFault {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  const line = text.slice(lineStart, end < 0 ? text.length : end).replace(/\r$/, "");
  const lineNumber = lineNumberAt(text, offset);
  let shown: boolean | null = null;
  const show = (part: string): string | null => {
    shown ??= showableLines(text)[lineNumber - 1] != null;
    return shown ? showText(part) : null;
  };
  return { text, code, offset, line, lineStart, lineNumber, show };
}

const messages: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  TAB_AS_INDENT: ["a tab where the indentation is", "Indent with spaces."],
  BAD_INDENT: ["the indentation does not fit the lines above", "Begin all keys of a mapping in the same column."],
  MISSING_CHAR: [
    "a character is missing, such as a closing quotation mark or bracket, a colon, or a comma",
    "Complete the line; put text with : # [ ] { } , in quotation marks.",
  ],
  MULTILINE_IMPLICIT_KEY: ["a key goes over several lines", "Write a colon after the key, on its line."],
  BLOCK_AS_IMPLICIT_KEY: [
    "a mapping or list begins where a value should be",
    "Put it on lines of its own, indented, or in quotation marks if it is text with a colon.",
  ],
  BAD_ALIAS: ["an alias has no anchor before it", "Put text that begins with * or & in quotation marks."],
  BAD_DIRECTIVE: ["a line that begins with % is not understood", "Delete it, or put the text in quotation marks."],
  BAD_DQ_ESCAPE: ["an escape is not understood", "Write \\\\ for a backslash, or use single quotation marks."],
  BAD_SCALAR_START: ["text begins with a character that has a meaning in YAML", "Put the text in quotation marks."],
  UNEXPECTED_TOKEN: [
    "text that does not belong here",
    "Look for a stray bracket or quotation mark; put text with special characters (such as a range in a [list]) in quotation marks.",
  ],
};

function describeCode(code: string): DiagnosticText {
  const [message, hint] = messages[code] ?? [
    "this is not valid YAML",
    "Compare the line and the one before with the examples in the documentation.",
  ];
  return { rule: "yaml-syntax", message, hint };
}
