import type { Client } from "../dynatrace/client.ts";
import { errorMessage } from "../errors.ts";
import type { Cluster, Host, Inventory } from "../model/inventory.ts";
import type { HostReading, Observed, ObservedCluster, Reading } from "../model/observed.ts";
import type { Clock, Log, LogFields } from "../ports.ts";
import type { ConnectShell } from "../ssh/shell.ts";
import { observeCluster, unusableCluster } from "./observe-cluster.ts";
import { type LetGo, observeHosts } from "./observe-hosts.ts";
import type { QuestionTokens, WantedZones } from "./observe-zones.ts";
import type { ReadingEvents } from "./reading-events.ts";

/** What is to be read. */
export interface Wanted {
  readonly clusters: readonly Cluster[];
  readonly hosts: readonly Host[];
  /** Whether groups are read too. */
  readonly groups: boolean;
  /** Whether limits are read that nobody declares. */
  readonly everything?: boolean;
  /** At what time (Unix milliseconds) it is asked how much of the licence is used; left out or null: it is not. */
  readonly consumption?: { readonly now: number } | null;
  /** Whether it is asked which groups have rights from policies. */
  readonly policies?: boolean;
  /** Environments whose management zones are read, with the rights of groups on them. */
  readonly zonesOf?: WantedZones;
}

/** A client for one cluster, and how to let go of it. */
export interface OpenCluster {
  readonly client: Client;
  close(): Promise<void>;
}

export interface ObservePorts {
  /** Rejects when the cluster cannot be asked, for example because its token is not there: it is unreadable then. */
  openCluster(cluster: Cluster): Promise<OpenCluster>;
  /** Tokens for questions to environments, which are closed before the client is. */
  openTokens(cluster: Cluster, client: Client): QuestionTokens;
  /** Called once, before anything is read, and only where there are hosts. What it throws ends the reading. */
  openConnector(): Promise<ConnectShell>;
  readonly letGo: LetGo;
  /** Most hosts that are connected to at once. */
  readonly concurrency: number;
  /** Aborted: hosts are let go of at once. Clients have a signal of their own. */
  readonly signal: AbortSignal;
  readonly events: ReadingEvents;
  readonly clock: Pick<Clock, "elapsed">;
  readonly log: Log;
}

/** Reads clusters and hosts side by side. Never throws for what could not be read. */
export async function observe(inventory: Inventory, wanted: Wanted, ports: ObservePorts): Promise<Observed> {
  const { clock, log } = ports;
  const { clusters, hosts } = wanted;
  const connect = hosts.length === 0 ? null : await ports.openConnector();
  const { events } = ports;
  const readCluster = async (cluster: Cluster): Promise<readonly [string, ObservedCluster]> => {
    const item = { kind: "cluster", name: cluster.name } as const;
    events.started(item);
    const began = clock.elapsed();
    const reading = await openAndObserve(cluster, inventory, wanted, ports);
    log.info("cluster read", () => ({ ...readingFields(cluster, reading), ms: Math.round(clock.elapsed() - began) }));
    events.ended(item, problemOf(reading));
    return [cluster.name, reading];
  };
  const { concurrency, signal, letGo } = ports;
  const origins = new Map(inventory.clusters.map(({ name, url }) => [name, url]));
  const began = clock.elapsed();
  const [clusterReadings, hostReadings] = await Promise.all([
    Promise.all(clusters.map(readCluster)),
    connect === null
      ? new Map<string, HostReading>()
      : observeHosts(hosts, { connect, letGo, concurrency, signal, events, log, origins }),
  ]);
  if (connect !== null) {
    const unreadable = [...hostReadings.values()].filter(({ status }) => status === "unreadable").length;
    const ms = Math.round(clock.elapsed() - began);
    log.info("hosts probed", () => ({ hosts: hosts.length, unreadable, ms }));
  }
  return { clusters: new Map(clusterReadings), hosts: hostReadings };
}

/** What the log has of a cluster that was read, or could not be. */
function readingFields(
  { name, url }: Cluster,
  { version, requests, environments, groups, zones }: ObservedCluster,
): LogFields {
  const parts = [environments, groups, zones?.rights, ...(zones?.lists.values() ?? [])];
  const reasons = parts.flatMap((part) => (part?.status === "unreadable" ? [part.reason] : []));
  return {
    cluster: name,
    url,
    version,
    environments: environments.status === "complete" ? environments.value.length : null,
    groups: groups?.status === "complete" ? groups.value.length : null,
    zonesOf: zones?.lists.size,
    requests,
    unreadable: reasons.length === 0 ? undefined : [...new Set(reasons)],
  };
}

function problemOf({ environments, groups, zones }: ObservedCluster): string | null {
  const unreadable = [environments, groups, zones?.rights].find((part) => part?.status === "unreadable");
  return unreadable?.status === "unreadable" ? unreadable.reason : null;
}

async function openAndObserve(
  cluster: Cluster,
  inventory: Inventory,
  wanted: Wanted,
  ports: ObservePorts,
): Promise<ObservedCluster> {
  let opened: OpenCluster;
  try {
    opened = await ports.openCluster(cluster);
  } catch (error) {
    return unusableCluster(`${cluster.name} (${cluster.url}) was not asked: ${errorMessage(error)}`, 0);
  }
  try {
    const reading = await observeCluster(cluster.name, opened.client, inventory, wanted, () =>
      ports.openTokens(cluster, opened.client),
    );
    return {
      ...reading,
      environments: withCluster(reading.environments, cluster),
      groups: reading.groups === null ? null : withCluster(reading.groups, cluster),
      ...(reading.zones ? { zones: { ...reading.zones, rights: withCluster(reading.zones.rights, cluster) } } : {}),
    };
  } finally {
    await opened.close();
  }
}

/** A reading whose reason says which cluster it is about. */
function withCluster<T>(reading: Reading<T>, { name, url }: Cluster): Reading<T> {
  return reading.status === "complete" ? reading : { ...reading, reason: `${name} (${url}): ${reading.reason}` };
}
