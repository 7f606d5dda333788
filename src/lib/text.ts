/** Compares two text values by code unit, so that order never depends on the locale of the machine. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Each value once, in the order of `compareText`. */
export function sortedSet(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort(compareText);
}

/** The last lines of a text that hold anything, in one line. Of a long line only the beginning is kept. */
export function lastLines(text: string, count: number): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-count)
    .map((line) => shortened(line, longestLine))
    .join("; ");
}

const longestLine = 300;

/** A text of at most so many characters; where some had to go, an ellipsis says so. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half of a character of two units is none.
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
