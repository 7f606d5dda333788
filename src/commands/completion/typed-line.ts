/** A line of a shell up to the cursor, taken apart without running anything of it. */
export interface TypedLine {
  /** The words of the command that the cursor is in, without quotes; the last one is being typed, and may be empty. */
  readonly words: readonly string[];
  /** The last word as it stands in the line. */
  readonly raw: string;
  /** The quotation mark that the last word is inside of. */
  readonly quote: "'" | '"' | null;
}

/** Null where the last word has something that a shell would replace: what it will be is not known. */
export function readTypedLine(line: string): TypedLine | null {
  let words: string[] = [];
  let word: string | null = null;
  let start = 0;
  let quote: TypedLine["quote"] = null;
  let isReplaced = false;
  const begin = (index: number): string => {
    if (word === null) {
      start = index;
      isReplaced = false;
    }
    return word ?? "";
  };
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index] ?? "";
    const next = line[index + 1] ?? "";
    if (quote === "'") {
      if (character === "'") quote = null;
      else word = begin(index) + character;
    } else if (character === "\\" && (quote === null || /["\\$`]/.test(next))) {
      word = begin(index) + next;
      index += 1;
    } else if (character === quote) quote = null;
    else if (quote === null && (character === "'" || character === '"')) {
      word = begin(index);
      quote = character;
    } else if (quote === null && /[\s;|&()<>]/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
      if (/[;|&()]/.test(character)) words = [];
    } else {
      word = begin(index) + character;
      if (character === "$" || character === "`") isReplaced = true;
    }
  }
  if (word !== null && isReplaced) return null;
  return { words: [...words, word ?? ""], raw: word === null ? "" : line.slice(start), quote };
}

/** The words after the name of the program, before which variables may be set. */
export function wordsOfProgram(words: readonly string[]): readonly string[] {
  const name = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  return name < 0 ? [] : words.slice(name + 1);
}
