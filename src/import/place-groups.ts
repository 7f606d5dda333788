import { groupIdKey, groupIdOf } from "../kinds/group/group-id.ts";
import { groupNameKey } from "../kinds/group/group-names.ts";
import { rightsByEnvironment } from "../kinds/group/rights.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { EstateCluster, EstateZoneRight } from "../model/estate.ts";
import type { ObservedGroup } from "../model/observed.ts";
import { accessKeys } from "./access-keys.ts";
import { matchByForm } from "./find-match.ts";
import type { Finding, FindingItem } from "./findings.ts";
import {
  type AccessEntry,
  type GroupEntry,
  type Member,
  mappings,
  type RawGroup,
  type RightsEntry,
} from "./group-entry.ts";
import { makeTemplates } from "./group-templates.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { holdsSecret, isPlainText } from "./plain-text.ts";
import { findRoles, type Granted, grantedKey, leanRights, type Rights, rightsKey, rightsOf } from "./rights.ts";

export interface PlacedGroups {
  readonly roles: ReadonlyMap<string, Rights>;
  /** For dtsync.yaml. */
  readonly templates: readonly GroupEntry[];
  /** Groups that serve several customers. */
  readonly shared: readonly GroupEntry[];
  readonly byCustomer: ReadonlyMap<string, readonly GroupEntry[]>;
  /** Labels that templates match by, by environment id. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
  /** Groups that are declared. */
  readonly count: number;
  readonly findings: readonly Finding[];
  /** Templates of which environments that come later are no part by themselves. */
  readonly closed: Finding | null;
}

interface GroupOptions {
  /** False: every group is declared by itself. */
  readonly templates: boolean;
  /** Names of templates that are not meant. */
  readonly leftTemplates: ReadonlySet<string>;
  /** Groups as `CLUSTER/NAME` whose rights are not declared. */
  readonly bare: ReadonlySet<string>;
  /** Environments that are declared already. */
  readonly declared: readonly PlacedEnvironment[];
  /** Names of groups that are declared already, the former ones too, by cluster. */
  readonly takenNames: ReadonlyMap<string, readonly string[]>;
  /** Ids in lower case of environments that are there, whether they are declared or not, by cluster. */
  readonly there: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether the inventory has clusters besides those that were read: nothing may be declared on them. */
  readonly isPart: boolean;
}

/** Finds how the groups of an estate are declared: as few templates as say it, the others one by one. */
export function placeGroups(
  clusters: readonly EstateCluster[],
  environments: readonly PlacedEnvironment[],
  options: GroupOptions,
): PlacedGroups {
  const findings: Finding[] = [];
  const find = (about: string, items: readonly FindingItem[]): void => {
    if (items.length === 0) return;
    findings.push({ about, items: [...items].sort((one, two) => compareText(one.text, two.text)) });
  };
  const all = [...environments, ...options.declared];
  const byId = new Map(all.map((environment) => [environment.observed.id.toLowerCase(), environment]));
  const members: Member[] = [];
  const left: Record<LeftReason, FindingItem[]> = { alike: [], unclear: [], secret: [], sameId: [] };
  const dead: FindingItem[] = [];
  const beside: FindingItem[] = [];
  const silent: FindingItem[] = [];
  const unsure: FindingItem[] = [];
  const partlyAsked: FindingItem[] = [];
  const odd: FindingItem[] = [];
  const ofPolicies: FindingItem[] = [];
  for (const { name: cluster, groups, zoneRights, policyGroups } of clusters) {
    const isAsked = policyGroups !== null && policyGroups.asked === policyGroups.enabled;
    if (policyGroups !== null && !isAsked)
      partlyAsked.push({
        text: `${cluster}: ${policyGroups.asked} of ${policyGroups.enabled} environments were asked`,
      });
    const zonesOfGroups = groupBy(zoneRights, ({ group }) => group.toLowerCase());
    for (const [observed, reason] of sortOut(groups, options.takenNames.get(cluster) ?? [])) {
      const shown = `${cluster}/${observed.name}`;
      const item = (more = ""): FindingItem => ({ text: shown + more, group: observed.name });
      if (reason !== null) {
        left[reason].push({ text: reason === "sameId" ? `${shown} (id ${groupIdOf(observed.name)})` : shown });
        continue;
      }
      const read = accessOf(observed, cluster, zonesOfGroups.get(observed.id.toLowerCase()) ?? [], byId);
      const isThere = (id: string): boolean => options.there.get(cluster)?.has(id) ?? false;
      const [leftOut, gone] = [read.others.filter(isThere), read.others.filter((id) => !isThere(id))];
      if (gone.length > 0) dead.push(item(` on ${gone.join(", ")}`));
      if (leftOut.length > 0) beside.push(item(` on ${leftOut.join(", ")}`));
      if (policyGroups?.ids.has(observed.id.toLowerCase())) ofPolicies.push(item());
      else if (read.access === null && !observed.isClusterAdminGroup)
        (read.isOdd ? odd : isAsked ? silent : unsure).push(item());
      const isBare = observed.isClusterAdminGroup || options.bare.has(shown);
      members.push({ observed, cluster, access: isBare ? null : read.access });
    }
  }
  for (const reason of Object.keys(leftReasons) as readonly LeftReason[]) find(leftReasons[reason], left[reason]);
  find("rights on environments that are not there: left alone", dead);
  find("rights on environments that were left out: left alone", beside);
  find("groups that policies give rights, which dtsync neither shows nor changes", ofPolicies);
  find("clusters of which further environments may have policies that give groups rights", partlyAsked);
  find("groups without rights on declared environments: their rights are not compared", silent);
  find(
    "groups without rights on declared environments, unless policies of those that were not asked give them some: their rights are not compared",
    unsure,
  );
  find("groups with rights that an inventory cannot name: their rights are not compared", odd);
  const made = options.templates
    ? makeTemplates(members, environments, options.leftTemplates)
    : { templates: [], labels: new Map(), rest: members };
  const names = clusters.map(({ name }) => name);
  const templates = options.isPart ? made.templates.map((template) => onClusters(template, names)) : made.templates;
  const rest = declareRest(made.rest, { clusters: options.isPart ? null : clusters.length, environments, all });
  const used = [...templates, ...rest.shared, ...rest.byCustomer.values()].flat();
  const sets = used.flatMap(({ access }) => Object.values(access ?? {})).flatMap(rightsOf);
  const roles = findRoles(sets);
  const withRoles = (group: RawGroup): GroupEntry => nameRoles(group, roles);
  const byKey = new Map(sets.map((rights) => [rightsKey(rights), rights]));
  return {
    roles: new Map([...roles].map(([key, name]) => [name, byKey.get(key) ?? []])),
    templates: templates.map(withRoles),
    shared: rest.shared.map(withRoles),
    byCustomer: new Map([...rest.byCustomer].map(([customer, groups]) => [customer, groups.map(withRoles)])),
    labels: made.labels,
    count: members.length,
    findings,
    closed: closedTemplates(made.templates),
  };
}

function closedTemplates(templates: readonly RawGroup[]): Finding | null {
  const items = templates.flatMap(({ name, match }) => {
    const labels = Object.keys(match?.labels ?? {}).map((label) => ({ text: `${name}: label ${label}` }));
    return match?.customer === undefined ? labels : [{ text: `${name}: ${match.customer.join(", ")}` }];
  });
  const about =
    "templates that only named customers or labelled environments have: who comes later has to be named or labelled, too";
  return items.length === 0 ? null : { about, items: items.sort((one, two) => compareText(one.text, two.text)) };
}

/** A template that makes groups for environments of these clusters alone. */
const onClusters = ({ access, match, ...group }: RawGroup, clusters: readonly string[]): RawGroup => ({
  ...group,
  match: { ...match, cluster: match?.cluster ?? clusters },
  ...(access === undefined ? {} : { access }),
});

function nameRoles(group: RawGroup, roles: ReadonlyMap<string, string>): GroupEntry {
  const { access: granted, ...rest } = group;
  if (granted === undefined) return rest;
  const named = (rights: Rights): RightsEntry => {
    const [only] = rights;
    return roles.get(rightsKey(rights)) ?? (rights.length === 1 && only !== undefined ? only : rights);
  };
  const access = Object.entries(granted).map(([key, { whole, zones }]): [string, AccessEntry] => {
    if (zones.size === 0) return [key, named(whole)];
    const sorted = [...zones].sort(([left], [right]) => compareText(left, right));
    const managementZones = Object.fromEntries(sorted.map(([zone, rights]) => [zone, named(rights)]));
    return [key, { ...(whole.length === 0 ? {} : { permissions: named(whole) }), managementZones }];
  });
  return { ...rest, access: Object.fromEntries(access) };
}

/** Why a group cannot be declared, whatever else is. */
const leftReasons = {
  alike: "groups whose names differ in case alone: left alone",
  unclear:
    "groups with a name or mapping that cannot be declared (blanks at an end, braces, control characters, more than 500 characters): left alone",
  secret: "groups with a token, a private key or a password in a name: left alone",
  sameId: "groups whose names a cluster makes one id of: left alone",
} as const;

type LeftReason = keyof typeof leftReasons;

const longestName = 500;

/** The groups of a cluster, each with the reason why it cannot be declared; null: it can. */
function sortOut(
  groups: readonly ObservedGroup[],
  takenNames: readonly string[],
): readonly (readonly [ObservedGroup, LeftReason | null])[] {
  const alike = groupBy(groups, ({ name }) => groupNameKey(name));
  const byTexts = groups.map((group): [ObservedGroup, LeftReason | null] => {
    const isAlike = (alike.get(groupNameKey(group.name))?.length ?? 0) > 1;
    return [group, isAlike ? "alike" : oddTexts(group)];
  });
  const usable = byTexts.flatMap(([{ name }, reason]) => (reason === null ? [name] : []));
  const sharing = groupBy([...usable, ...takenNames], groupIdKey);
  return byTexts.map(([group, reason]) => {
    const isShared = (sharing.get(groupIdKey(group.name))?.length ?? 0) > 1;
    return [group, reason ?? (isShared ? "sameId" : null)];
  });
}

/** Why its texts cannot stand in a file, or would not mean themselves there. */
function oddTexts({ name, ldapGroupNames, ssoGroupNames }: ObservedGroup): LeftReason | null {
  const texts = [name, ...ldapGroupNames, ...ssoGroupNames];
  if (texts.some(holdsSecret)) return "secret";
  return texts.every((text) => isPlainText(text, longestName) && !/[{}]/.test(text)) ? null : "unclear";
}

/** The rights of a group on the environments that are declared, and the ids of others. */
function accessOf(
  observed: ObservedGroup,
  cluster: string,
  zoneRights: readonly EstateZoneRight[],
  byId: ReadonlyMap<string, PlacedEnvironment>,
): { readonly access: Member["access"]; readonly isOdd: boolean; readonly others: readonly string[] } {
  const access = new Map<PlacedEnvironment, Granted>();
  const others: string[] = [];
  let isOdd = false;
  for (const [id, permissions] of rightsByEnvironment(observed)) {
    const environment = byId.get(id);
    if (environment === undefined || environment.cluster !== cluster) others.push(id);
    else {
      isOdd ||= permissions.some((permission) => !/^[A-Z][A-Z_]*$/.test(permission));
      access.set(environment, { whole: leanRights(permissions), zones: new Map() });
    }
  }
  for (const [id, rights] of groupBy(zoneRights, ({ environment }) => environment.toLowerCase())) {
    const environment = byId.get(id);
    if (environment === undefined || environment.cluster !== cluster) continue;
    const zones = new Map(rights.map(({ zone, permissions }) => [zone, leanRights(permissions)]));
    access.set(environment, { whole: access.get(environment)?.whole ?? [], zones });
  }
  return { access: isOdd || access.size === 0 ? null : access, isOdd, others: others.sort(compareText) };
}

interface RestOptions {
  /** How many clusters the inventory has; null: more than were read, so that each group says on which it is. */
  readonly clusters: number | null;
  readonly environments: readonly PlacedEnvironment[];
  /** With those that are declared already. */
  readonly all: readonly PlacedEnvironment[];
}

/** Groups that no template makes, each by itself: in the file of their customer where they serve one alone. */
function declareRest(
  rest: readonly Member[],
  { clusters, environments, all }: RestOptions,
): { readonly shared: readonly RawGroup[]; readonly byCustomer: ReadonlyMap<string, readonly RawGroup[]> } {
  const alike = groupBy(rest, ({ observed, access }) =>
    JSON.stringify([observed.name, observed.isClusterAdminGroup, mappings(observed), access === null]),
  );
  const written = new Set(environments.map(({ customer }) => customer));
  const shared: RawGroup[] = [];
  const byCustomer = new Map<string, RawGroup[]>();
  for (const members of alike.values()) {
    const [{ observed, access }] = members;
    const on = members.map(({ cluster }) => cluster);
    const base = { name: observed.name, ...mappings(observed) };
    if (access === null) {
      const { name, ...mapped } = base;
      shared.push({
        ...{ name, clusters: on, ...mapped },
        ...(observed.isClusterAdminGroup ? { isClusterAdminGroup: true as const } : {}),
      });
      continue;
    }
    const reached = new Map(members.flatMap((member) => [...(member.access ?? [])]));
    const customers = new Set([...reached.keys()].map(({ customer }) => customer));
    const [customer = ""] = customers;
    // Only files of customers that get new environments are written.
    if (customers.size === 1 && written.has(customer)) {
      const own = all.filter((environment) => environment.customer === customer);
      const { name, ...mapped } = base;
      const bounded = clusters === null ? { clusters: on } : {};
      const group = { name, ...bounded, ...mapped, ...accessWithMatch(reached, own) };
      byCustomer.set(customer, [...(byCustomer.get(customer) ?? []), group]);
    } else {
      const visible = all.filter(({ cluster }) => on.includes(cluster));
      const { name, ...mapped } = base;
      const bounded = clusters === null || on.length < clusters ? { clusters: on } : {};
      shared.push({ name, ...bounded, ...mapped, ...accessWithMatch(reached, visible) });
    }
  }
  return { shared, byCustomer };
}

/** More keys than a person reads. */
const mostKeys = 12;

/** Keys of the access of a group; where they would be many, and all of it is alike, everything that a match takes in. */
function accessWithMatch(
  reached: ReadonlyMap<PlacedEnvironment, Granted>,
  visible: readonly PlacedEnvironment[],
): Pick<RawGroup, "match" | "access"> {
  const access = accessKeys(reached, visible);
  const [first, ...others] = reached.values();
  const isAlike = first !== undefined && others.every((granted) => grantedKey(granted) === grantedKey(first));
  if (!isAlike || Object.keys(access).length <= mostKeys) return { access };
  const match = matchByForm(new Set(reached.keys()), visible);
  return match === null ? { access } : { match, access: { "*": first } };
}
