import { sourceOf } from "../kinds/change.ts";
import { environmentCoordinates } from "../kinds/environment/family.ts";
import { groupCoordinates } from "../kinds/group/family.ts";
import { hostCoordinates } from "../kinds/host/family.ts";
import type { Selection } from "../kinds/kind.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { Environment, Host, Inventory } from "../model/inventory.ts";
import type {
  ListedCustomer,
  ListedEnvironment,
  ListedGroup,
  ListedHost,
  ListedKind,
  Listing,
} from "../model/listing.ts";
import type { PlanScope } from "../model/plan.ts";
import { scopeFilter } from "./scope.ts";

/**
 * What the inventory declares of a kind, as far as targets and excludes leave it or something in it. Counts are of what they
 * leave, too. Hosts of commands are not among them.
 */
export function listItems(kind: ListedKind, inventory: Inventory, scope: PlanScope): Listing {
  const world = { inventory, selection: scopeFilter(scope, inventory) };
  switch (kind) {
    case "environments":
      return { kind, items: listEnvironments(world) };
    case "groups":
      return { kind, items: listGroups(world) };
    case "hosts":
      return { kind, items: listHosts(world) };
    case "customers":
      return { kind, items: listCustomers(world) };
  }
}

interface World {
  readonly inventory: Inventory;
  readonly selection: Selection;
}

const isHere = ({ state }: Environment | Host): boolean => state !== "absent";
const by =
  <T>(keyOf: (item: T) => string) =>
  (left: T, right: T): number =>
    compareText(keyOf(left), keyOf(right));

const selectedHosts = ({ inventory, selection }: World): readonly Host[] =>
  inventory.hosts.filter((host) => selection.matches(hostCoordinates(host)));

/** Environments that are left, each with the hosts that are. */
function selectedEnvironments(
  world: World,
): readonly { readonly item: Environment; readonly hosts: readonly Host[] }[] {
  const { inventory, selection } = world;
  const hosts = groupBy(selectedHosts(world), ({ environment }) => environment.toLowerCase());
  return inventory.environments
    .map((item) => ({ item, hosts: hosts.get(item.id.toLowerCase()) ?? [] }))
    .filter((entry) => entry.hosts.length > 0 || selection.matches(environmentCoordinates(entry.item)));
}

function listEnvironments(world: World): readonly ListedEnvironment[] {
  return selectedEnvironments(world)
    .map(({ item, hosts }) => ({
      id: item.id,
      name: item.settings.name ?? item.defaultName,
      customer: item.customer,
      stage: item.stage,
      cluster: item.cluster,
      labels: item.labels,
      state: item.state ?? "enabled",
      suspended: item.suspended === null ? null : { until: item.suspended.until, reason: item.suspended.reason },
      hosts: hosts.filter(isHere).length,
      source: sourceOf(item),
    }))
    .sort(by(({ id }) => id));
}

function listGroups({ inventory, selection }: World): readonly ListedGroup[] {
  const environments = new Map(inventory.environments.map((item) => [item.id.toLowerCase(), item]));
  return inventory.groups
    .flatMap((group) => {
      const withRights = new Set([
        ...[...(group.access ?? [])].flatMap(([id, permissions]) => (permissions.length === 0 ? [] : id.toLowerCase())),
        ...[...group.managementZones].flatMap(([id, zones]) =>
          [...zones.values()].every(({ length }) => length === 0) ? [] : id.toLowerCase(),
        ),
      ]);
      const reached = [...withRights].filter((id) => {
        const environment = environments.get(id);
        return (
          environment !== undefined && selection.matches({ ...environmentCoordinates(environment), group: group.name })
        );
      });
      if (reached.length === 0 && !selection.matches(groupCoordinates(group))) return [];
      const { name, cluster, customer, state } = group;
      const count = group.access === null ? null : reached.length;
      return [{ name, cluster, customer, state, environments: count, source: sourceOf(group) }];
    })
    .sort((left, right) => compareText(left.cluster, right.cluster) || compareText(left.name, right.name));
}

function listHosts(world: World): readonly ListedHost[] {
  return selectedHosts(world)
    .map((host) => {
      const { name, address, environment, customer, cluster, state } = host;
      return { name, address, environment, customer, cluster, state, source: sourceOf(host) };
    })
    .sort(by(({ name }) => name));
}

function listCustomers(world: World): readonly ListedCustomer[] {
  const { inventory, selection } = world;
  const left = groupBy(selectedEnvironments(world), ({ item }) => item.customer);
  const withEnvironments = new Set(inventory.environments.map(({ customer }) => customer));
  const nowhere = { cluster: "", environment: null, group: null, host: null };
  return inventory.customers
    .filter(({ id }) => (withEnvironments.has(id) ? left.has(id) : selection.matches({ ...nowhere, customer: id })))
    .map((customer) => {
      const own = left.get(customer.id) ?? [];
      return {
        id: customer.id,
        name: customer.name,
        environments: own.filter(({ item }) => isHere(item)).length,
        hosts: own.reduce((sum, { hosts }) => sum + hosts.filter(isHere).length, 0),
        source: sourceOf(customer),
      };
    })
    .sort(by(({ id }) => id));
}
