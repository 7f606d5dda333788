import { compareText } from "../lib/text.ts";
import type { Change } from "../model/plan.ts";

/**
 * An order in which changes can be applied: environments appear, then groups with their permissions, then hosts; what
 * is taken away goes last, and an environment only after its rights and its agents.
 */
function phase({ kind, action }: Change): number {
  if (kind === "environment") return action === "delete" ? 5 : action === "disable" ? 4 : 0;
  if (kind === "host") return 3;
  return kind === "group" && action === "delete" ? 2 : 1;
}

/** Within the groups' phase a group stands directly before its permissions. */
function groupKey(change: Change): string {
  return change.group === null ? "" : `${change.cluster}/${change.group}`;
}

export function orderChanges(changes: readonly Change[]): readonly Change[] {
  const permissionLast = (change: Change) => (change.kind === "permission" ? 1 : 0);
  const sorted = [...changes].sort(
    (left, right) =>
      phase(left) - phase(right) ||
      compareText(groupKey(left), groupKey(right)) ||
      permissionLast(left) - permissionLast(right) ||
      compareText(left.id, right.id),
  );
  return dependenciesFirst(sorted);
}

/** The phases put nearly everything after what it depends on; the rest is moved no further than it has to. */
function dependenciesFirst(sorted: readonly Change[]): readonly Change[] {
  const byId = new Map(sorted.map((change) => [change.id, change]));
  const ordered = new Set<Change>();
  const place = (change: Change, above: readonly Change[]): void => {
    if (ordered.has(change) || above.includes(change)) return;
    for (const id of change.dependsOn) {
      const dependency = byId.get(id);
      if (dependency) place(dependency, [...above, change]);
    }
    ordered.add(change);
  };
  for (const change of sorted) place(change, []);
  return [...ordered];
}
