import { globMatcher } from "../../lib/glob.ts";
import { asList } from "../schema/as-list.ts";
import type { MatchEntry, TextOrList } from "../schema/file-types.ts";

/** What of an environment a match can name. */
export interface MatchSubject {
  readonly customer: string;
  /** Its id. */
  readonly environment: string;
  readonly stage: string;
  /** Empty where nothing says which. */
  readonly cluster: string;
  readonly labels: Readonly<Record<string, string>>;
}

export type EnvironmentMatcher = (subject: MatchSubject) => boolean;

/** What a match names besides labels. */
export const plainMatchKeys = ["customer", "environment", "stage", "cluster"] as const;

/**
 * Makes a matcher: all that the match names must hold, of a list of names and globs any. An environment without a label
 * matches nothing that is said about its value. A match with an invalid part, which is reported, matches nothing.
 */
export function environmentMatcher(match: MatchEntry): EnvironmentMatcher {
  const { labels } = match;
  if (plainMatchKeys.some((key) => isInvalid(match, key)) || ("labels" in match && labels === undefined))
    return () => false;
  const conditions: EnvironmentMatcher[] = [];
  for (const key of plainMatchKeys) {
    const patterns = match[key];
    if (patterns === undefined) continue;
    const matches = anyOf(patterns);
    conditions.push((subject) => matches(subject[key]));
  }
  for (const [key, patterns] of Object.entries<TextOrList | undefined>(labels ?? {})) {
    const matches = patterns === undefined ? () => false : anyOf(patterns);
    conditions.push((subject) => {
      const value = Object.hasOwn(subject.labels, key) ? subject.labels[key] : undefined;
      return value !== undefined && matches(value);
    });
  }
  return (subject) => conditions.every((holds) => holds(subject));
}

const isInvalid = (match: MatchEntry, key: (typeof plainMatchKeys)[number]): boolean =>
  key in match && match[key] === undefined;

function anyOf(patterns: TextOrList): (text: string) => boolean {
  const matchers = asList(patterns)
    .filter((pattern) => pattern !== undefined)
    .map(globMatcher);
  return (text) => matchers.some((matches) => matches(text));
}

/** Names and globs that a match has, to bound the work of comparing them. */
export const patternsOf = (match: MatchEntry): number =>
  [...plainMatchKeys.map((key) => match[key]), ...Object.values(match.labels ?? {})].reduce(
    (sum, patterns) => sum + (patterns === undefined ? 0 : asList(patterns).length),
    0,
  );
