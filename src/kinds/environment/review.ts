import { equalData } from "../../lib/json.ts";
import type { Environment } from "../../model/inventory.ts";
import type { ObservedEnvironment } from "../../model/observed.ts";
import { fieldContradiction, notAsked, notDeclared, undeclaredColumns } from "../contradictions.ts";
import type { Contradiction, Narrowed, ReviewMatch, ReviewRules, ReviewWorld } from "../kind.ts";
import type { EnvironmentAction, EnvironmentChange, EnvironmentField, EnvironmentSide } from "./change.ts";
import { compareWithPlan, describeDifference } from "./compare-with-plan.ts";
import { environmentCoordinates } from "./family.ts";
import { declaredFields, isDisabledTag, isOwnTag, pickFields, sideValue } from "./fields.ts";

export const environmentReview: ReviewRules<"environment"> = {
  contradictions: ({ environments }) => {
    const declared = new Map(environments.map((environment) => [environment.id, environment]));
    return (change) => {
      const environment = declared.get(change.environment);
      if (!environment) return notDeclared("environment");
      return [
        ...undeclaredColumns(change, environmentCoordinates(environment)),
        ...(environment.state === "absent" ? againstRemoval(change) : againstSettings(change, environment)),
      ];
    };
  },
  compare: ({ observed }) => {
    const found = observedEnvironments(observed);
    return (change): ReviewMatch => {
      const current = found(change);
      const match = compareWithPlan(change, current);
      return match === "other" ? { match, reason: describeDifference(change, current) } : { match };
    };
  },
  narrow,
};

function observedEnvironments({ clusters }: ReviewWorld["observed"]) {
  const byCluster = new Map(
    [...clusters].map(([name, { environments }]) => [
      name,
      new Map(
        environments.status === "complete" ? environments.value.map((entry) => [entry.id.toLowerCase(), entry]) : [],
      ),
    ]),
  );
  return ({ cluster, environment }: EnvironmentChange): ObservedEnvironment | null =>
    byCluster.get(cluster)?.get(environment.toLowerCase()) ?? null;
}

/** What an absent environment never undergoes. Only its state and the tag that dtsync counts the days by are changed. */
function againstRemoval(change: EnvironmentChange): readonly Contradiction[] {
  switch (change.action) {
    case "create":
    case "enable":
      return notAsked("the environment is declared absent");
    case "update":
      return isMarking(change.before, change.after) ? [] : notAsked("the environment is declared absent");
    case "disable":
      return change.fields.every((field) => field === "state") ? [] : notAsked("only its state changes");
    case "delete":
      return [];
  }
}

/** Whether nothing but the tag of the day on which it was disabled is added. */
function isMarking(before: EnvironmentSide, after: EnvironmentSide): boolean {
  const [old = [], now = []] = [before.tags, after.tags];
  const added = now.filter((tag) => !old.includes(tag));
  return equalData(Object.keys(after), ["tags"]) && now.length === old.length + 1 && added.every(isDisabledTag);
}

function againstSettings(change: EnvironmentChange, environment: Environment): readonly Contradiction[] {
  const states: Readonly<Partial<Record<EnvironmentAction, Environment["state"]>>> = {
    enable: "enabled",
    disable: "disabled",
  };
  if (change.action === "delete") return notAsked("the environment is not declared absent");
  const state = states[change.action];
  if (state !== undefined && state !== environment.state) return notAsked(`it is not declared ${state}`);
  const declared = declaredFields(environment);
  return change.fields.flatMap((field) => {
    const created = change.action === "create" && field === "name" ? environment.defaultName : undefined;
    const value = declared.get(field) ?? created;
    return fieldContradiction(field.split("."), value, equalData(value, sideValue(change.after, field)));
  });
}

function narrow(fresh: EnvironmentChange, reviewed: EnvironmentChange): Narrowed<EnvironmentChange> {
  if (fresh.action === "delete" || reviewed.action === "delete") return { change: fresh };
  const asked = new Set<EnvironmentField>(reviewed.fields);
  const differs = reviewed.fields.find(
    (field) => !fresh.fields.includes(field) || !agrees(field, fresh.after, reviewed.after),
  );
  if (differs !== undefined) return { differs };
  // Created without it, an environment that is declared disabled would be enabled until the next plan.
  if (fresh.action === "create" && fresh.after.state !== undefined && !asked.has("state")) return { differs: "state" };
  const fields = fresh.fields.filter((field) => asked.has(field));
  if (fields.length === fresh.fields.length) return { change: fresh };
  const after = pickFields(fresh.after, fields);
  return fresh.action === "create"
    ? { change: { ...fresh, after, fields } }
    : { change: { ...fresh, before: pickFields(fresh.before, fields), after, fields } };
}

function agrees(field: EnvironmentField, fresh: EnvironmentSide, reviewed: EnvironmentSide): boolean {
  if (field === "tags" && fresh.tags?.some(isOwnTag)) return equalData(undated(fresh.tags), undated(reviewed.tags));
  return equalData(sideValue(fresh, field), sideValue(reviewed, field));
}

/** Tags without the day on which an environment was disabled: a plan that waited for its review has an earlier one. */
const undated = (tags: readonly string[] = []): readonly string[] => tags.filter((tag) => !isDisabledTag(tag));
