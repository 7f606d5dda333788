import { setImmediate } from "node:timers/promises";
import { compareText } from "../lib/text.ts";
import type { Inventory } from "../model/inventory.ts";
import { type ReadCustomer, readCustomer } from "./customers/read-customer.ts";
import { declaredGroups } from "./groups/declared-groups.ts";
import { expandGroup } from "./groups/expand-groups.ts";
import type { GroupDeclaration, GroupTemplate } from "./groups/group-template.ts";
import { createGroupWorld } from "./groups/group-world.ts";
import { leavingGroups } from "./groups/leaving-groups.ts";
import { readGroupTemplate } from "./groups/read-group-template.ts";
import { readRoles } from "./groups/roles.ts";
import { uniqueGroups } from "./groups/unique-groups.ts";
import type { LoadFollower } from "./load-follower.ts";
import type { InventoryReader } from "./open-inventory.ts";
import { checkInventory } from "./rules/inventory-rules.ts";
import { uniqueCustomers, uniqueEnvironments, uniqueHosts } from "./rules/unique-items.ts";
import { type ReadSettings, readSettings, unreadableSettings } from "./settings/read-settings.ts";

type Items = Omit<Inventory, "directory" | "digest">;

/** Resolves everything that the files declare, in a fixed order, and reports what does not fit together. */
export async function resolveItems(
  reader: InventoryReader,
  directory: string,
  follower?: LoadFollower,
): Promise<Items> {
  const { context, settings: settingsFile } = reader;
  const { diagnostics } = context;
  const settings = settingsFile ? readSettings(settingsFile, context) : unreadableSettings(context);
  const roles = settingsFile ? readRoles(settingsFile, context) : null;
  const followed = follower?.always || reader.customers.length > filesAtATime ? follower : undefined;
  if (!diagnostics.hasErrors()) followed?.onClusters(settings.clusters, directory);
  const read = await readCustomers(reader, settings);
  const customers = uniqueCustomers(read.customers, diagnostics);
  const environments = uniqueEnvironments(
    customers.flatMap((item) => item.environments),
    diagnostics,
  );
  if (!diagnostics.hasErrors()) followed?.onEnvironments(environments);
  const hosts = uniqueHosts(
    customers.flatMap((item) => item.hosts),
    diagnostics,
  );
  const commands = customers.flatMap((item) => item.commands);
  const withoutHosts = customers.flatMap((item) => item.withoutHosts);
  const groupFiles = reader.groups.map((path) => reader.readGroups(path));
  const complete =
    reader.complete &&
    customers.length === reader.customers.length &&
    customers.every((item) => item.complete) &&
    !groupFiles.includes(null);
  const world = createGroupWorld(
    settings.clusters.map(({ name }) => name),
    customers.map(({ customer }) => customer),
    environments,
    complete,
  );
  const declarations = [
    ...declaredGroups(settingsFile, null),
    ...groupFiles.flatMap((file) => declaredGroups(file, null)),
    ...read.groups,
  ];
  let groupsComplete = true;
  const made: ReturnType<typeof expandGroup>[] = [];
  const templates: GroupTemplate[] = [];
  for (const [index, declaration] of declarations.entries()) {
    if (index % groupsAtATime === 0) await setImmediate();
    const template = readGroupTemplate(declaration, roles, settings.clusterNames, context);
    if (!template || Object.values(declaration.entry).includes(undefined as never)) groupsComplete = false;
    if (!template) continue;
    templates.push(template);
    made.push(expandGroup(template, world, context));
  }
  const groups = uniqueGroups(made.flat(), diagnostics).map(({ group }) => group);
  const { safety } = settings;
  settings.profiles.reportUnreached(complete);
  await setImmediate();
  checkInventory(
    {
      today: context.today,
      environments,
      groups,
      hosts,
      commands,
      withoutHosts,
      declarations,
      suggest: context.suggest,
      settings: settingsFile,
      complete: complete && groupsComplete,
    },
    diagnostics,
  );
  return {
    clusters: settings.clusters,
    customers: sortBy(
      customers.map(({ customer }) => customer),
      ({ id }) => id,
    ),
    environments: sortBy(environments, ({ id }) => id),
    groups: sortBy(groups, ({ cluster, name }) => `${cluster} ${name}`),
    leavingGroups: diagnostics.hasErrors()
      ? []
      : sortBy(leavingGroups(templates, world, groups, context), ({ cluster, name }) => `${cluster} ${name}`),
    hosts: sortBy(hosts, ({ name }) => name),
    hostCommands: sortBy(commands, ({ environment, id }) => `${environment} ${id}`),
    safety,
  };
}

/** Files between two moments in which signals, timers and answers get their turn. */
const filesAtATime = 50;
/** Declarations of groups between two such moments: a template makes many. */
const groupsAtATime = 5;

async function readCustomers(
  reader: InventoryReader,
  settings: ReadSettings,
): Promise<{ readonly customers: readonly ReadCustomer[]; readonly groups: readonly GroupDeclaration[] }> {
  const customers: ReadCustomer[] = [];
  const groups: GroupDeclaration[] = [];
  for (const [index, path] of reader.customers.entries()) {
    if (index % filesAtATime === 0) await setImmediate();
    const file = reader.readCustomer(path);
    const customer = file && readCustomer(file, settings, reader.context);
    if (!customer) continue;
    customers.push(customer);
    for (const group of declaredGroups(file, customer.customer.id)) groups.push(group);
  }
  return { customers, groups };
}

function sortBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return items
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((left, right) => compareText(left.key, right.key))
    .map(({ item }) => item);
}
