import { compareText } from "../../lib/text.ts";
import { showText } from "./show-text.ts";

const longestSuggestion = 60;

/** The candidate that was probably meant: at most a third of its letters differ, or only case, dashes and underscores do. */
export function suggest(text: string, candidates: Iterable<string>): string | null {
  return closest(text, candidates).best;
}

/** Also returns how much work it was, in pairs of letters. */
function closest(text: string, candidates: Iterable<string>): { readonly best: string | null; readonly steps: number } {
  let best: string | null = null;
  let steps = 0;
  if (text.length > longestSuggestion) return { best, steps };
  const wanted = plain(text);
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    steps += stepsOfCandidate;
    if (candidate.length > longestSuggestion) continue;
    const known = plain(candidate);
    const most = Math.min(bestDistance, Math.max(1, Math.floor(candidate.length / 3)));
    if (known !== wanted && Math.abs(known.length - wanted.length) > most) continue;
    const compared = known === wanted ? { distance: 0, steps: 0 } : editDistance(wanted, known, most);
    const { distance } = compared;
    steps += compared.steps;
    if (distance > most) continue;
    if (distance < bestDistance || (best !== null && compareText(candidate, best) < 0)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return { best, steps };
}

/** What it takes to look at a candidate at all. */
const stepsOfCandidate = 20;

/** Names of the inventory can hold anything; as shown elsewhere, but without quotation marks. */
const showBare = (text: string): string => showText(text).slice(1, -1);

/** `Did you mean "…"?`, or what there is to choose from, or the fallback. */
export function suggestionHint(text: string, candidates: readonly string[], fallback: string): string {
  const meant = suggest(text, candidates);
  return meant === null ? hintWithout(candidates, fallback) : `Did you mean ${showText(meant)}?`;
}

/** What there is to choose from, if that is little, or the fallback. */
function hintWithout(candidates: readonly string[], fallback: string): string {
  return candidates.length > 0 && candidates.length <= 20
    ? `Known here: ${candidates.map(showBare).join(", ")}.`
    : fallback;
}

/**
 * Gives `suggestionHint` for names that may be many, among candidates that may be many; they are asked for when needed.
 * Where none of them was meant, one of the others may have been.
 */
export type SuggestionHint = (
  text: string,
  candidates: () => readonly string[],
  fallback: string,
  others?: readonly string[],
) => string;

/** Pairs of letters that are compared in one run, which takes less than half a second. */
const mostSteps = 6_000_000;

/**
 * Suggestions as long as they take no time that anybody would notice: a file full of unknown names, each compared with
 * thousands of known ones, would take minutes.
 */
export function createSuggestionHint(): SuggestionHint {
  let left = mostSteps;
  const closestOf = (text: string, known: readonly string[]): string | null => {
    const { best, steps } = closest(text, known);
    left -= steps;
    return best;
  };
  return (text, candidates, fallback, others = []) => {
    if (left <= 0) return fallback;
    const known = candidates();
    const meant = closestOf(text, known) ?? closestOf(text, others);
    return meant === null ? hintWithout(known, fallback) : `Did you mean ${showText(meant)}?`;
  };
}

const plain = (text: string): string => text.toLowerCase().replace(/[-_]/g, "");

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other, if not above `most`. */
function editDistance(
  left: string,
  right: string,
  most: number,
): { readonly distance: number; readonly steps: number } {
  let beforePrevious: number[] = [];
  let leastBefore = 0;
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    let least = row;
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
      if (distance < least) least = distance;
    }
    beforePrevious = previous;
    previous = current;
    // A swap reaches back two rows.
    if (least > most && leastBefore > most) return { distance: least, steps: row * right.length };
    leastBefore = least;
  }
  return { distance: previous[right.length] ?? 0, steps: left.length * right.length };
}
