/**
 * Characters that can begin, end or divide something in YAML. Between two of them there is one piece at most, so that
 * their number says how much work a text is for a parser, before one is given it.
 */
const marks = new Uint8Array(128);
for (const mark of "\n\r\t,[]{}&*!|>'\"%@`#\\") marks[mark.charCodeAt(0)] = 1;
/** These count before a blank, the end of a line or a bracket only: names are full of them. */
for (const mark of "-:?") marks[mark.charCodeAt(0)] = 2;
const dividers = " \n\r\t,[]{}";

/** Marks of a YAML file. A list of 12,000 hosts that all have settings of their own has half of it. */
export const mostMarksOfFile = 400_000;

/** The number of marks; counting ends at the offset where there are too many for one file, else it is null. */
export function countMarks(
  text: string,
  most = mostMarksOfFile,
): { readonly marks: number; readonly tooManyAt: number | null } {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 128 || marks[code] === 0) continue;
    if (marks[code] === 2 && !dividers.includes(text.charAt(at + 1))) continue;
    count += 1;
    if (count > most) return { marks: count, tooManyAt: at };
  }
  return { marks: count, tooManyAt: null };
}
