import type { EnvironmentBody } from "../../../dynatrace/cluster-api.ts";
import { sortedSet } from "../../../lib/text.ts";
import type { ObservedEnvironment } from "../../../model/observed.ts";
import type { EnvironmentChange, EnvironmentSide, LimitKind, WholeField } from "../change.ts";
import { disabledTag, isDisabledTag, isOwnTag, limitsAmong } from "../fields.ts";

/** A change that is made by sending an environment; a deletion sends none. */
type SentEnvironmentChange = Exclude<EnvironmentChange, { readonly action: "delete" }>;

/** Writable members of quota and storage groups; what else an answer holds is usage and is never sent. */
const limitMembers: ReadonlySet<string> = new Set([
  "maxLimit",
  "monthlyLimit",
  "annualLimit",
  "totalMonthlyLimit",
  "totalAnnualLimit",
  "maxLimitInDays",
]);

/**
 * The whole body of a PUT: members that the change is not about are taken from the cluster, because what a left-out one
 * does is not documented. A touched quota group is sent complete: a limit left out of it would become unlimited.
 */
export function environmentBody(
  change: SentEnvironmentChange,
  current: ObservedEnvironment | null,
  now: Date,
): EnvironmentBody {
  const wanted = changed(change);
  const state = wanted.state ?? (current?.state === "DISABLED" ? "disabled" : "enabled");
  return {
    name: wanted.name ?? current?.name ?? change.environment,
    state: state === "disabled" ? "DISABLED" : "ENABLED",
    trial: wanted.trial ?? current?.trial ?? false,
    tags: bodyTags(change.action, current?.tags ?? [], wanted.tags, now),
    ...bodyLimits("quotas", change, current),
    ...bodyLimits("storage", change, current),
  };
}

/** Of the wanted side only what the change is about. */
function changed({ after, fields }: SentEnvironmentChange): {
  readonly [Field in WholeField]: EnvironmentSide[Field] | undefined;
} {
  const value = <Field extends WholeField>(field: Field) => (fields.includes(field) ? after[field] : undefined);
  return { name: value("name"), state: value("state"), trial: value("trial"), tags: value("tags") };
}

function bodyTags(
  action: SentEnvironmentChange["action"],
  present: readonly string[],
  wanted: readonly string[] | undefined,
  now: Date,
): readonly string[] {
  const declared = wanted ?? present.filter((tag) => !isOwnTag(tag));
  const own = present.filter(isOwnTag);
  const withoutDay = own.filter((tag) => !isDisabledTag(tag));
  switch (action) {
    case "disable":
      return sortedSet([...declared, ...withoutDay, disabledTag(now.toISOString().slice(0, 10))]);
    case "enable":
      return sortedSet([...declared, ...withoutDay]);
    case "create":
    case "update":
      return sortedSet([...declared, ...own]);
  }
}

function bodyLimits(
  kind: LimitKind,
  { fields, after }: SentEnvironmentChange,
  current: ObservedEnvironment | null,
): Partial<EnvironmentBody> {
  const touched = limitsAmong(fields, kind);
  if (touched.length === 0) return {};
  const limits: Record<string, Record<string, number | null>> = {};
  for (const { group, member } of touched) {
    limits[group] ??= presentLimits(current?.[kind]?.[group]);
    const value = after[kind]?.[group]?.[member];
    limits[group][member] = typeof value === "number" ? value : null;
  }
  return { [kind]: limits };
}

/** The limits of a group as they are, without its usage. */
function presentLimits(group: Readonly<Record<string, unknown>> | null | undefined): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(group ?? {}).flatMap(([member, value]) =>
      limitMembers.has(member) && (typeof value === "number" || value === null) ? [[member, value]] : [],
    ),
  );
}
