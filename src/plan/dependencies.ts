import { gainsAdministration, losesAdministration } from "../kinds/group/administration.ts";
import { isRemoval, takesAway } from "../kinds/kinds.ts";
import type { Change } from "../model/change.ts";
import type { ObservedGroup } from "../model/observed.ts";

/** An environment is disabled or deleted only after all that is taken away in it: its rights and its agents. */
export function orderRemovals(changes: readonly Change[]): readonly Change[] {
  const earlier = new Map<string, string[]>();
  for (const change of changes) {
    if (change.kind === "environment" || change.environment === null || !takesAway(change)) continue;
    const list = earlier.get(change.environment);
    if (list) list.push(change.id);
    else earlier.set(change.environment, [change.id]);
  }
  return changes.map((change) => {
    const first = change.kind === "environment" && isRemoval(change) ? earlier.get(change.environment) : undefined;
    return first ? { ...change, dependsOn: [...change.dependsOn, ...first] } : change;
  });
}

/**
 * Where all of a cluster's groups of administrators go and others take their place, the new ones come first: should they
 * fail, the old ones stay.
 */
export function orderAdministration(changes: readonly Change[], observed: readonly ObservedGroup[]): readonly Change[] {
  const losses = changes.filter(losesAdministration);
  const before = observed.filter(({ isClusterAdminGroup }) => isClusterAdminGroup).length;
  const gains = changes.filter(gainsAdministration).map(({ id }) => id);
  if (losses.length < before || losses.length === 0 || gains.length === 0) return changes;
  return changes.map((change) =>
    losesAdministration(change) ? { ...change, dependsOn: [...change.dependsOn, ...gains] } : change,
  );
}
