import { yamlLibrary } from "../yaml-library.ts";
import { type ExplainedFault, explained, lineNumberAt, type Slip, type SyntaxFault } from "./slip.ts";

/** A bracket that is open, with where it stands. */
interface Open {
  readonly mark: "[" | "{";
  readonly offset: number;
}

const closing = { "[": "]", "{": "}" } as const;

/** What the lexer puts where a line ends brackets that are open, because it is not indented far enough. */
const flowEnd = "\u0018";
/** Other marks of the lexer that are not in the text. */
const invisible: ReadonlySet<string> = new Set(["\u0002", "\u001f", flowEnd]);

/** A quotation mark or bracket without its other half: said where it opens, however far below a parser noticed. */
export const unclosedMark: Slip = (fault) => {
  const found = firstUnclosed(fault);
  // What comes after the first fault may be a consequence of it.
  return found && found.offset <= fault.offset ? found : null;
};

function firstUnclosed({ text }: SyntaxFault): ExplainedFault | null {
  const open: Open[] = [];
  let offset = 0;
  for (const lexeme of new (yamlLibrary().Lexer)().lex(text)) {
    const top = open.at(-1);
    if (lexeme === "[" || lexeme === "{") open.push({ mark: lexeme, offset });
    else if (lexeme === "]" || lexeme === "}") {
      if (top && closing[top.mark] === lexeme) open.pop();
      else return top ? wrongEnd(open, lexeme, offset, text) : strayEnd(lexeme, offset);
    } else if (lexeme === flowEnd && top) return endedByLine(top, offset, text);
    else if ((lexeme.startsWith('"') || lexeme.startsWith("'")) && !isClosed(lexeme))
      return explained(
        offset,
        `the quotation mark ${lexeme.charAt(0)} that opens here is not closed`,
        `Put another ${lexeme.charAt(0)} at the end of the text.`,
      );
    if (!invisible.has(lexeme)) offset += lexeme.length;
  }
  const top = open.at(-1);
  return top ? unclosed(top, toTheEnd) : null;
}

const toTheEnd = "; it is open to the end of the file";

const unclosed = ({ mark, offset }: Open, until: string): ExplainedFault =>
  explained(
    offset,
    `the bracket ${mark} that opens here is not closed`,
    `Put a ${closing[mark]} where the ${mark === "[" ? "list" : "mapping"} ends${until}.`,
  );

/** A text in quotation marks over several lines is rare; one that holds keys or items of its own is none. */
function isClosed(lexeme: string): boolean {
  const content = lexeme.slice(1);
  const end = lexeme.startsWith('"') ? /(?<!\\)(?:\\\\)*"$/ : /(?<!')(?:'')*'$/;
  return end.test(content) && !/\n[ \t]*(?:- |[\w.-]{1,100}:(?:[ \t\r]|$))/m.test(content);
}

/** `[a}`, or `{ a: [b }`. */
function wrongEnd(open: readonly Open[], end: string, offset: number, text: string): ExplainedFault {
  const top = open.at(-1) as Open;
  if (open.some(({ mark }) => closing[mark] === end)) {
    const line = lineNumberAt(text, offset);
    const here = line === lineNumberAt(text, top.offset) ? "" : ` of line ${line}`;
    return unclosed(top, `, before the ${end}${here}, which belongs to a bracket before it`);
  }
  return explained(
    offset,
    `the bracket ${end} cannot close the ${top.mark} that is open here`,
    `Write ${closing[top.mark]} for a ${top.mark}, or take the ${end} away.`,
  );
}

const strayEnd = (end: string, offset: number): ExplainedFault =>
  explained(
    offset,
    `the bracket ${end} closes nothing: no bracket is open here`,
    "Take it away, or write the one that opens.",
  );

/** A line ends the brackets before it by beginning too far left, be it by the bracket that closes them. */
function endedByLine(top: Open, offset: number, text: string): ExplainedFault {
  const content = /^[ \t]*(\S?)/.exec(text.slice(offset, offset + 1000));
  if (!content?.[1]) return unclosed(top, toTheEnd);
  const line = lineNumberAt(text, offset + content[0].length);
  if (content[1] !== closing[top.mark])
    return unclosed(top, `, before line ${line}, which is not indented as a part of it`);
  return explained(
    offset + content[0].length - 1,
    `the bracket ${content[1]} that closes the ${top.mark} of line ${lineNumberAt(text, top.offset)} stands too far left`,
    "Indent it further than the key that the bracket belongs to.",
  );
}
