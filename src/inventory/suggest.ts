import { compareText } from "../model/diagnostic.ts";

const longestSuggestion = 60;

/** The candidate that was probably meant: at most a third of its letters differ, or only case, dashes and underscores do. */
export function suggest(text: string, candidates: Iterable<string>): string | null {
  if (text.length > longestSuggestion) return null;
  const wanted = plain(text);
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    if (candidate.length > longestSuggestion) continue;
    const distance = plain(candidate) === wanted ? 0 : editDistance(wanted, plain(candidate));
    if (distance > Math.max(1, Math.floor(candidate.length / 3))) continue;
    if (distance < bestDistance || (distance === bestDistance && best !== null && compareText(candidate, best) < 0)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `Did you mean "…"?`, or what there is to choose from, or the fallback. */
export function suggestionHint(text: string, candidates: readonly string[], fallback: string): string {
  const meant = suggest(text, candidates);
  if (meant !== null) return `Did you mean "${meant}"?`;
  return candidates.length > 0 && candidates.length <= 20 ? `Known here: ${candidates.join(", ")}.` : fallback;
}

const plain = (text: string): string => text.toLowerCase().replace(/[-_]/g, "");

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let distance = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        distance = Math.min(distance, (beforePrevious[column - 2] ?? 0) + 1);
      }
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length] ?? 0;
}
