import { isOwnTag } from "../kinds/environment/fields.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { isPlainText } from "./plain-text.ts";

/** How the environments of a customer come to their tags. */
export interface CustomerTags {
  /** Those that its environments have besides the tags of all. */
  readonly common: readonly string[];
  /** Some of them lack tags of all, which cannot be taken away one by one: each lists all that it has. */
  readonly takesAway: boolean;
}

interface Tags {
  /** Those that somebody set, without those of dtsync. */
  readonly own: readonly string[];
  /** Those of them that an inventory cannot say. */
  readonly odd: readonly string[];
}

/** Tags are asked for again and again, and looking for secrets in them takes long. */
const known = new WeakMap<PlacedEnvironment, Tags>();

function tagsOf(environment: PlacedEnvironment): Tags {
  const found = known.get(environment);
  if (found !== undefined) return found;
  const own = [...new Set(environment.observed.tags.filter((tag) => !isOwnTag(tag)))].sort(compareText);
  const tags = { own, odd: own.filter((tag) => !isPlainText(tag)) };
  known.set(environment, tags);
  return tags;
}

const ownTags = (environment: PlacedEnvironment): readonly string[] => tagsOf(environment).own;

/** Tags that an inventory cannot say. */
export const oddTags = (environment: PlacedEnvironment): readonly string[] => tagsOf(environment).odd;

/** More tags than this are not tried: each looks at all environments. */
const mostTried = 12;

/**
 * The tags that all environments get, and some may take away again: those that all have, and those of most with which fewer lines
 * say everything. Environments whose tags cannot be written do not count.
 */
export function sharedTags(environments: readonly PlacedEnvironment[]): readonly string[] {
  const plain = environments.filter((environment) => oddTags(environment).length === 0);
  const counts = new Map<string, number>();
  for (const tag of plain.flatMap(ownTags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const byCount = [...counts].sort(([left, one], [right, two]) => two - one || compareText(left, right));
  const everybodys = byCount.filter(([, count]) => count === plain.length).map(([tag]) => tag);
  const ofMost = byCount.filter(([, count]) => count < plain.length && count * 2 > plain.length).slice(0, mostTried);
  const customers = [...groupBy(environments, ({ customer }) => customer).values()];
  const linesWith = (tags: readonly string[]): number =>
    customers.reduce((sum, own) => sum + linesOf(own, tags, customerTags(own, tags)), tags.length);
  let [shared, lines] = [everybodys, linesWith(everybodys)];
  for (const [tag] of ofMost) {
    const more = [...shared, tag];
    const fewer = linesWith(more);
    if (fewer < lines) [shared, lines] = [more, fewer];
  }
  return [...shared].sort(compareText);
}

/** The shortest way for the environments of a customer. `shared`: the tags of all. */
export function customerTags(environments: readonly PlacedEnvironment[], shared: readonly string[]): CustomerTags {
  const all = { common: [], takesAway: true };
  const lacking = lackingOf(environments, shared);
  // One without any tag needs no list of its own to have none.
  const common = lacking.every((environment) => ownTags(environment).length === 0)
    ? commonTags(environments.filter((environment) => !lacking.includes(environment))).filter(
        (tag) => !shared.includes(tag),
      )
    : null;
  if (common === null) return all;
  const inherited = { common, takesAway: false };
  return linesOf(environments, shared, inherited) <= linesOf(environments, shared, all) ? inherited : all;
}

/** Those that can say their tags and do not have all of these. */
const lackingOf = (
  environments: readonly PlacedEnvironment[],
  shared: readonly string[],
): readonly PlacedEnvironment[] =>
  environments.filter((environment) => {
    const tags = new Set(ownTags(environment));
    return oddTags(environment).length === 0 && shared.some((tag) => !tags.has(tag));
  });

/** Tags that all of several environments have. Those of an environment whose tags cannot be written do not count. */
function commonTags(environments: readonly PlacedEnvironment[]): readonly string[] {
  const lists = environments.filter((environment) => oddTags(environment).length === 0).map(ownTags);
  const [first = []] = lists;
  const others = lists.slice(1).map((tags) => new Set(tags));
  return environments.length < 2 ? [] : first.filter((tag) => others.every((tags) => tags.has(tag)));
}

/** What an environment declares of its tags. Null: nothing of what it would inherit. */
export function declaredTags(
  environment: PlacedEnvironment,
  shared: readonly string[],
  { common, takesAway }: CustomerTags,
): readonly string[] | null {
  if (oddTags(environment).length > 0) return null;
  const own = ownTags(environment);
  const inherited = takesAway ? [] : [...shared, ...common];
  if (own.length === 0 && inherited.length > 0) return null;
  return own.filter((tag) => !inherited.includes(tag));
}

/** Lines that the tags of a customer's file take. */
function linesOf(environments: readonly PlacedEnvironment[], shared: readonly string[], tags: CustomerTags): number {
  const head = tags.takesAway ? 2 : tags.common.length === 0 ? 0 : 2 + tags.common.length;
  return environments.reduce((sum, environment) => {
    const declared = declaredTags(environment, shared, tags);
    return sum + (declared === null ? 1 : declared.length === 0 ? 0 : 1 + declared.length);
  }, head);
}
