import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import { findMatch } from "./find-match.ts";
import { type Member, mappings, type RawGroup } from "./group-entry.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { type Granted, grantedKey } from "./rights.ts";

/** How a placeholder was found in the names of a group. */
interface Pattern {
  readonly placeholder: "customer" | "environment";
  readonly value: string;
  readonly name: string;
  readonly ldapGroupNames: readonly string[];
  readonly ssoGroupNames: readonly string[];
  /** Also in the names of management zones. */
  readonly granted: Granted;
}

/** Templates for groups that differ by customer or environment alone, and the groups that are left. */
export function makeTemplates(
  members: readonly Member[],
  environments: readonly PlacedEnvironment[],
): {
  readonly templates: readonly RawGroup[];
  readonly labels: ReadonlyMap<string, readonly string[]>;
  readonly rest: readonly Member[];
} {
  const patterns = members.flatMap((member) => {
    const pattern = patternOf(member);
    return pattern === null ? [] : [{ member, pattern }];
  });
  const classes = groupBy(patterns, ({ pattern }) =>
    JSON.stringify([
      ...[pattern.placeholder, pattern.name, pattern.ldapGroupNames, pattern.ssoGroupNames],
      grantedKey(pattern.granted),
    ]),
  );
  const templates: RawGroup[] = [];
  const labels = new Map<string, string[]>();
  const taken = new Set<string>();
  const covered = new Set<Member>();
  // Two templates with one name would make the same groups.
  const names = new Set<string>();
  for (const [, found] of [...classes].sort(
    ([left, one], [right, two]) => two.length - one.length || compareText(left, right),
  )) {
    const [{ pattern }] = found;
    const values = new Set(found.map((item) => item.pattern.value));
    if (values.size < 2 || names.has(pattern.name.toLowerCase())) continue;
    const wanted = new Set(found.flatMap(({ member }) => [...(member.access?.keys() ?? [])]));
    const match = findMatch(pattern.name, wanted, environments, taken);
    if (match.label !== null) {
      for (const { observed } of wanted) labels.set(observed.id, [...(labels.get(observed.id) ?? []), match.label]);
    }
    names.add(pattern.name.toLowerCase());
    templates.push({
      name: pattern.name,
      ...mappings(pattern),
      ...(match.fields === null ? {} : { match: match.fields }),
      access: { [pattern.placeholder === "environment" ? "{environment}" : "*"]: pattern.granted },
    });
    for (const { member } of found) covered.add(member);
  }
  return { templates, labels, rest: members.filter((member) => !covered.has(member)) };
}

/** The template that a group may be made from: its rights are the same wherever it has some, and its name says where that is. */
function patternOf({ observed, access }: Member): Pattern | null {
  if (access === null) return null;
  const [first] = access.values();
  const [environment, ...more] = access.keys();
  if (first === undefined || environment === undefined) return null;
  if ([...access.values()].some((granted) => grantedKey(granted) !== grantedKey(first))) return null;
  const isEnvironments = more.length === 0 && contains(observed.name, environment.observed.id);
  const { customer } = environment;
  if (!isEnvironments && (more.some((other) => other.customer !== customer) || !contains(observed.name, customer)))
    return null;
  const placeholder = isEnvironments ? "environment" : "customer";
  const value = isEnvironments ? environment.observed.id : customer;
  const fill = (text: string): string => replaceWord(text, value, `{${placeholder}}`);
  return {
    placeholder,
    value,
    name: fill(observed.name),
    ldapGroupNames: observed.ldapGroupNames.map(fill).sort(compareText),
    ssoGroupNames: observed.ssoGroupNames.map(fill).sort(compareText),
    granted: { ...first, zones: new Map([...first.zones].map(([zone, rights]) => [fill(zone), rights])) },
  };
}

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[a-zA-Z0-9]/.test(character);

function wordAt(text: string, word: string): number {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + word.length])) return at;
  }
  return -1;
}

const contains = (text: string, word: string): boolean => wordAt(text, word) >= 0;

function replaceWord(text: string, word: string, by: string): string {
  const at = wordAt(text, word);
  return at < 0 ? text : text.slice(0, at) + by + replaceWord(text.slice(at + word.length), word, by);
}
