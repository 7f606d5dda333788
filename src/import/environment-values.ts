import { isOwnTag } from "../kinds/environment/fields.ts";
import { compareText } from "../lib/text.ts";
import type { ObservedEnvironment } from "../model/observed.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { isPlainText } from "./plain-text.ts";

/** A limit of the inventory's format. */
export interface KnownLimit {
  readonly kind: "quotas" | "storage";
  readonly group: string;
  readonly member: string;
  /** `kind.group.member`. */
  readonly field: string;
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
}

/** How the limits of an environment differ from what all start from. */
export interface OwnLimits {
  /** By `kind.group.member`. Null: what the levels above say is not meant. */
  readonly declared: ReadonlyMap<string, LimitValue | null>;
  /** Those that an inventory cannot say, with their values. */
  readonly left: readonly string[];
}

function limitValue(observed: ObservedEnvironment, { kind, group, member }: KnownLimit): LimitValue {
  const value = observed[kind]?.[group]?.[member];
  return typeof value === "number" ? value : "unlimited";
}

/** Tags that somebody set, without those of dtsync. */
const ownTags = ({ tags }: ObservedEnvironment): readonly string[] =>
  [...new Set(tags.filter((tag) => !isOwnTag(tag)))].sort(compareText);

const canDeclareTags = (observed: ObservedEnvironment): boolean => ownTags(observed).every((tag) => isPlainText(tag));

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
    const most = valueOfMost(environments, limit);
    if (most !== null && limit.accepts(most)) limits.set(limit.field, most);
  }
  return { tags: commonTags(environments), limits };
}

/** The number that more than half of the environments have; null: there is none, or one without a limit could not say so. */
function valueOfMost(environments: readonly PlacedEnvironment[], limit: KnownLimit): number | null {
  const counts = new Map<LimitValue, number>();
  for (const { observed } of environments) {
    const value = limitValue(observed, limit);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (!limit.mayBeUnlimited && counts.has("unlimited")) return null;
  const [most] = [...counts].find(([, count]) => count * 2 > environments.length) ?? [null];
  return most === "unlimited" ? null : most;
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

export function ownLimits(
  { observed }: PlacedEnvironment,
  { limits: shared }: SharedValues,
  known: readonly KnownLimit[],
): OwnLimits {
  const declared = new Map<string, LimitValue | null>();
  const left: string[] = [];
  for (const limit of known) {
    const value = limitValue(observed, limit);
    const inherited = shared.get(limit.field);
    if (value === (inherited ?? "unlimited")) continue;
    if (value === "unlimited" ? limit.mayBeUnlimited : limit.accepts(value)) declared.set(limit.field, value);
    else {
      left.push(`${limit.field}: ${value}`);
      if (inherited !== undefined) declared.set(limit.field, null);
    }
  }
  return { declared, left };
}

/** Tags that an inventory cannot say. */
export const oddTags = ({ observed }: PlacedEnvironment): readonly string[] =>
  ownTags(observed).filter((tag) => !isPlainText(tag));

/** What an environment has that `shared` and the tags of its customer do not say. */
export function environmentValues(
  environment: PlacedEnvironment,
  { tags: sharedTags }: SharedValues,
  customerTags: readonly string[],
  limits: ReadonlyMap<string, LimitValue | null>,
): EnvironmentValues {
  const { observed } = environment;
  const inheritedTags = new Set([...sharedTags, ...customerTags]);
  const tags = ownTags(observed).filter((tag) => !inheritedTags.has(tag));
  const quotas = nestLimits("quotas", limits);
  const storage = nestLimits("storage", limits);
  return {
    ...(observed.state === "DISABLED" ? { state: "disabled" as const } : {}),
    ...(oddTags(environment).length > 0 ? { tags: null } : tags.length > 0 ? { tags } : {}),
    ...(observed.trial ? { trial: true as const } : {}),
    ...(quotas === undefined ? {} : { quotas }),
    ...(storage === undefined ? {} : { storage }),
  };
}
