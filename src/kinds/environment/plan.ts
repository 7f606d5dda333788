import type { Value } from "../../lib/json.ts";
import { sortedSet } from "../../lib/text.ts";
import type { Environment, Inventory } from "../../model/inventory.ts";
import type { ObservedEnvironment } from "../../model/observed.ts";
import { type Change, environmentChangeId, type Waiting } from "../../model/plan.ts";
import {
  declaredFields,
  differingFields,
  disabledDay,
  disabledTag,
  fieldAt,
  isOwnTag,
  nestFields,
  observedField,
} from "./fields.ts";

const dayMilliseconds = 86_400_000;

export interface EnvironmentOutcome {
  readonly change: Change | null;
  readonly waiting: Waiting | null;
  readonly warnings: readonly string[];
}

export interface EnvironmentPlanning {
  readonly inventory: Inventory;
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
  const declared = new Map(
    [...declaredFields(environment)].filter(([path]) => planning.quotasLicensed || !path.startsWith("quotas.")),
  );
  const warnings =
    !planning.quotasLicensed && environment.settings.quotas !== undefined
      ? [`${environment.id}: the licence of ${environment.cluster} has no quotas; the declared ones are not compared`]
      : [];
  if (!observed) {
    const after = new Map<string, Value>([["name", environment.defaultName], ...declared]);
    if (environment.state !== "disabled") after.delete("state");
    const change = environmentChange(environment, "create", {
      before: null,
      after: nestFields(after),
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
  const action = !fields.includes("state") ? "update" : declared.get("state") === "enabled" ? "enable" : "disable";
  const change = environmentChange(environment, action, {
    before: nestFields(fields.map((path) => [path, observedField(observed, path)])),
    after: nestFields(fields.map((path) => [path, declared.get(path) ?? null])),
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
    const change = environmentChange(environment, "disable", {
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
      "update",
      { before: { tags }, after: { tags: sortedSet([...tags, disabledTag(planning.today)]) }, fields: ["tags"] },
      ["it was disabled by somebody else: the time until it is deleted runs from now"],
    );
    return { ...nothing, change };
  }
  const until = addDays(since, Math.ceil(planning.inventory.safety.deleteAfter / dayMilliseconds));
  if (planning.today < until) return { ...nothing, waiting: { id: environment.id, until } };
  const change = environmentChange(
    environment,
    "delete",
    {
      before: { name: observed.name, state: "disabled" },
      after: null,
      fields: [],
    },
    [`disabled since ${since}; its data goes with it`],
  );
  return { ...nothing, change };
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMilliseconds).toISOString().slice(0, 10);
}

function environmentChange(
  environment: Environment,
  action: "create" | "update" | "disable" | "enable" | "delete",
  content: Pick<Change, "before" | "after" | "fields">,
  notes: readonly string[] = [],
): Change {
  return {
    id: environmentChangeId(environment.id),
    kind: "environment",
    action,
    cluster: environment.cluster,
    customer: environment.customer,
    environment: environment.id,
    group: null,
    host: null,
    ...content,
    source: { file: environment.place.file, line: environment.place.line },
    dependsOn: [],
    origin: null,
    notes,
  };
}

/**
 * Whether the environment is still as the plan saw it: `as-planned`, already `as-wanted`, or `other`.
 * dtsync's own tags count only where the change is about one of them.
 */
export function compareWithPlan(
  change: Change,
  observed: ObservedEnvironment | null,
): "as-planned" | "as-wanted" | "other" {
  const before = change.before as Record<string, Value> | null;
  const after = change.after as Record<string, Value> | null;
  if (after === null) {
    if (observed === null) return "as-wanted";
    return observed.state === "DISABLED" && disabledDay(observed.tags) !== null ? "as-planned" : "other";
  }
  if (observed === null) return before === null ? "as-planned" : "other";
  const afterTags = fieldAt(after, "tags");
  const aboutOwnTags = Array.isArray(afterTags) && afterTags.some((tag) => isOwnTag(String(tag)));
  const current = (path: string): Value =>
    path === "tags" && aboutOwnTags ? sortedSet(observed.tags) : observedField(observed, path);
  const matches = (side: Record<string, Value>) =>
    change.fields.every((path) => JSON.stringify(current(path)) === JSON.stringify(fieldAt(side, path)));
  if (matches(after)) return "as-wanted";
  return before !== null && matches(before) ? "as-planned" : "other";
}
