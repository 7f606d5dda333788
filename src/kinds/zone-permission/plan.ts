/**
 * Rights on management zones. Terms: a zone is *named* where any group of the cluster whose rights are declared has an access
 * key for it, by its name or a glob. Premise: zones are made by the users of an environment, so most of them are nobody's
 * business here: what nobody names is left as it is. What is named is the inventory's for all of these groups, as with
 * environments: a group that has rights there which it does not declare loses them.
 *
 * A name means the zone of exactly that name, with case; one that is not there, or that several zones have, is held. A glob
 * means whatever zones there are.
 */
import { globMatcher, isGlob } from "../../lib/glob.ts";
import { groupBy } from "../../lib/group-by.ts";
import { compareText } from "../../lib/text.ts";
import type { Group } from "../../model/inventory.ts";
import type { ObservedManagementZone } from "../../model/observed.ts";
import type { Held } from "../../model/plan.ts";
import { makeChange, sourceOf } from "../change.ts";
import { closePermissions } from "../group/permissions.ts";
import type { KnownEnvironment, PlannedGroup } from "../group/plan.ts";
import { permissionContent } from "../group/rights.ts";
import type { ClusterInput, Coordinates } from "../kind.ts";
import { type ZonePermissionChange, zonePermissionChangeId } from "./change.ts";
import { zoneListScope, zoneRightsScope } from "./held-scopes.ts";
import { rightsByZone, zoneKey } from "./observed-rights.ts";
import { hasDeclaredRights, namedZones, zoneNameMatcher } from "./wanted-rights.ts";

export interface ZonePlan {
  readonly changes: readonly ZonePermissionChange[];
  readonly held: readonly Held[];
  readonly warnings: readonly string[];
}

/** Where the zones of an environment stand, as far as this plan may tell of them. */
type ZoneList =
  | {
      readonly status: "read";
      readonly zones: readonly ObservedManagementZone[];
      readonly byName: ReadonlyMap<string, readonly ObservedManagementZone[]>;
      /** Those that some group names. */
      readonly named: readonly ObservedManagementZone[];
    }
  | { readonly status: "unreadable" | "missing" | "to-be-enabled"; readonly reason: string }
  | { readonly status: "disabled" }
  /** It is in no scope. */
  | { readonly status: "not-asked" };

/** An environment in which zones are named. */
interface ZoneEnvironment extends KnownEnvironment {
  /** What any group names there. */
  readonly names: ReadonlySet<string>;
  readonly list: ZoneList;
}

const nothing: ZonePlan = { changes: [], held: [], warnings: [] };

/** What has to happen to the rights of groups on the zones of one cluster. `environments` are by id in lower case. */
export function planZonePermissions(
  input: ClusterInput,
  groups: readonly PlannedGroup[],
  environments: ReadonlyMap<string, KnownEnvironment>,
): ZonePlan {
  const { reading, cluster } = input;
  const { zones } = reading;
  if (zones === undefined) return nothing;
  const compared = groups.filter(({ group, current }) => {
    // The rights of an administrator group read back empty, whatever was written.
    return hasDeclaredRights(group) && !(group.isClusterAdminGroup ?? current?.isClusterAdminGroup ?? false);
  });
  const world = zoneEnvironments(input, environments);
  const findings = createFindings(input);
  if (zones.rights.status === "unreadable") {
    const unread = { scope: zoneRightsScope(cluster), reason: zones.rights.reason };
    for (const { group, current } of compared) {
      for (const environment of world.values()) {
        if (environment.list.status === "disabled") continue;
        // Whatever others name may be taken from a group that is there.
        const names = new Set([...declaredHere(group, environment).keys(), ...(current ? environment.names : [])]);
        for (const name of names) findings.unread(group, environment, name, unread);
      }
    }
    return { changes: [], ...findings.result() };
  }
  const rights = groupBy(zones.rights.value, ({ group }) => group.toLowerCase());
  const changes = compared.flatMap((planned) => {
    const own = planned.current === null ? [] : (rights.get(planned.current.id.toLowerCase()) ?? []);
    const observed = rightsByZone(own);
    const declared = [...planned.group.managementZones.keys()].map((id) => id.toLowerCase());
    const reached = new Set([...declared, ...own.map(({ environment }) => environment.toLowerCase())]);
    return [...reached].sort(compareText).flatMap((id) => {
      const environment = world.get(id);
      if (environment === undefined) return [];
      const mayLose = own.some((right) => right.environment.toLowerCase() === id);
      const wanted = wantedHere(planned.group, environment, mayLose, findings);
      return changesHere(planned, environment, wanted, observed, findings);
    });
  });
  return { changes, ...findings.result() };
}

function zoneEnvironments(
  input: ClusterInput,
  environments: ReadonlyMap<string, KnownEnvironment>,
): ReadonlyMap<string, ZoneEnvironment> {
  const found = new Map<string, ZoneEnvironment>();
  for (const [id, names] of namedZones(input.groups)) {
    const known = environments.get(id);
    if (known !== undefined) found.set(id, { ...known, names, list: zoneList(id, known, names, input) });
  }
  return found;
}

function zoneList(
  id: string,
  { environment, exists }: KnownEnvironment,
  names: ReadonlySet<string>,
  { reading, observedEnvironments }: ClusterInput,
): ZoneList {
  if (!exists) return { status: "missing", reason: `the environment ${environment.id} is not there yet` };
  if (observedEnvironments.get(id)?.state === "DISABLED") {
    return environment.state === "enabled"
      ? {
          status: "to-be-enabled",
          reason: "the environment is disabled, and its management zones can be read once it is enabled",
        }
      : { status: "disabled" };
  }
  const list = reading.zones?.lists.get(id);
  if (list === undefined) return { status: "not-asked" };
  if (list.status === "unreadable") return list;
  const zones = [...list.value].sort(
    (left, right) => compareText(left.name, right.name) || compareText(left.id, right.id),
  );
  const matchers = [...names].filter(isGlob).map(globMatcher);
  const named = zones.filter(({ name }) => names.has(name) || matchers.some((matches) => matches(name)));
  return { status: "read", zones, byName: groupBy(zones, ({ name }) => name), named };
}

/** Permissions by names and globs of zones that a group declares in an environment. */
function declaredHere(group: Group, { environment }: ZoneEnvironment): ReadonlyMap<string, readonly string[]> {
  const key = environment.id.toLowerCase();
  const [, declared] = [...group.managementZones].find(([id]) => id.toLowerCase() === key) ?? [];
  return declared ?? new Map();
}

/**
 * Permissions by the id of the zone that a group declares in an environment. `mayLose`: it has rights on zones there, some
 * of which may be named by other groups alone.
 */
function wantedHere(
  group: Group,
  environment: ZoneEnvironment,
  mayLose: boolean,
  findings: Findings,
): ReadonlyMap<string, readonly string[]> {
  const { list } = environment;
  const declared = declaredHere(group, environment);
  const wanted = new Map<string, readonly string[]>();
  if (list.status !== "read") {
    const unread = new Set([...declared.keys(), ...(mayLose ? environment.names : [])]);
    for (const name of unread) findings.unlisted(group, environment, name, declared.get(name) ?? []);
    return wanted;
  }
  for (const [name, permissions] of declared) {
    const meant = isGlob(name)
      ? list.zones.filter((zone) => zoneNameMatcher(name)(zone.name))
      : (list.byName.get(name) ?? []);
    if (isGlob(name)) findings.globTried(group, environment, name, meant.length > 0);
    else if (meant.length === 0 && permissions.length > 0)
      findings.hold(group, environment, name, absentReason(name, environment));
    for (const { id } of meant) wanted.set(id, [...(wanted.get(id) ?? []), ...permissions]);
  }
  return wanted;
}

/** One that is not there, with another one that differs in case alone. */
function absentReason(name: string, { environment, list }: ZoneEnvironment): string {
  const zones = list.status === "read" ? list.zones : [];
  const alike = zones.find((zone) => zone.name.toLowerCase() === name.toLowerCase());
  const meant = alike === undefined ? "" : `: it has ${JSON.stringify(alike.name)}, and case matters`;
  return `there is no management zone ${JSON.stringify(name)} in ${environment.id}${meant}`;
}

function changesHere(
  { group, dependsOn }: PlannedGroup,
  zoneEnvironment: ZoneEnvironment,
  wanted: ReadonlyMap<string, readonly string[]>,
  observed: ReadonlyMap<string, readonly string[]>,
  findings: Findings,
): readonly ZonePermissionChange[] {
  const { environment, list } = zoneEnvironment;
  if (list.status !== "read") return [];
  return list.named.flatMap(({ id, name }) => {
    const before = observed.get(zoneKey(environment.id, id)) ?? [];
    const content = permissionContent(before, closePermissions(wanted.get(id) ?? []));
    if (content === null) return [];
    if ((list.byName.get(name) ?? []).length > 1) {
      const reason = `${environment.id} has several management zones ${JSON.stringify(name)}: give all but one of them another name`;
      findings.hold(group, zoneEnvironment, name, reason);
      return [];
    }
    const { cluster } = group;
    const columns = {
      kind: "zone-permission",
      customer: environment.customer,
      environment: environment.id,
      group: group.name,
      host: null,
      managementZone: name,
      managementZoneId: id,
    } as const;
    const changeId = zonePermissionChangeId(cluster, group.name, environment.id, name);
    return [makeChange({ id: changeId, cluster, source: sourceOf(group), dependsOn, notes: [] }, columns, content)];
  });
}

/** What is held and warned of in the scope of the plan. */
interface Findings {
  hold(group: Group, environment: ZoneEnvironment, zone: string, reason: string): void;
  /** A name or glob of zones of which nobody knows what is on the cluster. */
  unread(group: Group, environment: ZoneEnvironment, zone: string, what: Pick<Held, "scope" | "reason">): void;
  /** The same, with what the group declares there, in an environment whose zones are not known. */
  unlisted(group: Group, environment: ZoneEnvironment, zone: string, permissions: readonly string[]): void;
  globTried(group: Group, environment: ZoneEnvironment, glob: string, matched: boolean): void;
  result(): Pick<ZonePlan, "held" | "warnings">;
}

function createFindings({ cluster, selection }: ClusterInput): Findings {
  const held = new Map<string, Held>();
  const disabled = new Set<string>();
  const globs = new Map<string, { readonly group: string; readonly glob: string; matched: boolean }>();
  const isInScope = (group: Group, { environment }: ZoneEnvironment, managementZone: string): boolean => {
    const { customer, id } = environment;
    const item: Coordinates = { cluster, customer, environment: id, group: group.name, host: null, managementZone };
    return selection.includes("group") && selection.matches(item);
  };
  const hold: Findings["hold"] = (group, environment, zone, reason) => {
    if (!isInScope(group, environment, zone)) return;
    const scope = zonePermissionChangeId(cluster, group.name, environment.environment.id, zone);
    held.set(scope, { scope, reason, items: 1 });
  };
  const unread: Findings["unread"] = (group, environment, zone, { scope, reason }) => {
    if (!isInScope(group, environment, zone)) return;
    held.set(scope, { scope, reason, items: (held.get(scope)?.items ?? 0) + 1 });
  };
  return {
    hold,
    unread,
    unlisted(group, environment, zone, permissions) {
      const { list } = environment;
      if (list.status === "read" || list.status === "not-asked" || !isInScope(group, environment, zone)) return;
      if (list.status === "disabled") {
        disabled.add(environment.environment.id);
        return;
      }
      if (list.status === "to-be-enabled") {
        hold(group, environment, zone, list.reason);
        return;
      }
      if (list.status === "missing") {
        // Where there are no zones, a glob means none, and nothing is to be taken away.
        if (!isGlob(zone) && permissions.length > 0) hold(group, environment, zone, list.reason);
        return;
      }
      const scope = zoneListScope(cluster, environment.environment.id);
      unread(group, environment, zone, { scope, reason: list.reason });
    },
    globTried(group, environment, glob, matched) {
      if (!isInScope(group, environment, glob)) return;
      const key = JSON.stringify([group.name, glob]);
      const known = globs.get(key) ?? { group: group.name, glob, matched: false };
      known.matched ||= matched;
      globs.set(key, known);
    },
    result: () => ({
      held: [...held.values()],
      warnings: [
        ...[...disabled].map(
          (id) => `${id}: the environment is disabled, so rights on its management zones stay as they are`,
        ),
        ...[...globs.values()].flatMap(({ group, glob, matched }) =>
          matched
            ? []
            : [`group ${group} on ${cluster}: no management zone in reach is called like ${JSON.stringify(glob)}`],
        ),
      ],
    }),
  };
}
