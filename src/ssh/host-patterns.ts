import { caseSensitiveGlobMatcher, globMatcher } from "../lib/glob.ts";

/** As OpenSSH, which lets a list with a longer pattern match nothing. */
const longestPattern = 1_023;

/**
 * A pattern list of OpenSSH without regard to case, as in known_hosts: `*` and `?`; one `!` pattern that matches refuses
 * the text whatever else matches.
 */
export const matchesHostPatterns = (patterns: readonly string[], host: string): boolean =>
  matchesList(patterns, host, globMatcher);

/** The same with regard to case, as in `Host` and for names of users. */
export const matchesPatterns = (patterns: readonly string[], text: string): boolean =>
  matchesList(patterns, text, caseSensitiveGlobMatcher);

function matchesList(
  patterns: readonly string[],
  text: string,
  matcherOf: (glob: string) => (text: string) => boolean,
): boolean {
  let matched = false;
  for (const pattern of patterns) {
    if (pattern.length > longestPattern) return false;
    const negated = pattern.startsWith("!");
    if (!matcherOf(negated ? pattern.slice(1) : pattern)(text)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}
