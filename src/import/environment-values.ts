import type { ObservedEnvironment } from "../model/observed.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { type CustomerTags, declaredTags, sharedTags } from "./shared-tags.ts";

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

/** What most environments have: a limit is shared where more than half of them have it. */
export function sharedValues(environments: readonly PlacedEnvironment[], known: readonly KnownLimit[]): SharedValues {
  const limits = new Map<string, LimitValue>();
  for (const limit of known) {
    const most = valueOfMost(environments, limit);
    if (most !== null && limit.accepts(most)) limits.set(limit.field, most);
  }
  return { tags: sharedTags(environments), limits };
}

/** The number that more than half of the environments have; null: there is none. */
function valueOfMost(environments: readonly PlacedEnvironment[], limit: KnownLimit): number | null {
  const counts = new Map<LimitValue, number>();
  for (const { observed } of environments) {
    const value = limitValue(observed, limit);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
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
    if (value === "unlimited") declared.set(limit.field, limit.mayBeUnlimited ? value : null);
    else if (limit.accepts(value)) declared.set(limit.field, value);
    else {
      left.push(`${limit.field}: ${value}`);
      if (inherited !== undefined) declared.set(limit.field, null);
    }
  }
  return { declared, left };
}

/** What an environment has that `shared` and the tags of its customer do not say. */
export function environmentValues(
  environment: PlacedEnvironment,
  shared: SharedValues,
  ofCustomer: CustomerTags,
  limits: ReadonlyMap<string, LimitValue | null>,
): EnvironmentValues {
  const { observed } = environment;
  const tags = declaredTags(environment, shared.tags, ofCustomer);
  const quotas = nestLimits("quotas", limits);
  const storage = nestLimits("storage", limits);
  return {
    ...(observed.state === "DISABLED" ? { state: "disabled" as const } : {}),
    ...(tags === null || tags.length > 0 ? { tags } : {}),
    ...(observed.trial ? { trial: true as const } : {}),
    ...(quotas === undefined ? {} : { quotas }),
    ...(storage === undefined ? {} : { storage }),
  };
}
