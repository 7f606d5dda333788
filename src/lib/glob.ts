/** Whether the text is a glob and not an exact name. */
export const isGlob = (text: string): boolean => /[*?]/.test(text);

/**
 * Matches `*` (any run of characters) and `?` (one), without regard to case, against the whole text. The work grows with
 * the product of the lengths; a regular expression would take too long on a glob with many stars.
 */
export function globMatcher(glob: string): (text: string) => boolean {
  const matcher = caseSensitiveGlobMatcher(glob.toLowerCase());
  return (text) => matcher(text.toLowerCase());
}

/** The same for names of files, which differ by case. */
export function caseSensitiveGlobMatcher(glob: string): (text: string) => boolean {
  const pattern = characters(glob);
  const start = /^[^*?]*/.exec(glob)?.[0] ?? "";
  return (text) => text.startsWith(start) && matches(pattern, characters(text));
}

type Characters = ArrayLike<string>;

/** Text can be taken as it is where every character is one unit of it. */
const characters = (text: string): Characters => (/[\ud800-\udfff]/.test(text) ? [...text] : text);

function matches(pattern: Characters, subject: Characters): boolean {
  let at = 0;
  let position = 0;
  // Where the last star stands, and up to where it reaches: only it has to be given another try.
  let star = -1;
  let reach = 0;
  while (position < subject.length) {
    if (pattern[at] === "*") {
      star = at;
      reach = position;
      at += 1;
    } else if (pattern[at] === "?" || pattern[at] === subject[position]) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      reach += 1;
      at = star + 1;
      position = reach;
    } else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
