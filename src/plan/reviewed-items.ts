import { groupChangeId } from "../kinds/group/change.ts";
import { isRemoval } from "../kinds/kinds.ts";
import type { Change } from "../model/change.ts";
import type { Affected } from "./affected-items.ts";

/**
 * What a plan file is about, to plan nothing else: the items of its changes, and for environments that are to be removed
 * all that has to be taken away in them first.
 */
export function reviewedItems(changes: readonly Change[]): Affected {
  const none: ReadonlySet<string> = new Set();
  return {
    ids: new Set(changes.map(({ id }) => id)),
    groups: new Set(changes.flatMap(({ cluster, group }) => (group === null ? [] : [groupChangeId(cluster, group)]))),
    wholeGroups: none,
    wholeEnvironments: new Set(
      changes.flatMap((change) => (change.kind === "environment" && isRemoval(change) ? [change.environment] : [])),
    ),
    zonesOf: none,
    hostsOf: none,
    wholeClusters: none,
    formerClusters: none,
  };
}
