import { compareText } from "../../lib/text.ts";
import type { FamilyChange } from "../../model/change.ts";
import type { Group } from "../../model/inventory.ts";
import type { ObservedGroup } from "../../model/observed.ts";
import type { Held } from "../../model/plan.ts";
import type { ClusterInput, Coordinates, FamilyPlan, FamilyRules } from "../kind.ts";
import { planZonePermissions } from "../zone-permission/plan.ts";
import { groupChangeId, groupColumns } from "./change.ts";
import { compareDeclaredGroups } from "./difference.ts";
import { groupNames } from "./group-names.ts";
import { leftBehindWarnings } from "./left-behind.ts";
import { type KnownEnvironment, type PlannedGroup, planGroup } from "./plan.ts";

export const groupCoordinates = (group: Group): Coordinates => {
  const { customer, environment, group: name, host } = groupColumns(group);
  return { cluster: group.cluster, customer, environment, group: name, host };
};

export const groupFamily: FamilyRules<"group"> = {
  plan: planGroups,
  inScope: ({ groups, selection }) =>
    groups.filter((group) => selection.includes("group") && selection.matchesGroup(group)).length,
  limitedBy: ({ groups }, name) => groups.filter(({ cluster, state }) => cluster === name && state !== "absent").length,
  difference: compareDeclaredGroups,
};

const nothing: FamilyPlan<"group"> = { changes: [], held: [], waiting: [], warnings: [], compared: [], unmanaged: [] };

const isAbsent = (known: ReadonlyMap<string, KnownEnvironment>, id: string): boolean =>
  known.get(id.toLowerCase())?.environment.state === "absent";

function planGroups(input: ClusterInput): FamilyPlan<"group"> {
  const { cluster, groups, selection, reading } = input;
  if (reading.groups === null) return nothing;
  if (reading.groups.status === "unreadable") {
    if (!selection.includes("group")) return nothing;
    const items = groupFamily.inScope(input);
    return { ...nothing, held: [{ scope: `cluster/${cluster}/groups`, reason: reading.groups.reason, items }] };
  }
  const names = groupNames(reading.groups.value);
  const known = new Map(
    input.environments.map((environment) => {
      const key = environment.id.toLowerCase();
      return [key, { environment, exists: input.observedEnvironments.has(key) }] as const;
    }),
  );
  const byId = new Map(reading.groups.value.map((group) => [group.id, group] as const));
  const changes: FamilyChange<"group">[] = [];
  const planned: PlannedGroup[] = [];
  const held: Held[] = [];
  const compared: string[] = [];
  const claimed = new Set<ObservedGroup>();
  for (const group of groups) {
    const outcome = planGroup(group, names, known, byId);
    for (const claim of outcome.claims) claimed.add(claim);
    changes.push(...outcome.changes);
    if (outcome.planned) planned.push(outcome.planned);
    if (!selection.includes("group") || !selection.matchesGroup(group)) continue;
    if (outcome.held) held.push(outcome.held);
    else if (group.state === "present") compared.push(groupChangeId(cluster, group.name));
  }
  for (const group of input.inventory.leavingGroups) {
    if (group.cluster !== cluster) continue;
    const { changes: own, claims } = planGroup(group, names, known, byId);
    for (const claim of claims) claimed.add(claim);
    changes.push(...own.filter((change) => change.kind === "permission" && isAbsent(known, change.environment)));
  }
  const unclaimed = reading.groups.value.filter((group) => !claimed.has(group));
  const unmanaged = unclaimed.map(({ name }) => name).sort(compareText);
  const zones = planZonePermissions(input, planned, known);
  return {
    ...nothing,
    changes: [...changes, ...zones.changes],
    held: [...held, ...zones.held],
    warnings: [...zones.warnings, ...leftBehindWarnings(input, unclaimed)],
    compared,
    unmanaged,
  };
}
