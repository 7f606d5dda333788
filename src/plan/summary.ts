import type { Change, Held, PlanSummary } from "../model/plan.ts";

/** Counts for the last line of a plan. `compared` are ids of the items in scope; groups with their names as they are. */
export function summarise(changes: readonly Change[], held: readonly Held[], compared: readonly string[]): PlanSummary {
  const count = (matches: (change: Change) => boolean) => changes.filter(matches).length;
  const removes = ({ action }: Change) => action === "disable" || action === "delete" || action === "uninstall";
  const creates = ({ kind, action }: Change) => action === "create" && (kind === "environment" || kind === "group");
  const changed = new Set(
    changes.map(({ id, kind, cluster, group }) =>
      kind === "permission" || kind === "group" ? `group/${cluster}/${group}` : id,
    ),
  );
  return {
    create: count(creates),
    update: count((change) => change.kind !== "host" && !creates(change) && !removes(change)),
    remove: count(removes),
    deploy: count((change) => change.kind === "host" && !removes(change)),
    unchanged: compared.filter((id) => !changed.has(id)).length,
    held: held.reduce((sum, { items }) => sum + items, 0),
  };
}
