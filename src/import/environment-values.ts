import { isOwnTag } from "../kinds/environment/fields.ts";
import { compareText } from "../lib/text.ts";
import type { ObservedEnvironment } from "../model/observed.ts";
import { isPlainText, mostFrequent, type PlacedEnvironment } from "./place-environments.ts";

/** A limit of the inventory's format. */
export interface KnownLimit {
  readonly kind: "quotas" | "storage";
  readonly group: string;
  readonly member: string;
  /** Whether the format takes the number. */
  readonly accepts: (value: number) => boolean;
  /** Whether `unlimited` can be declared. */
  readonly mayBeUnlimited: boolean;
}

type LimitValue = number | "unlimited";
/** Null: what the levels above say is not meant. */
export type LimitEntries = Record<string, Record<string, LimitValue | null>>;

/** What all environments start from. */
export interface SharedValues {
  readonly tags: readonly string[];
  /** By `kind.group.member`. */
  readonly limits: ReadonlyMap<string, LimitValue>;
}

/** What an environment declares of itself, keys in the order of the format; undefined ones are left out. */
export interface EnvironmentValues {
  readonly state?: "disabled";
  /** Null: those of the levels above are not meant, and its own cannot be written. */
  readonly tags?: readonly string[] | null;
  readonly trial?: true;
  readonly quotas?: LimitEntries;
  readonly storage?: LimitEntries;
  /** What of it an inventory cannot say. */
  readonly left: readonly string[];
}

const fieldOf = ({ kind, group, member }: KnownLimit): string => `${kind}.${group}.${member}`;

function limitValue(observed: ObservedEnvironment, { kind, group, member }: KnownLimit): LimitValue {
  const value = observed[kind]?.[group]?.[member];
  return typeof value === "number" ? value : "unlimited";
}

/** Tags that somebody set, without those of dtsync. */
const ownTags = ({ tags }: ObservedEnvironment): readonly string[] =>
  [...new Set(tags.filter((tag) => !isOwnTag(tag)))].sort(compareText);

const canDeclareTags = (observed: ObservedEnvironment): boolean => ownTags(observed).every(isPlainText);

/** Tags that all of these have. Those of an environment whose tags cannot be written do not count. */
export function commonTags(environments: readonly PlacedEnvironment[]): readonly string[] {
  const lists = environments
    .map(({ observed }) => observed)
    .filter(canDeclareTags)
    .map(ownTags);
  const [first = []] = lists;
  const others = lists.slice(1).map((tags) => new Set(tags));
  return first.filter((tag) => others.every((tags) => tags.has(tag)));
}

/** What most environments have: a limit is shared where more than half of them have it. */
export function sharedValues(environments: readonly PlacedEnvironment[], known: readonly KnownLimit[]): SharedValues {
  const limits = new Map<string, LimitValue>();
  for (const limit of known) {
    const values = environments.map(({ observed }) => limitValue(observed, limit));
    const most = mostFrequent(values.filter((value) => typeof value === "number").map(String));
    if (most === null || values.filter((value) => String(value) === most).length * 2 <= values.length) continue;
    // One with another value has to be able to say so.
    if (!limit.mayBeUnlimited && values.includes("unlimited")) continue;
    if (limit.accepts(Number(most))) limits.set(fieldOf(limit), Number(most));
  }
  return { tags: commonTags(environments), limits };
}

/** Limits as a file nests them. */
export function nestLimits(
  kind: KnownLimit["kind"],
  values: ReadonlyMap<string, LimitValue | null>,
): LimitEntries | undefined {
  const nested: LimitEntries = {};
  for (const [field, value] of values) {
    const [own, group = "", member = ""] = field.split(".");
    if (own !== kind) continue;
    nested[group] = { ...nested[group], [member]: value };
  }
  return Object.keys(nested).length === 0 ? undefined : nested;
}

/** What an environment has that `shared` and the tags of its customer do not say. */
export function environmentValues(
  { observed }: PlacedEnvironment,
  shared: SharedValues,
  customerTags: readonly string[],
  known: readonly KnownLimit[],
): EnvironmentValues {
  const left: string[] = [];
  const limits = new Map<string, LimitValue | null>();
  for (const limit of known) {
    const value = limitValue(observed, limit);
    const inherited = shared.limits.get(fieldOf(limit)) ?? "unlimited";
    if (value === inherited) continue;
    if (value === "unlimited" ? limit.mayBeUnlimited : limit.accepts(value)) limits.set(fieldOf(limit), value);
    else {
      left.push(`${fieldOf(limit)}: ${value}`);
      if (shared.limits.has(fieldOf(limit))) limits.set(fieldOf(limit), null);
    }
  }
  const inheritedTags = new Set([...shared.tags, ...customerTags]);
  const tags = ownTags(observed).filter((tag) => !inheritedTags.has(tag));
  const odd = ownTags(observed).filter((tag) => !isPlainText(tag));
  if (odd.length > 0) left.push(...odd.map((tag) => `tag ${JSON.stringify(tag)}`));
  const quotas = nestLimits("quotas", limits);
  const storage = nestLimits("storage", limits);
  return {
    ...(observed.state === "DISABLED" ? { state: "disabled" as const } : {}),
    ...(odd.length > 0 ? { tags: null } : tags.length > 0 ? { tags } : {}),
    ...(observed.trial ? { trial: true as const } : {}),
    ...(quotas === undefined ? {} : { quotas }),
    ...(storage === undefined ? {} : { storage }),
    left,
  };
}
