import { phases } from "../kinds/kind.ts";
import { actionRules } from "../kinds/kinds.ts";
import { compareText } from "../lib/text.ts";
import type { DeclaredChange } from "../model/change.ts";

/** Within the groups' phase a group comes directly before its permissions. */
const groupKey = ({ cluster, group }: DeclaredChange): string => (group === null ? "" : `${cluster}/${group}`);

/** Changes in an order in which they can be made: by the phase of their action, and after what they depend on. */
export function orderChanges<C extends DeclaredChange>(changes: readonly C[]): readonly C[] {
  const phase = (change: C) => phases.indexOf(actionRules(change).phase);
  const permissionLast = ({ kind }: C) => (kind === "zone-permission" ? 2 : kind === "permission" ? 1 : 0);
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
function dependenciesFirst<C extends DeclaredChange>(sorted: readonly C[]): readonly C[] {
  const byId = new Map(sorted.map((change) => [change.id, change]));
  const ordered = new Set<C>();
  const place = (change: C, above: readonly C[]): void => {
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
