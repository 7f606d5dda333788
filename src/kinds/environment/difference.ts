import { sameValue, type Value } from "../../lib/json.ts";
import type { Environment, Inventory } from "../../model/inventory.ts";
import type { FamilyDifference } from "../kind.ts";
import {
  type DeclaredEnvironmentChange,
  type DeclaredEnvironmentContent,
  type EnvironmentAction,
  type EnvironmentField,
  environmentChangeId,
} from "./change.ts";
import { declaredFields, environmentSide } from "./fields.ts";

/** What the environments of two revisions declare differently. */
export function compareDeclaredEnvironments(before: Inventory | null, after: Inventory): FamilyDifference {
  const old = new Map((before?.environments ?? []).map((environment) => [environment.id.toLowerCase(), environment]));
  const now = new Map(after.environments.map((environment) => [environment.id.toLowerCase(), environment]));
  const changes = [...now].flatMap(([key, environment]) => compareOne(old.get(key), environment) ?? []);
  const unmanaged = [...old].flatMap(([key, environment]) => {
    const next = now.get(key);
    if (!next) {
      const gone = environment.state === "absent";
      return [undeclared(environment, gone ? "its removal is no longer declared: what is left of it stays" : stays)];
    }
    return movesTo(environment, next) ? [undeclared(environment, movedNote(environment, next))] : [];
  });
  return { changes, unmanaged };
}

const stays = "becomes unmanaged; to remove it, declare state: absent";

/** Whether an environment is to be made on another cluster, where it has none of its data. */
const movesTo = (old: Environment, now: Environment): boolean =>
  old.cluster !== now.cluster && old.state !== "absent" && now.state !== "absent";

const movedNote = (old: Environment, now: Environment): string =>
  `becomes unmanaged on ${old.cluster}, which keeps it with its data: it is declared for ${now.cluster} now`;

function undeclared(environment: Environment, note: string) {
  return { ...aboutEnvironment(environment), note };
}

/** Everything that is declared of an environment, its state included. */
function allFields(environment: Environment): ReadonlyMap<EnvironmentField, Value> {
  return environment.state === "absent" ? new Map([["state", "absent"]]) : declaredFields(environment);
}

function compareOne(old: Environment | undefined, now: Environment): DeclaredEnvironmentChange | null {
  if (!old && now.state === "absent") {
    return declaredChange(now, { action: "disable", before: null, after: { state: "absent" }, fields: ["state"] }, [
      removalNote,
    ]);
  }
  if (!old || movesTo(old, now)) {
    const after = new Map<EnvironmentField, Value>([["name", now.defaultName], ...allFields(now)]);
    const content = { before: null, after: environmentSide(after), fields: [...after.keys()] };
    return declaredChange(
      now,
      { action: "create", ...content },
      old ? [`${old.cluster} keeps the one that it has`] : [],
    );
  }
  const [left, right] = [allFields(old), allFields(now)];
  // An environment that goes is described by its state alone: the rest is still so when it is disabled.
  const candidates: readonly EnvironmentField[] =
    now.state === "absent" ? ["state"] : [...new Set([...right.keys(), ...left.keys()])];
  const fields = candidates.filter((field) => !sameValue(left.get(field), right.get(field)));
  if (fields.length === 0) return null;
  const pick = (side: ReadonlyMap<EnvironmentField, Value>) =>
    environmentSide(
      fields.flatMap((field) => {
        const value = side.get(field);
        return value === undefined ? [] : [[field, value] as const];
      }),
    );
  const notes = [
    ...(now.state === "absent" ? [removalNote] : []),
    ...(now.state === null && fields.includes("state") ? [stateNote] : []),
  ];
  return declaredChange(
    now,
    { action: actionOf(old, now, fields), before: pick(left), after: pick(right), fields },
    notes,
  );
}

const removalNote = "disabled by one apply, deleted with its data by a later one";

const stateNote = "its state is no longer declared and stays as it is";

function actionOf(old: Environment, now: Environment, fields: readonly EnvironmentField[]): EnvironmentAction {
  if (!fields.includes("state")) return "update";
  if (now.state === "disabled" || now.state === "absent") return "disable";
  const wasOff = old.state === "disabled" || old.state === "absent";
  return wasOff && now.state === "enabled" ? "enable" : "update";
}

function aboutEnvironment(environment: Environment) {
  return {
    id: environmentChangeId(environment.id),
    kind: "environment",
    cluster: environment.cluster,
    customer: environment.customer,
    environment: environment.id,
    group: null,
    host: null,
    source: { file: environment.place.file, line: environment.place.line },
  } as const;
}

function declaredChange(
  environment: Environment,
  content: DeclaredEnvironmentContent,
  notes: readonly string[],
): DeclaredEnvironmentChange {
  return { ...aboutEnvironment(environment), ...content, dependsOn: [], origin: null, notes };
}
