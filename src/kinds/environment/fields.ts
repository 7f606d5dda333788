import type { Fields, Value } from "../../lib/json.ts";
import { sameValue } from "../../lib/json.ts";
import { compareText, sortedSet } from "../../lib/text.ts";
import type { Environment, Limits } from "../../model/inventory.ts";
import type { ObservedEnvironment, ObservedLimits } from "../../model/observed.ts";

/** Tags that begin with this are dtsync's own: never compared, always kept. */
const ownTagPrefix = "dtsync:";
const disabledTagPrefix = "dtsync:disabled=";

export const isOwnTag = (tag: string): boolean => tag.startsWith(ownTagPrefix);
export const disabledTag = (day: string): string => `${disabledTagPrefix}${day}`;

/** The UTC day (YYYY-MM-DD) on which dtsync disabled the environment, or null; of several the last, which deletes latest. */
export function disabledDay(tags: readonly string[]): string | null {
  const days = tags
    .filter((tag) => tag.startsWith(disabledTagPrefix))
    .map((tag) => tag.slice(disabledTagPrefix.length))
    .filter((day) => /^\d{4}-\d{2}-\d{2}$/.test(day));
  return days.sort(compareText).at(-1) ?? null;
}

/** Values by dotted path, for example `quotas.hostUnits.maxLimit`. */
export type FlatFields = ReadonlyMap<string, Value>;

/** A limit without end; the cluster writes it as null or leaves it out. */
export const unlimited = "unlimited";

/** Everything about an environment that is declared, by path. `absent` declares no state here: removal is planned apart. */
export function declaredFields(environment: Environment): FlatFields {
  const { settings, state } = environment;
  const fields = new Map<string, Value>();
  if (settings.name !== undefined) fields.set("name", settings.name);
  if (state === "enabled" || state === "disabled") fields.set("state", state);
  if (settings.trial !== undefined) fields.set("trial", settings.trial);
  if (settings.tags !== undefined) fields.set("tags", sortedSet(settings.tags));
  for (const kind of ["quotas", "storage"] as const) {
    for (const [path, value] of flattenLimits(kind, settings[kind])) fields.set(path, value ?? unlimited);
  }
  return fields;
}

function flattenLimits(kind: string, limits: Limits | undefined): readonly (readonly [string, number | null])[] {
  return Object.entries(limits ?? {})
    .flatMap(([group, members]) =>
      Object.entries(members).map(([member, value]) => [`${kind}.${group}.${member}`, value] as const),
    )
    .sort(([left], [right]) => compareText(left, right));
}

/** What the cluster has at a path of `declaredFields`. */
export function observedField(observed: ObservedEnvironment, path: string): Value {
  switch (path) {
    case "name":
      return observed.name;
    case "state":
      return observed.state === "ENABLED" ? "enabled" : "disabled";
    case "trial":
      return observed.trial;
    case "tags":
      return sortedSet(observed.tags.filter((tag) => !isOwnTag(tag)));
    default: {
      const [kind, group = "", member = ""] = path.split(".");
      const limits: ObservedLimits | undefined = kind === "quotas" ? observed.quotas : observed.storage;
      const value = limits?.[group]?.[member];
      return typeof value === "number" ? value : unlimited;
    }
  }
}

/** Paths whose observed value differs from the declared one, in the order of declaration. */
export function differingFields(declared: FlatFields, observed: ObservedEnvironment): readonly string[] {
  return [...declared]
    .filter(([path, value]) => !sameValue(value, observedField(observed, path)))
    .map(([path]) => path);
}

/** Turns paths and values into nested data for `before` and `after`. */
export function nestFields(entries: Iterable<readonly [string, Value]>): Fields {
  const nested: Record<string, Value> = {};
  for (const [path, value] of entries) {
    const parts = path.split(".");
    let level = nested;
    for (const part of parts.slice(0, -1)) {
      const next = (level[part] ?? {}) as Record<string, Value>;
      level[part] = next;
      level = next;
    }
    level[parts.at(-1) ?? path] = value;
  }
  return nested;
}

/** The value at a dotted path of nested data, or undefined. */
export function fieldAt(fields: Fields | null, path: string): Value | undefined {
  let value: Value | undefined = fields ?? undefined;
  for (const part of path.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = (value as Fields)[part];
  }
  return value;
}
