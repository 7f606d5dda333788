import { sameValue } from "../../lib/json.ts";
import type { ZonePermissionChange } from "./change.ts";
import { zoneKey } from "./observed-rights.ts";

/** How what a group has on zones now, by `zoneKey`, compares with one of its changes. */
export function compareZoneRightsWithPlan(
  { environment, managementZoneId, before, after }: ZonePermissionChange,
  rights: ReadonlyMap<string, readonly string[]>,
): "as-planned" | "as-wanted" | "other" {
  const current = rights.get(zoneKey(environment, managementZoneId)) ?? [];
  if (sameValue(current, after)) return "as-wanted";
  return sameValue(current, before) ? "as-planned" : "other";
}

export const zoneRightsChanged = "since the plan was made, the group's rights on the management zone have changed";
