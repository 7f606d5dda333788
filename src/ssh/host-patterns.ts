import { globMatcher } from "../lib/glob.ts";

/** As OpenSSH, which lets a list with a longer pattern match nothing. */
const longestPattern = 1_023;

/**
 * A pattern list of OpenSSH, as in `Host` and known_hosts: `*` and `?` without regard to case; one `!` pattern that
 * matches refuses the host whatever else matches.
 */
export function matchesHostPatterns(patterns: readonly string[], host: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    if (pattern.length > longestPattern) return false;
    const negated = pattern.startsWith("!");
    if (!globMatcher(negated ? pattern.slice(1) : pattern)(host)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}
