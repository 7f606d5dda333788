/** Lines that came in the place of others. */
export interface LineChange {
  /** In the text as it is now, from 1: the first line that came, or before which lines went. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Pairs of lines that are compared with each other; more are one change. */
const mostPairs = 4_000_000;

/** Which lines differ between two texts. Line ends count for nothing. */
export function lineChanges(before: string, after: string): readonly LineChange[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const [removed, added] = [old.slice(start, old.length - end), now.slice(start, now.length - end)];
  if (removed.length + added.length === 0) return [];
  if (removed.length * added.length > mostPairs) return [{ line: start + 1, removed, added }];
  return changesOf(removed, added).map((change) => ({ ...change, line: change.line + start }));
}

function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** By the longest common subsequence. */
function changesOf(old: readonly string[], now: readonly string[]): readonly LineChange[] {
  const width = now.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  for (let row = old.length - 1; row >= 0; row -= 1)
    for (let column = now.length - 1; column >= 0; column -= 1) {
      const at = row * width + column;
      common[at] =
        old[row] === now[column]
          ? 1 + (common[at + width + 1] ?? 0)
          : Math.max(common[at + width] ?? 0, common[at + 1] ?? 0);
    }
  const changes: LineChange[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < now.length) {
    if (row < old.length && column < now.length && old[row] === now[column]) {
      row += 1;
      column += 1;
      continue;
    }
    const line = column + 1;
    const [removed, added]: [string[], string[]] = [[], []];
    while ((row < old.length || column < now.length) && old[row] !== now[column]) {
      const down = common[(row + 1) * width + column] ?? 0;
      const right = common[row * width + column + 1] ?? 0;
      if (column >= now.length || (row < old.length && down >= right)) removed.push(old[row++] ?? "");
      else added.push(now[column++] ?? "");
    }
    changes.push({ line, removed, added });
  }
  return changes;
}
