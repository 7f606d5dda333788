import { type DiagnosticText, mostDiagnosticsOfFile } from "./diagnostics.ts";

/** A character that looks like one of the keyboard, or like nothing, and means something else in YAML. */
interface LookAlike {
  readonly characters: RegExp;
  readonly name: string;
  /** What was probably meant: one character, or nothing. */
  readonly meant: string;
}

const lookAlikes: readonly LookAlike[] = [
  { characters: /\u00a0/, name: "a no-break space", meant: " " },
  { characters: /\u202f/, name: "a narrow no-break space", meant: " " },
  { characters: /\u2007/, name: "a figure space", meant: " " },
  { characters: /\u3000/, name: "an ideographic space", meant: " " },
  { characters: /[\u1680\u2000-\u200a\u205f]/, name: "a space of another width", meant: " " },
  { characters: /[\u2028\u2029]/, name: "a line separator", meant: " " },
  { characters: /\u200b/, name: "a zero-width space", meant: "" },
  { characters: /\u200c|\u200d|\u2060/, name: "a zero-width joiner", meant: "" },
  { characters: /\ufeff/, name: "a byte order mark", meant: "" },
  { characters: /\u00ad/, name: "a soft hyphen", meant: "" },
  { characters: /[\u201c-\u201f]/, name: "a typographic quotation mark", meant: '"' },
  { characters: /[\u2018-\u201b]/, name: "a typographic quotation mark", meant: "'" },
  { characters: /[\u2010-\u2015\u2212]/, name: "a typographic dash", meant: "-" },
  ...Array.from(':,[]{}#"-', (mark) => ({
    characters: new RegExp(String.fromCharCode(mark.charCodeAt(0) + 0xfee0)),
    name: "a full-width character",
    meant: mark,
  })),
];

const anyLookAlike = new RegExp(lookAlikes.map(({ characters }) => characters.source).join("|"));
const everyLookAlike = new RegExp(anyLookAlike, "g");
const odd = "\\u00a0\\u00ad\\u1680\\u2000-\\u200d\\u202f\\u205f\\u2060\\u3000\\ufeff";
const quotes = "\\u2018-\\u201f";

/** Where one of them stands in the place of a mark of YAML in a line, up to it. Elsewhere it may be part of a text. */
const inPlaceOfMarks: readonly RegExp[] = [
  // The indentation, and the blank behind a dash, a colon or a comma.
  new RegExp(`^[ -]*(?=[${odd}])`),
  new RegExp(`[:,[{] *(?=[${odd}])`),
  // The blank before a colon or a comment, or one at the end.
  new RegExp(`(?<![${odd}])(?=[${odd}]+ *(?:[:,#\\]}]|$))`),
  // A quotation mark where a text begins, and the dash of an item.
  new RegExp(`(?:^|[-:,[{]) *(?=[${quotes}])`),
  /^ *(?=[\u2010-\u2015\u2212](?: |$))/,
  /(?=[\uff1a\uff0c\uff3b\uff3d\uff5b\uff5d\uff03])/,
];

/** Where one of them makes a text other than it looks, without making it invalid, up to it. */
const silent: readonly RegExp[] = [
  /(?=[\u200b\u2060\ufeff])/,
  // What looks like a comment and is text.
  new RegExp(`(?<![${odd}])(?=[${odd}]+#)`),
  // What looks like a text in quotation marks, which are part of it.
  new RegExp(`(?:^ *-|[:,[{]) *(?=[${quotes}][^${quotes}]*[${quotes}] *(?:[,\\]}]|$| #))`),
];

/** Such a character in the text of a file. */
interface FoundLookAlike {
  readonly offset: number;
  readonly diagnostic: DiagnosticText;
}

/** The first of them in a text that cannot be used; `start` is where the text stands in its file. */
export function findLookAlike(text: string, start: number): FoundLookAlike | null {
  const found = anyLookAlike.exec(text);
  return found ? describe(found[0], start + found.index) : null;
}

/** The first of them that stands in the place of a mark of YAML in a line that cannot be parsed. */
export function findLookAlikeMark(line: string, start: number): FoundLookAlike | null {
  return findFirst(line, start, inPlaceOfMarks);
}

/** For each line, the first of them that nothing else would tell of; comments are left alone. */
export function findSilentLookAlikes(text: string): readonly FoundLookAlike[] {
  const found: FoundLookAlike[] = [];
  if (!notOfKeyboard.test(text)) return found;
  for (const { 0: line, index } of text.matchAll(linesWithOthers)) {
    const first = findFirst(line, index, silent);
    if (first && !isInside(line.slice(0, first.offset - index))) found.push(first);
    if (found.length > mostDiagnosticsOfFile) break;
  }
  return found;
}

const notOfKeyboard = /[^\t\n\r -~]/;
const linesWithOthers = /^.*[^\t\n\r -~].*$/gm;

/** Whether what comes after the start of a line is a comment, or text in quotation marks that says what it holds. */
const isInside = (start: string): boolean => /(?:^|\s)#/.test(start) || start.split('"').length % 2 === 0;

/** The text as it was probably meant. */
export function withoutLookAlikes(text: string): string {
  return text.replace(everyLookAlike, (character) => lookAlikeOf(character)?.meant ?? character);
}

function findFirst(line: string, start: number, places: readonly RegExp[]): FoundLookAlike | null {
  if (!anyLookAlike.test(line)) return null;
  const indexes = places.flatMap((place) => {
    const match = place.exec(line);
    return match ? [match.index + match[0].length] : [];
  });
  const first = Math.min(...indexes);
  return Number.isFinite(first) ? describe(line.charAt(first), start + first) : null;
}

const lookAlikeOf = (character: string): LookAlike | undefined =>
  lookAlikes.find(({ characters }) => characters.test(character));

function describe(character: string, offset: number): FoundLookAlike | null {
  const found = lookAlikeOf(character);
  if (!found) return null;
  const code = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  const { name, meant } = found;
  const shown = meant === " " ? "a blank" : meant;
  return {
    offset,
    diagnostic: {
      rule: "look-alike",
      message: `${name} (${code}) stands here${meant === "" ? "" : `, where ${shown} is meant`}`,
      hint:
        meant === ""
          ? "Delete it: it cannot be seen, but it counts."
          : /["']/.test(meant)
            ? `Write ${meant} at both ends of the text; between those it may stand.`
            : `Write ${shown} in its place.`,
    },
  };
}
