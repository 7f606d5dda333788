import { readdirSync, readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { resolve } from "node:path";
import type { Client } from "../dynatrace/client.ts";
import { errorMessage } from "../errors.ts";
import { environmentCoordinates } from "../kinds/environment/family.ts";
import { hostCoordinates } from "../kinds/host/family.ts";
import type { LoadOptions } from "../load/load-inventory.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Cluster, Host, Inventory, InventorySummary } from "../model/inventory.ts";
import type { Observed, ObservedCluster } from "../model/observed.ts";
import type { PlanScope } from "../model/plan.ts";
import { observeCluster, observeHosts, unusableCluster } from "../observe/observe.ts";
import type { Affected } from "../plan/affected-items.ts";
import { hostsInScope } from "../plan/create-plan.ts";
import { scopeFilter } from "../plan/scope.ts";
import type { ConnectShell } from "../ssh/shell.ts";
import type { Context } from "./context.ts";
import type { CommonOptions, FleetOptions } from "./options.ts";

/** Loads and checks the inventory that the options name. */
export async function loadDeclared(
  options: CommonOptions,
  context: Context,
): Promise<{
  readonly inventory: Inventory | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: InventorySummary;
}> {
  const { loadInventory } = await import("../load/load-inventory.ts");
  return loadInventory(loadOptions(options, context));
}

/** What the inventory is loaded with. */
export function loadOptions(options: CommonOptions, context: Context): LoadOptions {
  const certificate = context.variables["DTSYNC_ROOT_CERTIFICATE"];
  return {
    directory: resolve(options.inventory),
    set: options.set,
    rootCertificate: certificate ? resolve(certificate) : null,
    home: context.variables["HOME"] || homedir(),
  };
}

export interface ClientSettings {
  /** Whether an interrupt ends requests at once: for work that only reads. */
  readonly readOnly: boolean;
}

/** A client for one cluster, and how to let go of it. */
export interface OpenCluster {
  readonly client: Client;
  close(): Promise<void>;
}

/** Makes the client of a cluster. Throws TokenUnavailable or the error of reading the certificate file. */
export async function openCluster(
  cluster: Cluster,
  inventory: Inventory,
  options: FleetOptions,
  context: Context,
  settings: ClientSettings,
): Promise<OpenCluster> {
  const [{ resolveToken }, { createClient }, { createLimiter }, { createTransport }] = await Promise.all([
    import("../secrets/resolve-token.ts"),
    import("../dynatrace/client.ts"),
    import("../lib/limiter.ts"),
    import("../dynatrace/transport.ts"),
  ]);
  const token = await resolveToken(cluster, {
    variables: context.variables,
    allowCommands: options.allowCommands,
    directory: inventory.directory,
  });
  context.redactor.conceal(token);
  const transport = await createTransport({ ca: cluster.ca, connections: cluster.maxConcurrency });
  const client = createClient({
    url: cluster.url,
    token,
    fetch: transport.fetch,
    clock: context.clock,
    random: Math.random,
    limiter: createLimiter(cluster.maxConcurrency),
    signal: context.signal,
    ...(settings.readOnly ? { abortReads: context.signal } : {}),
  });
  return { client, close: transport.close };
}

/** The clusters that items in scope stand on; the others are not read, and their tokens are not needed. */
export function clustersInScope(
  inventory: Inventory,
  hosts: readonly Host[],
  scope: PlanScope,
  affected: Affected | null = null,
): readonly Cluster[] {
  if (scope.targets.length === 0 && scope.excludes.length === 0 && affected === null) return inventory.clusters;
  const filter = scopeFilter(scope, affected);
  const names = new Set([
    ...(affected?.formerClusters ?? []),
    ...inventory.environments
      .filter((environment) => filter.matches(environmentCoordinates(environment)))
      .map(({ cluster }) => cluster),
    ...inventory.groups.filter(filter.matchesGroup).map(({ cluster }) => cluster),
    ...hosts.filter((host) => filter.matches(hostCoordinates(host))).map(({ cluster }) => cluster),
  ]);
  return inventory.clusters.filter(({ name }) => names.has(name));
}

/** Reads clusters and hosts side by side. Never throws for what could not be read. */
export async function observe(
  inventory: Inventory,
  hosts: readonly Host[],
  options: FleetOptions,
  context: Context,
  onProgress: (text: string) => void,
  affected: Affected | null = null,
): Promise<Observed> {
  const { scope } = options;
  const progress = { clusters: 0, hosts: 0 };
  const clusters = clustersInScope(inventory, hosts, scope, affected);
  const targets = hostsInScope(hosts, scope, affected);
  const report = () =>
    onProgress(`clusters ${progress.clusters}/${clusters.length}, hosts ${progress.hosts}/${targets.length}`);
  const [clusterReadings, hostReadings] = await Promise.all([
    Promise.all(
      clusters.map(async (cluster): Promise<readonly [string, ObservedCluster]> => {
        const reading = await observeOne(cluster, inventory, options, context);
        progress.clusters += 1;
        report();
        return [cluster.name, reading];
      }),
    ),
    targets.length === 0
      ? new Map()
      : observeHosts(targets, {
          connect: await sshConnector(options, context),
          concurrency: options.concurrency ?? defaultHostConcurrency,
          signal: context.signal,
          onProgress: (done) => {
            progress.hosts = done;
            report();
          },
        }),
  ]);
  return { clusters: new Map(clusterReadings), hosts: hostReadings };
}

/** Hosts that are connected to at once when nothing else is asked for. */
export const defaultHostConcurrency = 50;

async function observeOne(
  cluster: Cluster,
  inventory: Inventory,
  options: FleetOptions,
  context: Context,
): Promise<ObservedCluster> {
  let opened: OpenCluster;
  try {
    opened = await openCluster(cluster, inventory, options, context, { readOnly: true });
  } catch (error) {
    return unusableCluster(`${cluster.name} (${cluster.url}) was not asked: ${errorMessage(error)}`, 0);
  }
  try {
    const groups = options.scope.only.some((kind) => kind !== "hosts");
    const reading = await observeCluster(cluster.name, opened.client, inventory, groups);
    const named = <T extends { readonly status: string }>(part: T): T =>
      "reason" in part ? { ...part, reason: `${cluster.name} (${cluster.url}): ${String(part.reason)}` } : part;
    return {
      ...reading,
      environments: named(reading.environments),
      groups: reading.groups === null ? null : named(reading.groups),
    };
  } finally {
    await opened.close();
  }
}

/** The SSH connector with the user's, or the given, client configuration. */
export async function sshConnector(options: FleetOptions, context: Context): Promise<ConnectShell> {
  const [{ createSshConnector }, { readSshConfig }] = await Promise.all([
    import("../ssh/connect.ts"),
    import("../ssh/read-config.ts"),
  ]);
  const home = context.variables["HOME"] || homedir();
  const files = { read: (path: string) => readFileSync(path, "utf8"), list: (folder: string) => readdirSync(folder) };
  return createSshConnector({
    config: readSshConfig({ file: options.sshConfig, home }, files),
    home,
    user: userInfo().username,
    agentSocket: context.variables["SSH_AUTH_SOCK"] || null,
  });
}
