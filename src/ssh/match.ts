import { matchesHostPatterns, matchesPatterns } from "./host-patterns.ts";

/**
 * `Match` of ssh_config. Terms: a *criterion* is one condition of the line; all of them must hold.
 *
 * Premise: no program runs while a configuration is read. A criterion that would need one, and one that this version does
 * not know, is *left out*: the block counts for no host, and hosts that all else of the line holds for are told so.
 */
export interface Criterion {
  readonly negated: boolean;
  readonly test: Test;
}

type Test = KnownTest | { readonly kind: "left-out" };

type KnownTest =
  | { readonly kind: "all" | "final" | "canonical" }
  | { readonly kind: "host" | "originalhost" | "user" | "localuser"; readonly patterns: readonly string[] };

/** What criteria are compared with, as far as the configuration has been read. */
export interface MatchFacts {
  readonly host: string;
  readonly originalHost: string;
  readonly user: string;
  readonly localUser: string;
  /** The configuration is read for the second time, after the name of the host is settled. */
  readonly final: boolean;
}

const lists = ["host", "originalhost", "user", "localuser"] as const;

/** Criteria of a line, from its words. `exec`, one without its argument, and one that nobody knows are left out. */
export function parseMatch(words: readonly string[]): readonly Criterion[] {
  const criteria: Criterion[] = [];
  const waiting = [...words];
  for (let word = waiting.shift(); word !== undefined; word = waiting.shift()) {
    const [, mark, name = "", value] = /^(!?)([a-z]+)(?:=(.*))?$/is.exec(word) ?? [];
    const negated = mark === "!";
    const kind = name.toLowerCase();
    const list = lists.find((known) => known === kind);
    if (kind === "all") criteria.push({ negated, test: { kind } });
    else if (kind === "final" || kind === "canonical") criteria.push({ negated, test: { kind } });
    else {
      if (value === undefined && waiting[0] === "=") waiting.shift();
      const argument = value || waiting.shift();
      const known = list !== undefined && argument !== undefined;
      criteria.push({
        negated,
        test: known ? { kind: list, patterns: argument.split(",") } : { kind: "left-out" },
      });
      // Nobody knows whether what follows belongs to it.
      if (!known && kind !== "exec") return criteria;
    }
  }
  return criteria;
}

/** Whether a line asks for the second reading; `canonical` counts there too, but does not ask for it. */
export const wantsFinalPass = (criteria: readonly Criterion[]): boolean =>
  criteria.some(({ test }) => test.kind === "final");

/** Whether all criteria hold, or all but one that is left out. */
export function evaluateMatch(criteria: readonly Criterion[], facts: MatchFacts): boolean | "left-out" {
  const known = criteria.flatMap(({ negated, test }) => (test.kind === "left-out" ? [] : [{ negated, test }]));
  if (known.some(({ negated, test }) => holds(test, facts) === negated)) return false;
  return known.length === criteria.length || "left-out";
}

function holds(test: KnownTest, facts: MatchFacts): boolean {
  switch (test.kind) {
    case "all":
      return true;
    case "final":
    case "canonical":
      return facts.final;
    case "host":
      return matchesHostPatterns(test.patterns, facts.host);
    case "originalhost":
      return matchesHostPatterns(test.patterns, facts.originalHost);
    case "user":
      return matchesPatterns(test.patterns, facts.user);
    case "localuser":
      return matchesPatterns(test.patterns, facts.localUser);
    default:
      return test satisfies never;
  }
}
