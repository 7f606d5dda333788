import { equalData } from "../../lib/json.ts";
import type { Observed } from "../../model/observed.ts";
import { notDeclared, undeclaredColumns } from "../contradictions.ts";
import { groupChangeId } from "../group/change.ts";
import { againstRights, groupsById, observedGroup } from "../group/review.ts";
import type { ReviewRules } from "../kind.ts";
import { compareZoneRightsWithPlan, zoneRightsChanged } from "./compare-with-plan.ts";
import { rightsByZone } from "./observed-rights.ts";
import { wantedZoneRights, zoneNamer } from "./wanted-rights.ts";

export const zonePermissionReview: ReviewRules<"zone-permission"> = {
  contradictions: ({ groups, environments }) => {
    const declared = groupsById(groups);
    const known = new Map(environments.map((environment) => [environment.id, environment]));
    const isNamed = zoneNamer(groups);
    return (change) => {
      const group = declared.get(groupChangeId(change.cluster, change.group));
      const environment = known.get(change.environment);
      if (!group) return notDeclared("group");
      if (!environment || environment.cluster !== change.cluster) return notDeclared("environment");
      if (!isNamed(change)) return notDeclared("managementZone");
      const { cluster, customer, id } = environment;
      const columns = { cluster, customer, environment: id, group: group.name, host: null };
      return [
        ...undeclaredColumns(change, columns),
        ...againstRights(change, group, wantedZoneRights(group, id, change.managementZone)),
      ];
    };
  },
  compare: (world) => {
    const find = observedGroup(world);
    const rightsOf = observedZoneRights(world.observed);
    return (change) => {
      const group = find(change);
      const appears = world.newGroups.has(groupChangeId(change.cluster, change.group));
      if (group === null && !appears) return { match: "other", reason: "the group is no longer there" };
      const rights = group === null ? new Map() : rightsOf(change.cluster, group.id);
      const match = compareZoneRightsWithPlan(change, rights);
      return match === "other" ? { match, reason: zoneRightsChanged } : { match };
    };
  },
  narrow: (fresh, reviewed) => {
    if (fresh.managementZoneId !== reviewed.managementZoneId) return { differs: "managementZoneId" };
    return equalData(fresh.after, reviewed.after) ? { change: fresh } : { differs: "rights" };
  },
};

/** What groups have on zones, each group looked up once. */
function observedZoneRights({ clusters }: Observed) {
  const known = new Map<string, ReadonlyMap<string, readonly string[]>>();
  return (cluster: string, group: string): ReadonlyMap<string, readonly string[]> => {
    const key = `${cluster}/${group}`;
    const rights = clusters.get(cluster)?.zones?.rights;
    const found =
      known.get(key) ??
      rightsByZone(
        rights?.status === "complete"
          ? rights.value.filter((right) => right.group.toLowerCase() === group.toLowerCase())
          : [],
      );
    known.set(key, found);
    return found;
  };
}
