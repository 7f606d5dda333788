import { compareText } from "../../lib/text.ts";
import type { Environment } from "../../model/inventory.ts";
import type { Observed } from "../../model/observed.ts";
import type { Held, Waiting } from "../../model/plan.ts";
import type { ClusterInput, Coordinates, FamilyPlan, FamilyRules } from "../kind.ts";
import { type EnvironmentChange, environmentChangeId, environmentColumns } from "./change.ts";
import { compareDeclaredEnvironments } from "./difference.ts";
import { planEnvironment } from "./plan.ts";

export const environmentCoordinates = (environment: Environment): Coordinates => {
  const { customer, environment: id, group, host } = environmentColumns(environment);
  return { cluster: environment.cluster, customer, environment: id, group, host };
};

export const environmentFamily: FamilyRules<"environment"> = {
  plan: planEnvironments,
  inScope: ({ environments, selection }) =>
    environments.filter((item) => selection.includes("environment") && selection.matches(environmentCoordinates(item)))
      .length,
  limitedBy: ({ environments }, name) =>
    environments.filter(({ cluster, state }) => cluster === name && state !== "absent").length,
  difference: compareDeclaredEnvironments,
};

function planEnvironments(input: ClusterInput): FamilyPlan<"environment"> {
  const { reading, selection, observed } = input;
  const changes: EnvironmentChange[] = [];
  const held: Held[] = [];
  const waiting: Waiting[] = [];
  const warnings: string[] = [];
  const compared: string[] = [];
  const planning = {
    deleteAfter: input.inventory.safety.deleteAfter,
    today: input.createdAt.toISOString().slice(0, 10),
    quotasLicensed: reading.quotasLicensed,
  };
  for (const environment of input.environments) {
    const inScope = selection.includes("environment") && selection.matches(environmentCoordinates(environment));
    const unsure = reading.unsureEnvironments?.get(environment.id.toLowerCase());
    if (unsure !== undefined && environment.state !== "absent") {
      if (inScope) held.push({ scope: environmentChangeId(environment.id), reason: unsure, items: 1 });
      continue;
    }
    const outcome = planEnvironment(
      environment,
      input.observedEnvironments.get(environment.id.toLowerCase()),
      planning,
    );
    if (inScope) {
      warnings.push(...outcome.warnings);
      if (outcome.waiting) waiting.push(outcome.waiting);
      else if (environment.state !== "absent") compared.push(environmentChangeId(environment.id));
      if (outcome.change?.action === "create") warnings.push(...elsewhere(environment, observed));
    }
    if (!outcome.change) continue;
    const removes = outcome.change.action === "disable" || outcome.change.action === "delete";
    if (removes && environment.state === "absent" && reading.groups?.status === "unreadable") {
      if (inScope) {
        const reason = `its rights cannot be taken away first: the groups of ${environment.cluster} could not be read`;
        held.push({ scope: outcome.change.id, reason, items: 1 });
      }
      continue;
    }
    changes.push(outcome.change);
  }
  const declared = new Set(input.environments.map(({ id }) => id.toLowerCase()));
  const unmanaged = [...input.observedEnvironments.values()]
    .filter(({ id }) => !declared.has(id.toLowerCase()))
    .map(({ id }) => id)
    .sort(compareText);
  return { changes, held, waiting, warnings, compared, unmanaged };
}

/** Where the cluster of an environment changed, the old one keeps it with its data, and that must not be forgotten. */
function elsewhere(environment: Environment, { clusters }: Observed): readonly string[] {
  return [...clusters].flatMap(([name, { environments }]) => {
    if (name === environment.cluster || environments.status !== "complete") return [];
    const found = environments.value.some(({ id }) => id.toLowerCase() === environment.id.toLowerCase());
    return found
      ? [
          `${environment.id} is created on ${environment.cluster}, but ${name} still has it with its data: remove it there by hand when it is no longer needed`,
        ]
      : [];
  });
}
