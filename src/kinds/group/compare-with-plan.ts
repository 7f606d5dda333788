import { sameValue } from "../../lib/json.ts";
import type { ObservedGroup } from "../../model/observed.ts";
import type { GroupChange, GroupField, GroupSide, PermissionChange } from "./change.ts";
import { observedGroupField, sameGroupField } from "./fields.ts";
import { closePermissions } from "./permissions.ts";
import { rightsByEnvironment } from "./rights.ts";

/** What the run itself does with the group. */
export interface GroupInRun {
  /** Its creation is still to be written. */
  readonly appears: boolean;
  /** It is there because this run made it. */
  readonly created: boolean;
}

/** How a group compares with one of its changes. */
export function compareGroupWithPlan(
  change: GroupChange | PermissionChange,
  current: ObservedGroup | null,
  { appears, created }: GroupInRun,
): "as-planned" | "as-wanted" | "other" {
  if (change.kind === "permission") {
    if (current === null) return appears ? "as-planned" : "other";
    const rights = closePermissions(rightsByEnvironment(current).get(change.environment.toLowerCase()) ?? []);
    if (sameValue(rights, change.after)) return "as-wanted";
    return sameValue(rights, change.before) ? "as-planned" : "other";
  }
  if (current === null) return change.action === "create" ? "as-planned" : "other";
  if (change.action === "delete") return "as-planned";
  if (matchesSide(current, change.after, change.fields)) return "as-wanted";
  // A group that this run just made and that reads back otherwise is written once more as an update.
  if (change.action === "create") return created ? "as-planned" : "other";
  return matchesSide(current, change.before, change.fields) ? "as-planned" : "other";
}

/** Whether a group has what a side says of some fields. */
export const matchesSide = (group: ObservedGroup, side: GroupSide, fields: readonly GroupField[]): boolean =>
  fields.every((field) => sameGroupField(field, observedGroupField(group, field), side[field]));

/** How the group differs from what the plan saw, for a change that is not made. */
export function describeGroupDifference(change: GroupChange | PermissionChange, current: ObservedGroup | null): string {
  if (current === null) return "the group is no longer there";
  if (change.kind === "permission") return "since the plan was made, the group's rights there have changed";
  if (change.action === "create") return "a group of this name exists now, and differs from what is declared";
  const { before } = change;
  const differing = change.fields.filter(
    (field) => before !== null && !sameGroupField(field, observedGroupField(current, field), before[field]),
  );
  return `since the plan was made, ${(differing.length === 0 ? change.fields : differing).join(", ")} has changed`;
}
