import type { Value } from "../../lib/json.ts";
import { sortedSet } from "../../lib/text.ts";
import type { Environment } from "../../model/inventory.ts";
import type { ObservedEnvironment } from "../../model/observed.ts";
import type { Waiting } from "../../model/plan.ts";
import { makeChange, sourceOf } from "../change.ts";
import {
  type EnvironmentChange,
  type EnvironmentContent,
  type EnvironmentField,
  environmentChangeId,
  environmentColumns,
} from "./change.ts";
import {
  declaredFields,
  differingFields,
  disabledDay,
  disabledTag,
  environmentSide,
  limitOf,
  observedField,
} from "./fields.ts";

const dayMilliseconds = 86_400_000;
/** Later ones have more digits, and would count as earlier where days are compared as text. */
const lastDay = Date.parse("9999-12-31T00:00:00Z");

interface EnvironmentOutcome {
  readonly change: EnvironmentChange | null;
  readonly waiting: Waiting | null;
  readonly warnings: readonly string[];
}

interface EnvironmentPlanning {
  /** Milliseconds that an absent environment stays disabled. */
  readonly deleteAfter: number;
  /** UTC day of the plan, YYYY-MM-DD. */
  readonly today: string;
  readonly quotasLicensed: boolean;
}

const nothing: EnvironmentOutcome = { change: null, waiting: null, warnings: [] };

/** What has to happen to one environment on the cluster that it is declared for. */
export function planEnvironment(
  environment: Environment,
  observed: ObservedEnvironment | undefined,
  planning: EnvironmentPlanning,
): EnvironmentOutcome {
  if (environment.state === "absent") return observed ? planRemoval(environment, observed, planning) : nothing;
  const all = declaredFields(environment);
  const declared = planning.quotasLicensed
    ? all
    : new Map([...all].filter(([field]) => limitOf(field)?.kind !== "quotas"));
  const warnings =
    !planning.quotasLicensed && environment.settings.quotas !== undefined
      ? [`${environment.id}: the licence of ${environment.cluster} has no quotas; the declared ones are not compared`]
      : [];
  if (!observed) {
    const after = new Map<EnvironmentField, Value>([["name", environment.defaultName], ...declared]);
    if (environment.state !== "disabled") after.delete("state");
    const change = environmentChange(environment, {
      action: "create",
      before: null,
      after: environmentSide(after),
      fields: [...after.keys()],
    });
    return { change, waiting: null, warnings };
  }
  const fields = differingFields(declared, observed);
  if (observed.state === "DISABLED" && environment.state === null) {
    warnings.push(
      `${environment.id} is disabled on ${environment.cluster} and the inventory does not say what it should be: declare state: enabled or state: disabled`,
    );
  }
  if (fields.length === 0) return { change: null, waiting: null, warnings };
  const change = environmentChange(environment, {
    action: !fields.includes("state") ? "update" : declared.get("state") === "enabled" ? "enable" : "disable",
    before: environmentSide(fields.map((field) => [field, observedField(observed, field)])),
    after: environmentSide(fields.map((field) => [field, declared.get(field) ?? null])),
    fields,
  });
  return { change, waiting: null, warnings };
}

/** Removal takes two applies: disable now, delete once `deleteAfter` has passed. Between them there is nothing to do. */
function planRemoval(
  environment: Environment,
  observed: ObservedEnvironment,
  planning: EnvironmentPlanning,
): EnvironmentOutcome {
  if (observed.state === "ENABLED") {
    const change = environmentChange(environment, {
      action: "disable",
      before: { state: "enabled" },
      after: { state: "disabled" },
      fields: ["state"],
    });
    return { ...nothing, change };
  }
  const since = disabledDay(observed.tags);
  if (since === null) {
    const tags = sortedSet(observed.tags);
    const change = environmentChange(
      environment,
      {
        action: "update",
        before: { tags },
        after: { tags: sortedSet([...tags, disabledTag(planning.today)]) },
        fields: ["tags"],
      },
      ["it was disabled by somebody else: the time until it is deleted runs from now"],
    );
    return { ...nothing, change };
  }
  const until = addDays(since, Math.ceil(planning.deleteAfter / dayMilliseconds));
  if (planning.today < until) return { ...nothing, waiting: { id: environment.id, until } };
  const change = environmentChange(
    environment,
    { action: "delete", before: { name: observed.name, state: "disabled" }, after: null, fields: [] },
    [`disabled since ${since}; its data goes with it`],
  );
  return { ...nothing, change };
}

function addDays(day: string, days: number): string {
  const time = Date.parse(`${day}T00:00:00Z`) + days * dayMilliseconds;
  return new Date(Math.min(time, lastDay)).toISOString().slice(0, 10);
}

function environmentChange(
  environment: Environment,
  content: EnvironmentContent,
  notes: readonly string[] = [],
): EnvironmentChange {
  const { id, cluster } = environment;
  return makeChange(
    { id: environmentChangeId(id), cluster, source: sourceOf(environment), dependsOn: [], notes },
    environmentColumns(environment),
    content,
  );
}
