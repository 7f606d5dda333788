import { rightsByEnvironment } from "../kinds/group/rights.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { EstateCluster, EstateZoneRight, Remark } from "../model/estate.ts";
import type { ObservedGroup } from "../model/observed.ts";
import { accessKeys } from "./access-keys.ts";
import { findMatch, type MatchFields } from "./find-match.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { findRoles, type Granted, grantedKey, leanRights, type Rights, rightsKey, rightsOf } from "./rights.ts";

/** A group as a file declares it, keys in the order of the format. */
export interface GroupEntry {
  readonly name: string;
  readonly clusters?: readonly string[];
  readonly ldapGroupNames?: readonly string[];
  readonly ssoGroupNames?: readonly string[];
  readonly isClusterAdminGroup?: true;
  readonly match?: MatchFields;
  readonly access?: Readonly<Record<string, AccessEntry>>;
}

/** A role, a permission, or several permissions. */
type RightsEntry = string | readonly string[];
type AccessEntry =
  | RightsEntry
  | { readonly permissions?: RightsEntry; readonly managementZones: Readonly<Record<string, RightsEntry>> };

export interface PlacedGroups {
  readonly roles: ReadonlyMap<string, Rights>;
  /** For dtsync.yaml. */
  readonly templates: readonly GroupEntry[];
  /** Groups that serve several customers. */
  readonly shared: readonly GroupEntry[];
  readonly byCustomer: ReadonlyMap<string, readonly GroupEntry[]>;
  /** Labels that templates match by, by environment id. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
  readonly remarks: readonly Remark[];
}

/** A group on a cluster with what can be declared of it. */
interface Member {
  readonly observed: ObservedGroup;
  readonly cluster: string;
  /** By environment; null: its rights are not declared. */
  readonly access: ReadonlyMap<PlacedEnvironment, Granted> | null;
}

interface GroupOptions {
  /** False: every group is declared by itself. */
  readonly templates: boolean;
  /** Groups as `CLUSTER/NAME` whose rights are not declared. */
  readonly bare: ReadonlySet<string>;
  /** The same of groups that are not declared. */
  readonly leftOut: ReadonlySet<string>;
}

/** How a placeholder was found in the names of a group. */
interface Pattern {
  readonly placeholder: "customer" | "environment";
  readonly value: string;
  readonly name: string;
  readonly ldapGroupNames: readonly string[];
  readonly ssoGroupNames: readonly string[];
  readonly granted: Granted;
}

/** Finds how the groups of an estate are declared: as few templates as say it, the others one by one. */
export function placeGroups(
  clusters: readonly EstateCluster[],
  environments: readonly PlacedEnvironment[],
  options: GroupOptions,
): PlacedGroups {
  const remarks: Remark[] = [];
  const remark = (about: string, items: readonly string[]): void => {
    if (items.length > 0) remarks.push({ about, items: [...items].sort(compareText) });
  };
  const byId = new Map(environments.map((environment) => [environment.observed.id.toLowerCase(), environment]));
  const members: Member[] = [];
  const dead: string[] = [];
  const unclear: string[] = [];
  const silent: string[] = [];
  const ofPolicies: string[] = [];
  for (const { name: cluster, groups, zoneRights, policyGroups } of clusters) {
    const zonesOfGroups = groupBy(zoneRights, ({ group }) => group.toLowerCase());
    const alike = groupBy(groups, ({ name }) => name.toLowerCase());
    for (const observed of groups) {
      const shown = `${cluster}/${observed.name}`;
      if (options.leftOut.has(shown)) continue;
      if ((alike.get(observed.name.toLowerCase())?.length ?? 0) > 1 || !isDeclarable(observed)) {
        unclear.push(shown);
        continue;
      }
      const read = accessOf(observed, cluster, zonesOfGroups.get(observed.id.toLowerCase()) ?? [], byId);
      if (read.gone.length > 0) dead.push(`${shown} on ${read.gone.join(", ")}`);
      if (policyGroups?.has(observed.id.toLowerCase())) ofPolicies.push(shown);
      else if (read.access === null && !observed.isClusterAdminGroup) silent.push(shown);
      const isBare = observed.isClusterAdminGroup || options.bare.has(shown);
      members.push({ observed, cluster, access: isBare ? null : read.access });
    }
  }
  remark(
    "groups that cannot be declared (names alike but for case, braces or control characters): left alone",
    unclear,
  );
  remark("rights on environments that are not there: left alone", dead);
  remark("groups that policies give rights, which dtsync neither shows nor changes", ofPolicies);
  remark("groups without rights on environments: their rights are not compared", silent);
  const made = options.templates
    ? makeTemplates(members, environments)
    : { templates: [], labels: new Map(), rest: members };
  const rest = declareRest(made.rest, clusters, environments);
  const used = [...made.templates, ...rest.shared, ...rest.byCustomer.values()].flat();
  const sets = used.flatMap(({ access }) => Object.values(access ?? {})).flatMap(rightsOf);
  const roles = findRoles(sets);
  const withRoles = (group: RawGroup): GroupEntry => nameRoles(group, roles);
  const byKey = new Map(sets.map((rights) => [rightsKey(rights), rights]));
  return {
    roles: new Map([...roles].map(([key, name]) => [name, byKey.get(key) ?? []])),
    templates: made.templates.map(withRoles),
    shared: rest.shared.map(withRoles),
    byCustomer: new Map([...rest.byCustomer].map(([customer, groups]) => [customer, groups.map(withRoles)])),
    labels: made.labels,
    remarks,
  };
}

type RawGroup = Omit<GroupEntry, "access"> & { readonly access?: Readonly<Record<string, Granted>> };

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

/** Whether its texts can stand in a file, and mean themselves there. */
function isDeclarable({ name, ldapGroupNames, ssoGroupNames }: ObservedGroup): boolean {
  return [name, ...ldapGroupNames, ...ssoGroupNames].every(
    (text) => text.length <= 500 && /^[^\s{}](?:[^\p{Cc}{}]*[^\s{}])?$/u.test(text),
  );
}

/** The rights of a group on the environments of the estate, and the ids that are none of them. */
function accessOf(
  observed: ObservedGroup,
  cluster: string,
  zoneRights: readonly EstateZoneRight[],
  byId: ReadonlyMap<string, PlacedEnvironment>,
): { readonly access: Member["access"]; readonly gone: readonly string[] } {
  const access = new Map<PlacedEnvironment, Granted>();
  const gone: string[] = [];
  let odd = false;
  for (const [id, permissions] of rightsByEnvironment(observed)) {
    const environment = byId.get(id);
    if (environment === undefined || environment.cluster !== cluster) gone.push(id);
    else {
      odd ||= permissions.some((permission) => !/^[A-Z][A-Z_]*$/.test(permission));
      access.set(environment, { whole: leanRights(permissions), zones: new Map() });
    }
  }
  for (const [id, rights] of groupBy(zoneRights, ({ environment }) => environment.toLowerCase())) {
    const environment = byId.get(id);
    if (environment === undefined || environment.cluster !== cluster) continue;
    const zones = new Map(rights.map(({ zone, permissions }) => [zone, leanRights(permissions)]));
    access.set(environment, { whole: access.get(environment)?.whole ?? [], zones });
  }
  return { access: odd || access.size === 0 ? null : access, gone: gone.sort(compareText) };
}

/** Templates for groups that differ by customer or environment alone, and the groups that are left. */
function makeTemplates(
  members: readonly Member[],
  environments: readonly PlacedEnvironment[],
): {
  readonly templates: readonly RawGroup[];
  readonly labels: ReadonlyMap<string, readonly string[]>;
  readonly rest: readonly Member[];
} {
  const patterns = members.flatMap((member) => {
    const pattern = patternOf(member);
    return pattern === null ? [] : [{ member, pattern }];
  });
  const classes = groupBy(patterns, ({ pattern }) =>
    JSON.stringify([
      ...[pattern.placeholder, pattern.name, pattern.ldapGroupNames, pattern.ssoGroupNames],
      grantedKey(pattern.granted),
    ]),
  );
  const templates: RawGroup[] = [];
  const labels = new Map<string, string[]>();
  const taken = new Set<string>();
  const covered = new Set<Member>();
  // Two templates with one name would make the same groups.
  const names = new Set<string>();
  for (const [, found] of [...classes].sort(
    ([left, one], [right, two]) => two.length - one.length || compareText(left, right),
  )) {
    const [{ pattern }] = found;
    const values = new Set(found.map((item) => item.pattern.value));
    if (values.size < 2 || names.has(pattern.name.toLowerCase())) continue;
    const wanted = new Set(found.flatMap(({ member }) => [...(member.access?.keys() ?? [])]));
    const match = findMatch(pattern.name, wanted, environments, taken);
    if (match.label !== null) {
      for (const { observed } of wanted) labels.set(observed.id, [...(labels.get(observed.id) ?? []), match.label]);
    }
    names.add(pattern.name.toLowerCase());
    templates.push({
      name: pattern.name,
      ...mappings(pattern),
      ...(match.fields === null ? {} : { match: match.fields }),
      access: { [pattern.placeholder === "environment" ? "{environment}" : "*"]: pattern.granted },
    });
    for (const { member } of found) covered.add(member);
  }
  return { templates, labels, rest: members.filter((member) => !covered.has(member)) };
}

const mappings = ({ ldapGroupNames, ssoGroupNames }: Pick<ObservedGroup, "ldapGroupNames" | "ssoGroupNames">) => ({
  ...(ldapGroupNames.length === 0 ? {} : { ldapGroupNames: [...ldapGroupNames].sort(compareText) }),
  ...(ssoGroupNames.length === 0 ? {} : { ssoGroupNames: [...ssoGroupNames].sort(compareText) }),
});

/** The template that a group may be made from: its rights are the same wherever it has some, and its name says where that is. */
function patternOf({ observed, access }: Member): Pattern | null {
  if (access === null) return null;
  const [first] = access.values();
  const [environment, ...more] = access.keys();
  if (first === undefined || environment === undefined) return null;
  if ([...access.values()].some((granted) => grantedKey(granted) !== grantedKey(first))) return null;
  const isEnvironments = more.length === 0 && contains(observed.name, environment.observed.id);
  const { customer } = environment;
  if (!isEnvironments && (more.some((other) => other.customer !== customer) || !contains(observed.name, customer)))
    return null;
  const placeholder = isEnvironments ? "environment" : "customer";
  const value = isEnvironments ? environment.observed.id : customer;
  const fill = (text: string): string => replaceWord(text, value, `{${placeholder}}`);
  return {
    placeholder,
    value,
    name: fill(observed.name),
    ldapGroupNames: observed.ldapGroupNames.map(fill).sort(compareText),
    ssoGroupNames: observed.ssoGroupNames.map(fill).sort(compareText),
    granted: first,
  };
}

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[a-zA-Z0-9]/.test(character);

function wordAt(text: string, word: string): number {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWordCharacter(text[at - 1]) && !isWordCharacter(text[at + word.length])) return at;
  }
  return -1;
}

const contains = (text: string, word: string): boolean => wordAt(text, word) >= 0;

function replaceWord(text: string, word: string, by: string): string {
  const at = wordAt(text, word);
  return at < 0 ? text : text.slice(0, at) + by + replaceWord(text.slice(at + word.length), word, by);
}

/** Groups that no template makes, each by itself: in the file of their customer where they serve one alone. */
function declareRest(
  rest: readonly Member[],
  clusters: readonly EstateCluster[],
  environments: readonly PlacedEnvironment[],
): { readonly shared: readonly RawGroup[]; readonly byCustomer: ReadonlyMap<string, readonly RawGroup[]> } {
  const alike = groupBy(rest, ({ observed, access }) =>
    JSON.stringify([observed.name, observed.isClusterAdminGroup, mappings(observed), access === null]),
  );
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
    if (customers.size === 1) {
      const own = environments.filter((environment) => environment.customer === customer);
      const group = { ...base, access: accessKeys(reached, own) };
      byCustomer.set(customer, [...(byCustomer.get(customer) ?? []), group]);
    } else {
      const visible = environments.filter(({ cluster }) => on.includes(cluster));
      const { name, ...mapped } = base;
      const bounded = on.length < clusters.length ? { clusters: on } : {};
      shared.push({ name, ...bounded, ...mapped, access: accessKeys(reached, visible) });
    }
  }
  return { shared, byCustomer };
}
