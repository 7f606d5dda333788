import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { compareText } from "../lib/text.ts";
import { type Diagnostic, inventoryStart } from "../model/diagnostic.ts";
import type { Environment, Inventory, InventorySummary } from "../model/inventory.ts";
import { type ReadCustomer, readCustomer } from "./customers/read-customer.ts";
import { createFaultList, type FaultList, inFile, ReadingStopped } from "./diagnostics/fault-list.ts";
import { escapeText, showText } from "./diagnostics/show-text.ts";
import type { InventoryFiles } from "./files/inventory-files.ts";
import { openFolder } from "./files/inventory-folder.ts";
import { expandGroup, type GroupWorld } from "./groups/expand-groups.ts";
import { type GroupDeclaration, readGroupTemplate } from "./groups/group-template.ts";
import { readRoles } from "./groups/roles.ts";
import { uniqueGroups } from "./groups/unique-groups.ts";
import type { LoadedFile } from "./load-context.ts";
import { type InventoryReader, openInventory } from "./open-inventory.ts";
import { checkInventory } from "./rules/inventory-rules.ts";
import { uniqueCustomers, uniqueEnvironments, uniqueHosts } from "./rules/unique-items.ts";
import type { CleanTexts } from "./schema/clean-texts.ts";
import type { GroupEntry } from "./schema/file-types.ts";
import { type ReadSettings, readSettings, unreadableSettings } from "./settings/read-settings.ts";
import { keyOrigin } from "./yaml/positions.ts";
import type { SetOverride } from "./yaml/set-overrides.ts";

export interface LoadOptions {
  /** The inventory folder. */
  readonly directory: string;
  readonly set: readonly SetOverride[];
  /** $DTSYNC_ROOT_CERTIFICATE */
  readonly rootCertificate: string | null;
  /** What `~/` stands for. */
  readonly home: string;
  /** In place of the folder's files as they are. */
  readonly files?: InventoryFiles;
  readonly clean?: CleanTexts;
}

export interface LoadResult {
  /** Null if and only if there is an error among the diagnostics. */
  readonly inventory: Inventory | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: InventorySummary;
}

type Items = Omit<Inventory, "directory" | "digest">;

/**
 * Reads a whole inventory: finds the files, parses and checks each by itself, lays the levels of settings over each
 * other, expands ranges and templates, and checks what has to hold between files. Everything that is wrong is in the
 * diagnostics; it does not throw for anything that stands in the folder.
 */
export async function loadInventory(options: LoadOptions): Promise<LoadResult> {
  const faults = createFaultList();
  const directory = openFolder(options.directory);
  if (directory === null) {
    faults.error(inFile(inventoryStart), {
      rule: "missing-file",
      message: `there is no inventory folder ${showText(options.directory)}`,
      hint: "Write a first inventory with dtsync init, or name the folder with --inventory.",
    });
    return finish(null, 0, faults);
  }
  const rootCertificate = options.rootCertificate === null ? null : resolve(options.rootCertificate);
  let reader: InventoryReader | null = null;
  let inventory: Inventory | null = null;
  try {
    reader = openInventory(directory, { ...options, rootCertificate }, faults);
    const items = await resolveItems(reader);
    reportStrayFiles(reader, faults);
    inventory = { directory, digest: reader.digest(), ...items };
  } catch (error) {
    // Why it stopped is among the faults.
    if (!(error instanceof ReadingStopped)) throw error;
  }
  return finish(inventory, reader?.fileCount() ?? 0, faults);
}

function reportStrayFiles(reader: InventoryReader, faults: FaultList): void {
  for (const file of reader.strayFiles()) {
    faults.warning(inFile({ ...inventoryStart, file: escapeText(file) }), {
      rule: "not-read",
      message: "this YAML file is not read",
      hint: "Customers go into customers/, groups into groups/; name it in an item if it is a host list.",
    });
  }
}

function finish(inventory: Inventory | null, files: number, faults: FaultList): LoadResult {
  const diagnostics = faults.sorted();
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const summary: InventorySummary = {
    files,
    customers: inventory?.customers.length ?? 0,
    environments: inventory?.environments.filter(({ state }) => state !== "absent").length ?? 0,
    groups: inventory?.groups.filter(({ state }) => state !== "absent").length ?? 0,
    hosts: inventory?.hosts.filter(({ state }) => state !== "absent").length ?? 0,
    errors,
    warnings: diagnostics.length - errors,
  };
  return { inventory: errors > 0 ? null : inventory, diagnostics, summary };
}

/** Resolves everything that the files declare, in a fixed order, and reports what does not fit together. */
async function resolveItems(reader: InventoryReader): Promise<Items> {
  const { context, settings: settingsFile } = reader;
  const { faults } = context;
  const settings = settingsFile ? readSettings(settingsFile, context) : unreadableSettings(context);
  const roles = settingsFile ? readRoles(settingsFile, context) : null;
  const read = await readCustomers(reader, settings);
  const customers = uniqueCustomers(read.customers, faults);
  const environments = uniqueEnvironments(
    customers.flatMap((item) => item.environments),
    faults,
  );
  const hosts = uniqueHosts(
    customers.flatMap((item) => item.hosts),
    faults,
  );
  const commands = customers.flatMap((item) => item.commands);
  const withoutHosts = customers.flatMap((item) => item.withoutHosts);
  const groupFiles = reader.groups.map((path) => reader.readGroups(path));
  const complete =
    reader.complete &&
    customers.length === reader.customers.length &&
    customers.every((item) => item.complete) &&
    !groupFiles.includes(null);
  const world = createWorld(settings, customers, environments, complete);
  const declarations = [
    ...declaredGroups(settingsFile, null),
    ...groupFiles.flatMap((file) => declaredGroups(file, null)),
    ...read.groups,
  ];
  let groupsComplete = true;
  const made = declarations.flatMap((declaration) => {
    const template = readGroupTemplate(declaration, roles, settings.clusterNames, context);
    if (!template || Object.values(declaration.entry).includes(undefined as never)) groupsComplete = false;
    return template ? expandGroup(template, world, context) : [];
  });
  const groups = uniqueGroups(made, faults).map(({ group }) => group);
  const { safety } = settings;
  checkInventory(
    {
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
    faults,
  );
  return {
    clusters: settings.clusters,
    customers: sortBy(
      customers.map(({ customer }) => customer),
      ({ id }) => id,
    ),
    environments: sortBy(environments, ({ id }) => id),
    groups: sortBy(groups, ({ cluster, name }) => `${cluster} ${name}`),
    hosts: sortBy(hosts, ({ name }) => name),
    hostCommands: sortBy(commands, ({ environment, id }) => `${environment} ${id}`),
    safety,
  };
}

/** Files between two moments in which signals and timers get their turn. */
const filesAtATime = 50;

async function readCustomers(
  reader: InventoryReader,
  settings: ReadSettings,
): Promise<{ readonly customers: readonly ReadCustomer[]; readonly groups: readonly GroupDeclaration[] }> {
  const { levels, defaultCluster: cluster, clusterNames: clusters } = settings;
  const customers: ReadCustomer[] = [];
  const groups: GroupDeclaration[] = [];
  for (const [index, path] of reader.customers.entries()) {
    if (index % filesAtATime === 0) await setImmediate();
    const file = reader.readCustomer(path);
    const customer = file && readCustomer(file, { levels, cluster, clusters }, reader.context);
    if (!customer) continue;
    customers.push(customer);
    for (const group of declaredGroups(file, customer.customer.id)) groups.push(group);
  }
  return { customers, groups };
}

/** What the groups of an inventory can refer to. */
export function createWorld(
  { clusters }: Pick<ReadSettings, "clusters">,
  customers: readonly Pick<ReadCustomer, "customer">[],
  environments: readonly Environment[],
  complete: boolean,
): GroupWorld {
  const byCustomer = new Map<string, Environment[]>(customers.map(({ customer }) => [customer.id, []]));
  for (const environment of environments) {
    if (environment.state !== "absent") byCustomer.get(environment.customer)?.push(environment);
  }
  return {
    clusters: clusters.map(({ name }) => name),
    customers: customers.map(({ customer }) => customer.id),
    environments,
    byId: new Map(environments.map((environment) => [environment.id.toLowerCase(), environment])),
    byCustomer,
    complete,
  };
}

/** The declarations of one file, with the customer whose file it is. */
export function declaredGroups(
  file: LoadedFile<{ readonly groups?: readonly GroupEntry[] | null | undefined }> | null,
  owner: string | null,
): readonly GroupDeclaration[] {
  const list = file?.entry.groups;
  if (!file || !list) return [];
  return list.flatMap((entry, index) =>
    entry === undefined
      ? []
      : [{ entry, positions: file.positions, owner, origin: keyOrigin(file.positions, list, index) }],
  );
}

function sortBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return items
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((left, right) => compareText(left.key, right.key))
    .map(({ item }) => item);
}
