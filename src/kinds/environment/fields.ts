import { sameValue, type Value } from "../../lib/json.ts";
import { compareText, sortedSet } from "../../lib/text.ts";
import type { Environment, Limits } from "../../model/inventory.ts";
import type { ObservedEnvironment } from "../../model/observed.ts";
import type {
  DeclaredEnvironmentSide,
  EnvironmentField,
  EnvironmentSide,
  LimitField,
  LimitKind,
  WholeField,
} from "./change.ts";

/** Tags that begin with this are dtsync's own: never compared, always kept. */
const ownTagPrefix = "dtsync:";
const disabledTagPrefix = "dtsync:disabled=";

export const isOwnTag = (tag: string): boolean => tag.startsWith(ownTagPrefix);
export const isDisabledTag = (tag: string): boolean => tag.startsWith(disabledTagPrefix);
/** `day`: YYYY-MM-DD, UTC. */
export const disabledTag = (day: string): string => `${disabledTagPrefix}${day}`;

/** Whoever may write tags on the cluster may write any text, such as the 31st of a short month. */
function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The UTC day (YYYY-MM-DD) on which dtsync disabled the environment, or null; of several the last, which deletes latest. */
export function disabledDay(tags: readonly string[]): string | null {
  const days = tags
    .filter(isDisabledTag)
    .map((tag) => tag.slice(disabledTagPrefix.length))
    .filter(isDay);
  return days.sort(compareText).at(-1) ?? null;
}

/** A limit without end; the cluster writes it as null or leaves it out. */
export const unlimited = "unlimited";

/** Values by field. */
type EnvironmentValues = ReadonlyMap<EnvironmentField, Value>;

const declaredOf = new WeakMap<Environment, EnvironmentValues>();

/** Everything about an environment that is declared, put together once. `absent` declares no state here: removal is planned apart. */
export function declaredFields(environment: Environment): EnvironmentValues {
  const known = declaredOf.get(environment) ?? readDeclared(environment);
  declaredOf.set(environment, known);
  return known;
}

function readDeclared({ settings, state }: Environment): EnvironmentValues {
  const whole: Readonly<Record<WholeField, Value | undefined>> = {
    name: settings.name,
    state: state === "absent" || state === null ? undefined : state,
    trial: settings.trial,
    tags: settings.tags && sortedSet(settings.tags),
  };
  const fields = new Map<EnvironmentField, Value>();
  for (const [field, value] of Object.entries(whole)) {
    if (value !== undefined) fields.set(field as WholeField, value);
  }
  for (const kind of ["quotas", "storage"] as const) {
    for (const [field, value] of limitFields(kind, settings[kind])) fields.set(field, value ?? unlimited);
  }
  return fields;
}

function limitFields(kind: LimitKind, limits: Limits | undefined): readonly (readonly [LimitField, number | null])[] {
  return Object.entries(limits ?? {})
    .flatMap(([group, members]) =>
      Object.entries(members).map(([member, value]) => [`${kind}.${group}.${member}`, value] as const),
    )
    .sort(([left], [right]) => compareText(left, right));
}

/** The parts of a limit's path. */
interface Limit {
  readonly kind: LimitKind;
  readonly group: string;
  readonly member: string;
}

/** Of the few fields that there are, each is asked for with every environment. */
const limitOfField = new Map<EnvironmentField, Limit | null>();

/**
 * The limit that a field is about, or null for any other field. The one place where a path is taken apart. What is left
 * when all other fields are dealt with is a limit; a new field that is not dealt with is an error of the compiler there.
 */
export function limitOf(field: LimitField): Limit;
export function limitOf(field: EnvironmentField): Limit | null;
export function limitOf(field: EnvironmentField): Limit | null {
  const known = limitOfField.get(field);
  if (known !== undefined) return known;
  const limit = takeApart(field);
  limitOfField.set(field, limit);
  return limit;
}

function takeApart(field: EnvironmentField): Limit | null {
  const [kind, group, member] = field.split(".");
  if ((kind !== "quotas" && kind !== "storage") || group === undefined || member === undefined) return null;
  return { kind, group, member };
}

/** Limits of one kind among fields. */
export const limitsAmong = (fields: readonly EnvironmentField[], kind: LimitKind): readonly Limit[] =>
  fields.flatMap((field) => {
    const limit = limitOf(field);
    return limit?.kind === kind ? [limit] : [];
  });

/** What the cluster has of a field. */
export function observedField(observed: ObservedEnvironment, field: EnvironmentField): Value {
  switch (field) {
    case "name":
      return observed.name;
    case "state":
      return observed.state === "ENABLED" ? "enabled" : "disabled";
    case "trial":
      return observed.trial;
    case "tags":
      return sortedSet(observed.tags.filter((tag) => !isOwnTag(tag)));
    default: {
      const limit = limitOf(field);
      const value = observed[limit.kind]?.[limit.group]?.[limit.member];
      return typeof value === "number" ? value : unlimited;
    }
  }
}

/** Fields whose observed value differs from the declared one, in the order of declaration. */
export function differingFields(
  declared: EnvironmentValues,
  observed: ObservedEnvironment,
): readonly EnvironmentField[] {
  return [...declared]
    .filter(([field, value]) => !sameValue(value, observedField(observed, field)))
    .map(([field]) => field);
}

/** Whether any declared quota is another one on the cluster. */
export const quotasDiffer = (environment: Environment, observed: ObservedEnvironment): boolean =>
  environment.settings.quotas !== undefined &&
  [...declaredFields(environment)].some(
    ([field, value]) => limitOf(field)?.kind === "quotas" && !sameValue(value, observedField(observed, field)),
  );

/** The side of a change that holds these values, limits nested by group. */
export function environmentSide(entries: Iterable<readonly [EnvironmentField, Value]>): EnvironmentSide {
  const side: Record<string, Value> = {};
  for (const [field, value] of entries) {
    const limit = limitOf(field);
    if (limit === null) side[field] = value;
    else {
      const groups = (side[limit.kind] ?? {}) as Record<string, Record<string, Value>>;
      groups[limit.group] = { ...groups[limit.group], [limit.member]: value };
      side[limit.kind] = groups;
    }
  }
  // The values of each field are of its type by construction of those who give them: declared or observed ones.
  return side as EnvironmentSide;
}

/** What a side holds of a field; undefined: nothing. */
export function sideValue(side: DeclaredEnvironmentSide, field: EnvironmentField): Value | undefined {
  switch (field) {
    case "name":
    case "state":
    case "trial":
    case "tags":
      return side[field];
    default: {
      const limit = limitOf(field);
      return side[limit.kind]?.[limit.group]?.[limit.member];
    }
  }
}

/** The fields that a side has. */
export function fieldsOfSide(side: EnvironmentSide): readonly EnvironmentField[] {
  const { quotas, storage, ...others } = side;
  const limits = (
    [
      ["quotas", quotas],
      ["storage", storage],
    ] as const
  ).flatMap(([kind, groups]) =>
    Object.entries(groups ?? {}).flatMap(([group, members]) =>
      Object.keys(members).map((member): LimitField => `${kind}.${group}.${member}`),
    ),
  );
  return [...(Object.keys(others) as readonly (keyof typeof others)[]), ...limits];
}

/** Only the given fields of a side. */
export const pickFields = (side: EnvironmentSide, fields: readonly EnvironmentField[]): EnvironmentSide =>
  environmentSide(
    fields.flatMap((field) => {
      const value = sideValue(side, field);
      return value === undefined ? [] : [[field, value] as const];
    }),
  );
