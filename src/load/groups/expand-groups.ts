import { globMatcher, isGlob } from "../../lib/glob.ts";
import { compareText } from "../../lib/text.ts";
import type { Environment, Group } from "../../model/inventory.ts";
import type { AccessKey, GroupTemplate } from "./group-template.ts";
import { createGroupWorld, type GroupWorld } from "./group-world.ts";
import type { GroupsContext, ReachedEnvironment } from "./groups-context.ts";
import { type Binding, fillPlaceholders } from "./placeholders.ts";
import { reportUnreached } from "./report-unreached.ts";

/** A group with the declaration that it comes from. */
export interface MadeGroup {
  readonly group: Group;
  readonly template: GroupTemplate;
}

/** The groups that a declaration stands for: one for each value of its placeholders, on each of its clusters. */
export function expandGroup(template: GroupTemplate, whole: GroupWorld, context: GroupsContext): readonly MadeGroup[] {
  const world = matchingWorld(template, whole, context);
  const reached = new Set<AccessKey>();
  const made: MadeGroup[] = [];
  const { budget } = context;
  const { where } = template.declaration;
  if (template.placeholders.size > 0) {
    budget.spend("comparisons", world.environments.length + world.customers.length, where);
  }
  for (const binding of bindingsOf(template, world)) {
    const noted: ReachedEnvironment[] | null = context.notes ? [] : null;
    budget.spend("comparisons", comparisonsOf(template, binding, world), where);
    const onReached = (key: AccessKey, environment: Environment, isFirst: boolean): void => {
      reached.add(key);
      noted?.push({ key, environment });
      // Permissions of several keys are put together.
      if (!isFirst) budget.spend("comparisons", key.permissions.length, where);
      budget.spend("rights", key.managementZones.length, where);
    };
    const access = template.access === null ? null : reach(template, template.access, binding, world, onReached);
    const clusters = clustersOf(template, access, binding, world);
    budget.spend("groups", clusters.length, where);
    budget.spend("rights", access?.size ?? 0, where);
    budget.spend("comparisons", clusters.length * (access?.size ?? 0), where);
    budget.spend("names", clusters.length * namesOf(template), where);
    for (const group of fillIn(template, binding, access, clusters)) {
      made.push({ group, template });
      if (noted) context.notes?.groups.set(group, { template, reached: noted });
    }
  }
  reportUnreached(
    template,
    { world: whole, matching: world.environments.length > 0 },
    reached,
    made.length > 0,
    context,
  );
  return made;
}

/** The part of the world that the match of a template leaves. */
function matchingWorld({ match, state }: GroupTemplate, world: GroupWorld, { budget }: GroupsContext): GroupWorld {
  if (match === null) return world;
  budget.spend("comparisons", match.patterns * world.environments.length, match.where);
  const environments = world.environments.filter(
    ({ id, customer, stage, cluster, labels, state: own }) =>
      (state === "absent" || own !== "absent") && match.matches({ customer, environment: id, stage, cluster, labels }),
  );
  const customers = new Set(environments.map(({ customer }) => customer));
  return createGroupWorld(
    world.clusters,
    world.customers.filter((id) => customers.has(id)).map((id) => ({ id })),
    environments,
    world.complete,
  );
}

/** Environments that the globs of a group have to be compared with. */
function comparisonsOf({ access }: GroupTemplate, { customer }: Binding, world: GroupWorld): number {
  const candidates = customer === undefined ? world.environments : (world.byCustomer.get(customer) ?? []);
  return (access ?? []).reduce((sum, { text }) => sum + (isGlob(text) ? candidates.length : 1), 0);
}

/** Names that each of the groups that are made gets. */
const namesOf = ({ previously, ldapGroupNames, ssoGroupNames }: GroupTemplate): number =>
  previously.length + (ldapGroupNames?.length ?? 0) + (ssoGroupNames?.length ?? 0);

function bindingsOf({ placeholders, declaration, state }: GroupTemplate, world: GroupWorld): readonly Binding[] {
  const owner: Binding = declaration.owner === null ? {} : { customer: declaration.owner };
  if (!placeholders.has("environment") && !placeholders.has("stage")) {
    return placeholders.has("customer") ? world.customers.map((customer) => ({ customer })) : [owner];
  }
  const environments = world.environments.filter(
    (environment) =>
      (state === "absent" || environment.state !== "absent") &&
      (owner.customer === undefined || environment.customer === owner.customer),
  );
  if (placeholders.has("environment")) {
    return environments.map(({ id, customer, stage }) => ({ customer, stage, environment: id }));
  }
  const bindings = environments.map(
    ({ customer, stage }): Binding => (placeholders.has("customer") ? { customer, stage } : { ...owner, stage }),
  );
  return [...new Map(bindings.map((binding) => [JSON.stringify(binding), binding])).values()];
}

/** What a group has in an environment. */
interface Reached {
  readonly permissions: readonly string[];
  /** Permissions by the name of a management zone, or by a glob. */
  readonly managementZones: ReadonlyMap<string, readonly string[]>;
}

type Reach = ReadonlyMap<Environment, Reached>;

function fillIn(
  template: GroupTemplate,
  binding: Binding,
  access: Reach | null,
  clusters: readonly string[],
): readonly Group[] {
  const fill = (text: string): string => fillPlaceholders(text, binding);
  return clusters.map((cluster) => ({
    name: fill(template.name),
    cluster,
    customer: binding.customer ?? null,
    state: template.state,
    previously: template.previously.map(fill),
    ...(template.isClusterAdminGroup === null ? {} : { isClusterAdminGroup: template.isClusterAdminGroup }),
    ...(template.ldapGroupNames === null ? {} : { ldapGroupNames: template.ldapGroupNames.map(fill) }),
    ...(template.ssoGroupNames === null ? {} : { ssoGroupNames: template.ssoGroupNames.map(fill) }),
    ...rightsOn(cluster, template.state === "absent" ? null : access),
    followsAccess: template.clusters === null,
    place: template.declaration.where.place,
  }));
}

/** What the keys give in the environments that they reach. All matching keys add up. */
function reach(
  { clusters }: GroupTemplate,
  keys: readonly AccessKey[],
  binding: Binding,
  world: GroupWorld,
  onReached: (key: AccessKey, environment: Environment, isFirst: boolean) => void,
): Reach {
  const found = new Map<Environment, Reached>();
  for (const key of keys) {
    for (const environment of matching(fillPlaceholders(key.text, binding), binding, world)) {
      if (clusters !== null && !clusters.includes(environment.cluster)) continue;
      const known = found.get(environment);
      onReached(key, environment, known === undefined);
      const zones = zonesIn(environment, key);
      found.set(
        environment,
        known === undefined
          ? { permissions: key.permissions, managementZones: zones }
          : {
              permissions: together(known.permissions, key.permissions),
              managementZones: togetherByName(known.managementZones, zones),
            },
      );
    }
  }
  return found;
}

/** Environments that an id or glob means. What belongs to one customer reaches that customer's environments only. */
function matching(key: string, { customer }: Binding, world: GroupWorld): readonly Environment[] {
  if (isGlob(key)) {
    const candidates = customer === undefined ? world.environments : (world.byCustomer.get(customer) ?? []);
    const matches = globMatcher(key);
    return candidates.filter(({ id, state }) => state !== "absent" && matches(id));
  }
  const environment = world.byId.get(key.toLowerCase());
  if (!environment || environment.state === "absent") return [];
  return customer === undefined || environment.customer === customer ? [environment] : [];
}

const together = (left: readonly string[], right: readonly string[]): readonly string[] =>
  [...new Set([...left, ...right])].sort(compareText);

function togetherByName(
  left: Reached["managementZones"],
  right: Reached["managementZones"],
): Reached["managementZones"] {
  if (right.size === 0) return left;
  const sum = new Map(left);
  for (const [name, permissions] of right) sum.set(name, together(sum.get(name) ?? [], permissions));
  return sum;
}

/** The zones that a key names in an environment, placeholders filled in. */
function zonesIn(environment: Environment, { managementZones }: AccessKey): Reached["managementZones"] {
  return managementZones.reduce<Reached["managementZones"]>(
    (sum, { declared, permissions }) =>
      togetherByName(sum, new Map([[zoneNameIn(environment, declared), permissions]])),
    noZones,
  );
}

/** What a declared name of zones is called in an environment. */
export const zoneNameIn = ({ id, customer, stage }: Environment, declared: string): string =>
  fillPlaceholders(declared, { customer, stage, environment: id });

const noZones: Reached["managementZones"] = new Map();

function rightsOn(cluster: string, access: Reach | null): Pick<Group, "access" | "managementZones"> {
  if (access === null) return { access: null, managementZones: new Map() };
  const here = [...access]
    .filter(([environment]) => environment.cluster === cluster)
    .sort(([left], [right]) => compareText(left.id, right.id));
  return {
    access: new Map(here.map(([{ id }, { permissions }]) => [id, permissions])),
    managementZones: new Map(
      here.flatMap(([{ id }, { managementZones }]) => (managementZones.size === 0 ? [] : [[id, managementZones]])),
    ),
  };
}

function clustersOf(
  { clusters, access: keys, state, isClusterAdminGroup }: GroupTemplate,
  access: Reach | null,
  { environment }: Binding,
  world: GroupWorld,
): readonly string[] {
  const own = [...new Set([...(access?.keys() ?? [])].map(({ cluster }) => cluster))].sort(compareText);
  if (state === "absent") return clusters ?? (own.length > 0 ? own : world.clusters);
  if (clusters === null) return own;
  if (access === null || isClusterAdminGroup) {
    const cluster = environment === undefined ? undefined : world.byId.get(environment.toLowerCase())?.cluster;
    return cluster === undefined ? clusters : clusters.filter((name) => name === cluster);
  }
  // Named clusters get the group even without rights there, unless it has rights nowhere.
  return own.length > 0 || keys?.length === 0 ? clusters : [];
}
