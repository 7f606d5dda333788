import { environmentChangeId } from "../kinds/environment/change.ts";
import { groupChangeId, permissionChangeId } from "../kinds/group/change.ts";
import { groupNameKey } from "../kinds/group/group-names.ts";
import { hostChangeId } from "../kinds/host/change.ts";
import { whereabouts } from "../kinds/host/family.ts";
import type { Coordinates } from "../kinds/kind.ts";
import { zonePermissionChangeId } from "../kinds/zone-permission/change.ts";
import { hasDeclaredRights } from "../kinds/zone-permission/wanted-rights.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { Difference } from "../model/difference.ts";
import type { Group, Inventory } from "../model/inventory.ts";
import { compareDeclarations } from "./compare-declarations.ts";
import { pathIn } from "./compare-settings.ts";

/** The items that the change of an inventory can have an effect on. */
export interface Affected {
  /** Ids as changes have them. */
  readonly ids: ReadonlySet<string>;
  /** Groups, as ids of changes, of which only rights are affected, or everything. */
  readonly groups: ReadonlySet<string>;
  /** Groups, as ids of changes, all of whose rights are affected. */
  readonly wholeGroups: ReadonlySet<string>;
  /** Ids of environments of which everything is affected: themselves, rights on them, their hosts. */
  readonly wholeEnvironments: ReadonlySet<string>;
  /** Ids of environments in which the rights of all groups on management zones are affected. */
  readonly zonesOf: ReadonlySet<string>;
  /** Ids of environments all of whose hosts are affected. */
  readonly hostsOf: ReadonlySet<string>;
  /** Names of clusters on which everything is affected. */
  readonly wholeClusters: ReadonlySet<string>;
  /** Names of further clusters to read: those that an environment, or a group that follows its access, was declared for before. */
  readonly formerClusters: ReadonlySet<string>;
}

/**
 * Follows the difference between two inventories to everything that it can change in a plan. `changedFiles` are relative
 * to the inventory folder, those outside of it with `../`; the content of some files counts besides what they declare.
 */
export function affectedItems(before: Inventory, after: Inventory, changedFiles: readonly string[]): Affected {
  const difference = compareDeclarations(before, after);
  const wholeClusters = affectedClusters(before, after, difference, new Set(changedFiles));
  const { wholeEnvironments, formerClusters } = affectedEnvironments(before, after);
  const wholeGroups = affectedGroups(before, after);
  const left = leftGroups(before, after);
  const subjects = difference.settings
    .filter(({ subject, field }) => subject.startsWith("host/") || field === "defaultName")
    .map(({ subject }) => subject);
  const ids = new Set([
    ...difference.changes.map(({ id }) => id),
    ...subjects,
    ...filesOfHosts(after, new Set(changedFiles)),
    ...successions(before, after),
    ...left.map(({ cluster, name }) => groupChangeId(cluster, name)),
    ...(before.safety.deleteAfter === after.safety.deleteAfter
      ? []
      : after.environments.filter(({ state }) => state === "absent").map(({ id }) => environmentChangeId(id))),
  ]);
  const rights = difference.changes.flatMap((change) =>
    change.kind === "permission" || change.kind === "zone-permission"
      ? [groupChangeId(change.cluster, change.group)]
      : [],
  );
  const own = [...ids].filter((id) => id.startsWith("group/"));
  return {
    ids,
    groups: new Set([...own, ...rights, ...wholeGroups]),
    wholeGroups,
    wholeEnvironments,
    zonesOf: affectedZones(before, after),
    hostsOf: affectedSources(after, difference, changedFiles),
    wholeClusters,
    formerClusters: new Set([...formerClusters, ...left.map(({ cluster }) => cluster)]),
  };
}

/** Everything on a cluster is affected when another cluster answers under its name, or answers another token. */
function affectedClusters(
  before: Inventory,
  after: Inventory,
  { settings }: Difference,
  changedFiles: ReadonlySet<string>,
): ReadonlySet<string> {
  const known = new Set(before.clusters.map(({ name }) => name));
  const reached = new Set(
    settings
      .filter(({ subject, field }) => subject.startsWith("cluster/") && field !== "maxConcurrency")
      .map(({ subject }) => subject.slice("cluster/".length)),
  );
  return new Set(
    after.clusters
      .filter(({ name, ca }) => !known.has(name) || reached.has(name) || changedFiles.has(pathIn(ca, after) ?? ""))
      .map(({ name }) => name),
  );
}

/** Where an environment comes, goes, or changes its state or cluster, its rights and hosts are planned differently. */
function affectedEnvironments(before: Inventory, after: Inventory) {
  const old = new Map(before.environments.map((environment) => [environment.id.toLowerCase(), environment]));
  const wholeEnvironments = new Set<string>();
  const formerClusters = new Set<string>();
  for (const { id, state, cluster } of after.environments) {
    const earlier = old.get(id.toLowerCase());
    if (earlier?.state === state && earlier.cluster === cluster) continue;
    wholeEnvironments.add(id);
    if (earlier && earlier.cluster !== cluster) formerClusters.add(earlier.cluster);
  }
  return { wholeEnvironments, formerClusters };
}

/** Groups that are declared on fewer clusters, because their access reaches fewer: what they have there may stay unseen. */
function leftGroups(before: Inventory, after: Inventory): readonly Group[] {
  const declared = new Set(after.groups.map(({ cluster, name }) => groupChangeId(cluster, groupNameKey(name))));
  const following = new Set(after.groups.filter(followsAccess).map(({ name }) => groupNameKey(name)));
  return before.groups.filter(
    (group) =>
      followsAccess(group) &&
      following.has(groupNameKey(group.name)) &&
      !declared.has(groupChangeId(group.cluster, groupNameKey(group.name))),
  );
}

const followsAccess = (group: Group): boolean => group.followsAccess && group.state === "present";

/** Where rights become those of the inventory, all that a group has are compared. */
function affectedGroups(before: Inventory, after: Inventory): ReadonlySet<string> {
  const old = new Map(before.groups.map((group) => [groupChangeId(group.cluster, group.name), group]));
  const same = (left: Group, right: Group) =>
    left.state === right.state &&
    (left.access === null) === (right.access === null) &&
    left.isClusterAdminGroup === right.isClusterAdminGroup &&
    JSON.stringify(left.previously) === JSON.stringify(right.previously);
  return new Set(
    after.groups.flatMap((group) => {
      const id = groupChangeId(group.cluster, group.name);
      const earlier = old.get(id);
      return earlier && same(earlier, group) ? [] : [id];
    }),
  );
}

/**
 * Where other management zones are named, or other rights on them declared, those of all groups are compared: which zones a
 * glob means is not known here.
 */
function affectedZones(before: Inventory, after: Inventory): ReadonlySet<string> {
  const [then, now] = [declaredZones(before), declaredZones(after)];
  return new Set(
    after.environments.flatMap(({ id }) =>
      JSON.stringify(then.get(id.toLowerCase())) === JSON.stringify(now.get(id.toLowerCase())) ? [] : [id],
    ),
  );
}

/** What all groups declare of zones, by the id of the environment in lower case. */
function declaredZones({ groups }: Inventory): ReadonlyMap<string, readonly unknown[]> {
  const byName = [...groups].sort(
    (left, right) => compareText(left.cluster, right.cluster) || compareText(left.name, right.name),
  );
  const declared = byName.filter(hasDeclaredRights).flatMap(({ cluster, name, managementZones }) =>
    [...managementZones].map(([id, zones]) => ({
      id: id.toLowerCase(),
      content: [cluster, name, [...zones].sort(([left], [right]) => compareText(left, right))],
    })),
  );
  return new Map(
    [...groupBy(declared, ({ id }) => id)].map(([id, found]) => [id, found.map(({ content }) => content)]),
  );
}

/** Hosts whose keys or certificates stand in a file that changed. */
function filesOfHosts(after: Inventory, changedFiles: ReadonlySet<string>): readonly string[] {
  return after.hosts
    .filter(({ ssh, oneagent }) =>
      [ssh.identityFile, ssh.knownHosts, oneagent.rootCertificate].some(
        (path) => path && changedFiles.has(pathIn(path, after) ?? ""),
      ),
    )
    .map(({ name }) => hostChangeId(name));
}

/** Absent hosts whose machine got, or lost, another name: whether their agent may go depends on it. */
function successions(before: Inventory, after: Inventory): readonly string[] {
  const occupied = ({ hosts }: Inventory) =>
    new Set(hosts.filter(({ state }) => state === "present").map((host) => whereabouts(host)));
  const [then, now] = [occupied(before), occupied(after)];
  return after.hosts
    .filter((host) => host.state === "absent" && then.has(whereabouts(host)) !== now.has(whereabouts(host)))
    .map(({ name }) => hostChangeId(name));
}

/** Files whose whole meaning is in what they declare. Any other one may be read by a command. */
const isDeclaration = (path: string): boolean => /^(?:dtsync\.yaml|(?:customers|groups)\/.*\.ya?ml)$/i.test(path);

/** Environments with a command that is declared otherwise, or that may print other hosts since some file changed. */
function affectedSources(
  after: Inventory,
  { settings }: Difference,
  changedFiles: readonly string[],
): ReadonlySet<string> {
  const declared = settings
    .filter(({ field }) => field === "hostCommands")
    .map(({ subject }) => subject.slice("environment/".length));
  const all = changedFiles.some((path) => !isDeclaration(path));
  return new Set([...declared, ...(all ? after.hostCommands.map(({ environment }) => environment) : [])]);
}

/** Whether a change of this item is one that the inventory's change can have an effect on. */
export function isAffected(affected: Affected, item: Coordinates): boolean {
  const { cluster, environment, group, host } = item;
  if (affected.wholeClusters.has(cluster)) return true;
  if (environment !== null && affected.wholeEnvironments.has(environment)) return true;
  if (host !== null) {
    return affected.ids.has(hostChangeId(host)) || (environment !== null && affected.hostsOf.has(environment));
  }
  if (group !== null) {
    const id = groupChangeId(cluster, group);
    if (affected.wholeGroups.has(id)) return true;
    if (item.managementZone !== undefined && environment !== null) {
      const own = zonePermissionChangeId(cluster, group, environment, item.managementZone);
      return affected.zonesOf.has(environment) || affected.ids.has(own);
    }
    return affected.ids.has(environment === null ? id : permissionChangeId(cluster, group, environment));
  }
  return environment !== null && affected.ids.has(environmentChangeId(environment));
}
