import { sameValue, type Value } from "../../lib/json.ts";
import { sortedSet } from "../../lib/text.ts";
import type { ObservedEnvironment } from "../../model/observed.ts";
import type { EnvironmentChange, EnvironmentField, EnvironmentSide } from "./change.ts";
import { disabledDay, isOwnTag, observedField, sideValue } from "./fields.ts";

/**
 * Whether the environment is still as the plan saw it: `as-planned`, already `as-wanted`, or `other`.
 * dtsync's own tags count only where the change is about one of them.
 */
export function compareWithPlan(
  change: EnvironmentChange,
  observed: ObservedEnvironment | null,
): "as-planned" | "as-wanted" | "other" {
  if (change.action === "delete") {
    if (observed === null) return "as-wanted";
    return observed.state === "DISABLED" && disabledDay(observed.tags) !== null ? "as-planned" : "other";
  }
  if (observed === null) return change.action === "create" ? "as-planned" : "other";
  const matches = (side: EnvironmentSide) => differingFields(change, observed, side).length === 0;
  if (matches(change.after)) return "as-wanted";
  return change.before !== null && matches(change.before) ? "as-planned" : "other";
}

/** Fields of the change in which the environment differs from a side of it. */
function differingFields(
  { fields, after }: EnvironmentChange,
  observed: ObservedEnvironment,
  side: EnvironmentSide,
): readonly EnvironmentField[] {
  const aboutOwnTags = after?.tags?.some(isOwnTag) ?? false;
  const current = (field: EnvironmentField): Value =>
    field === "tags" && aboutOwnTags ? sortedSet(observed.tags) : observedField(observed, field);
  return fields.filter((field) => !sameValue(current(field), sideValue(side, field)));
}

/** How the environment differs from what the plan saw, for a change that is not made. */
export function describeDifference(change: EnvironmentChange, observed: ObservedEnvironment | null): string {
  if (observed === null) return "the environment is no longer there";
  const { before } = change;
  if (before === null) return "an environment of this id exists now, and differs from what is declared";
  const differing = differingFields(change, observed, before);
  return `since the plan was made, ${differing.length === 0 ? "its state" : differing.join(", ")} has changed`;
}

/** What the environment does not have of what was written, for a change that was not taken as it is. */
export function describeLoss(change: EnvironmentChange, observed: ObservedEnvironment | null): string {
  if (observed === null) return "the environment is not there";
  if (change.after === null) return "the environment is still there";
  return `${differingFields(change, observed, change.after).join(", ")} did not become what was written`;
}
