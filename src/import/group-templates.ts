import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import { findMatch } from "./find-match.ts";
import { type Member, mappings, type RawGroup } from "./group-entry.ts";
import { type Pattern, patternsOf } from "./group-patterns.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { type Granted, grantedKey } from "./rights.ts";
import { type FindStageKeys, stageKeyFinder } from "./stage-keys.ts";

/** A group as one of a template. */
interface Instance {
  readonly member: Member;
  readonly pattern: Pattern;
}

/** Groups that one template can make, by what they have in each stage. */
interface Variant {
  readonly instances: readonly Instance[];
  readonly rights: ReadonlyMap<string, Granted>;
  /** The same wherever they have some; null: it depends on the stage. */
  readonly everywhere: Granted | null;
}

/** What a template gives, and the environments that it would reach without a match. */
interface Reach {
  readonly access: Readonly<Record<string, Granted>>;
  readonly reached: readonly PlacedEnvironment[];
}

/** Different rights by stage that are tried for groups of one name, the most frequent ones first. */
const mostRights = 20;

/** Fewer groups are better read one by one than found by a label. */
const leastForLabel = 5;

/** Templates for groups that differ by customer, stage or environment alone, and the groups that are left. `left`: names of others. */
export function makeTemplates(
  members: readonly Member[],
  environments: readonly PlacedEnvironment[],
  left: ReadonlySet<string>,
): {
  readonly templates: readonly RawGroup[];
  readonly labels: ReadonlyMap<string, readonly string[]>;
  readonly rest: readonly Member[];
} {
  const instances = members.flatMap((member) =>
    patternsOf(member).flatMap((pattern): readonly Instance[] => (left.has(pattern.name) ? [] : [{ member, pattern }])),
  );
  const families = groupBy(instances, ({ pattern: { placeholders, name, ldapGroupNames, ssoGroupNames } }) =>
    JSON.stringify([placeholders, name, ldapGroupNames, ssoGroupNames]),
  );
  const templates: RawGroup[] = [];
  const labels = new Map<string, string[]>();
  const taken = new Set<string>();
  const covered = new Set<Member>();
  // Two templates with one name would make the same groups.
  const names = new Set<string>();
  const findKeys = stageKeyFinder(environments);
  for (const [, family] of [...families]
    .map(([key, found]) => [key, largestVariant(found)] as const)
    .sort(
      ([left, one], [right, two]) =>
        two.instances.length - one.instances.length ||
        placeholdersOf(one).length - placeholdersOf(two).length ||
        compareText(left, right),
    )) {
    const variant = largestVariant(family.instances.filter(({ member }) => !covered.has(member)));
    const [first] = variant.instances;
    const values = new Set(variant.instances.map(({ pattern }) => pattern.value));
    if (first === undefined || values.size < 2 || names.has(first.pattern.name.toLowerCase())) continue;
    const { pattern } = first;
    const wanted = new Set(variant.instances.flatMap(({ member }) => [...(member.access?.keys() ?? [])]));
    const reach = reachOf(pattern, variant, wanted, environments, findKeys);
    if (reach === null) continue;
    const match = findMatch(pattern.name, wanted, reach.reached, taken);
    if (match.label !== null && variant.instances.length < leastForLabel) continue;
    if (match.label !== null) {
      for (const { observed } of wanted) labels.set(observed.id, [...(labels.get(observed.id) ?? []), match.label]);
    }
    names.add(pattern.name.toLowerCase());
    templates.push({
      name: pattern.name,
      ...mappings(pattern),
      ...(match.fields === null ? {} : { match: match.fields }),
      access: reach.access,
    });
    for (const { member } of variant.instances) covered.add(member);
  }
  return { templates, labels, rest: members.filter((member) => !covered.has(member)) };
}

const placeholdersOf = ({ instances: [first] }: Variant): Pattern["placeholders"] => first?.pattern.placeholders ?? [];

/** Of groups with one name and mapping those that agree in their rights, as many as possible. */
function largestVariant(family: readonly Instance[]): Variant {
  const byRights = [...groupBy(family, ({ pattern }) => rightsByStage(pattern.rights))]
    .sort(([left, one], [right, two]) => two.length - one.length || compareText(left, right))
    .slice(0, mostRights)
    .map(([, [{ pattern }]]) => pattern.rights);
  const uniform = new Map(
    byRights.flatMap((rights) => {
      const granted = onlyOne(rights);
      return granted === null ? [] : [[grantedKey(granted), granted] as const];
    }),
  );
  const variants: readonly Variant[] = [
    ...[...uniform.values()].map((granted) => {
      const instances = family.filter(({ pattern }) => {
        const own = onlyOne(pattern.rights);
        return own !== null && grantedKey(own) === grantedKey(granted);
      });
      return { instances, rights: new Map<string, Granted>(), everywhere: granted };
    }),
    ...byRights
      .filter((rights) => onlyOne(rights) === null)
      .map((rights) => ({
        instances: family.filter(({ pattern }) => isPart(pattern.rights, rights)),
        ...{ rights, everywhere: null },
      })),
  ];
  const none: Variant = { instances: [], rights: new Map(), everywhere: null };
  return variants.reduce((best, next) => (next.instances.length > best.instances.length ? next : best), none);
}

const rightsByStage = (rights: Pattern["rights"]): string =>
  JSON.stringify([...rights].map(([stage, granted]) => [stage, grantedKey(granted)]).sort());

/** What all stages have; null: they differ. */
function onlyOne(rights: Pattern["rights"]): Granted | null {
  const [first = null, ...others] = rights.values();
  return first !== null && others.every((other) => grantedKey(other) === grantedKey(first)) ? first : null;
}

const isPart = (part: Pattern["rights"], whole: Pattern["rights"]): boolean =>
  [...part].every(([stage, granted]) => {
    const found = whole.get(stage);
    return found !== undefined && grantedKey(found) === grantedKey(granted);
  });

/** Access that gives each of the groups its rights; null: no keys say it. */
function reachOf(
  { placeholders }: Pattern,
  { rights, everywhere }: Variant,
  wanted: ReadonlySet<PlacedEnvironment>,
  environments: readonly PlacedEnvironment[],
  findKeys: FindStageKeys,
): Reach | null {
  const hasStage = placeholders.includes("stage");
  if (everywhere !== null && !hasStage) {
    return {
      access: { [placeholders.includes("environment") ? "{environment}" : "*"]: everywhere },
      reached: environments,
    };
  }
  const keys = findKeys(
    wanted,
    hasStage ? null : [...rights.keys()].sort(compareText),
    placeholders.includes("customer"),
  );
  if (keys === null) return null;
  const entries: readonly (readonly [string, Granted])[] =
    everywhere === null ? [...rights] : [["{stage}", everywhere]];
  return {
    access: Object.fromEntries(
      entries
        .flatMap(([stage, granted]) => keys.keysOf(stage).map((key) => [key, granted] as const))
        .sort(([left], [right]) => compareText(left, right)),
    ),
    reached: keys.reached,
  };
}
