import { groupBy } from "../../lib/group-by.ts";
import { count } from "../../lib/printable.ts";
import { compareText } from "../../lib/text.ts";
import type { Group } from "../../model/inventory.ts";
import type { ObservedGroup } from "../../model/observed.ts";
import type { ClusterInput } from "../kind.ts";
import { groupColumns } from "./change.ts";
import { groupNameKey } from "./group-names.ts";
import { rightsByEnvironment } from "./rights.ts";

/** Environments that a warning names. */
const shown = 5;

/**
 * What groups keep on a cluster that their access does not reach any more. A group without `clusters` is declared where its
 * access reaches an environment and nowhere else, so narrowing the access takes nothing away on a cluster that is left whole.
 * `unclaimed` are the groups of the cluster that no declaration accounts for there.
 */
export function leftBehindWarnings(input: ClusterInput, unclaimed: readonly ObservedGroup[]): readonly string[] {
  const { cluster, inventory, selection } = input;
  if (unclaimed.length === 0 || !selection.includes("group")) return [];
  const followers = inventory.groups.filter(({ followsAccess, state }) => followsAccess && state === "present");
  const byName = groupBy(
    followers.flatMap((group) => [group.name, ...group.previously].map((name) => ({ name, group }))),
    ({ name }) => groupNameKey(name),
  );
  const here = new Map(
    input.environments.filter(({ state }) => state !== "absent").map(({ id }) => [id.toLowerCase(), id] as const),
  );
  return unclaimed.flatMap((observed): readonly string[] => {
    const declared = (byName.get(groupNameKey(observed.name)) ?? []).map(({ group }) => group);
    const [first] = declared;
    if (first === undefined || !selection.matches({ ...groupColumns(first), cluster })) return [];
    const kept = [...rightsByEnvironment(observed).keys()].flatMap((key) => here.get(key) ?? []);
    return kept.length === 0 ? [] : [warning(observed.name, cluster, kept, declared)];
  });
}

function warning(name: string, cluster: string, kept: readonly string[], declared: readonly Group[]): string {
  const more = kept.length > shown ? ` and ${count(kept.length - shown, "more", "more")}` : "";
  const named = [...kept].sort(compareText).slice(0, shown).join(", ");
  const clusters = [...new Set(declared.map((group) => group.cluster))].sort(compareText);
  return `the access of group ${JSON.stringify(name)} reaches nothing on ${cluster}, where the group has rights on ${named}${more}: they stay. To have them taken away, declare clusters: [${[...clusters, cluster].sort(compareText).join(", ")}]; to leave them, clusters: [${clusters.join(", ")}]`;
}
