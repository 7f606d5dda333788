import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createLimiter } from "../lib/limiter.ts";
import { parseJson } from "../lib/parse-json.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { Clock } from "../ports.ts";
import { appendPresets, buildInstallerBody } from "./agent/build-installer.ts";
import { type ServedCluster, serveCluster } from "./cluster/serve-cluster.ts";
import { createSimulatedCluster, type SimulatedCluster } from "./cluster/simulated-cluster.ts";
import type { ClusterSeed } from "./cluster/snapshot.ts";
import { estateLife } from "./estate-life.ts";
import { type SimulatedHostOptions, type SimulatedHosts, startSimulatedHosts } from "./hosts/start-simulated-hosts.ts";
import { sandboxAddress } from "./sandbox-addresses.ts";
import { seedEstate, usualEstate } from "./seed-estate.ts";
import { seedFromInventory } from "./seed-from-inventory.ts";

/** What `--state` keeps: each cluster, and the port that its agents know it by. */
interface SandboxState {
  readonly format: "dtsync-sandbox/1";
  readonly clusters: Readonly<Record<string, { readonly port: number; readonly snapshot: ClusterSeed }>>;
}

interface SandboxStart {
  readonly inventory: Inventory;
  /** For what this run needs alone: tokens. */
  readonly directory: string;
  /** Folder of the hosts' files. */
  readonly hostsDirectory: string;
  /** File that keeps the clusters, or null. */
  readonly state: string | null;
  /** `inventory`, `estate` or `estate:ENVIRONMENTS`, a file with `{ "clusters": { NAME: snapshot } }`, or null for empty clusters. */
  readonly seed: string | null;
  readonly clock: Clock;
  readonly installerVersions?: readonly string[];
}

export interface Sandbox {
  /** Options of dtsync that lead here. */
  readonly setOptions: readonly string[];
  readonly sshOptions: readonly string[];
  readonly clusters: ReadonlyMap<string, SimulatedCluster>;
  readonly urls: ReadonlyMap<string, string>;
  readonly hosts: SimulatedHosts;
  close(): Promise<void>;
}

const defaultVersions = ["1.311.70.20250416-104152", "1.313.52.20250602-150703", "1.321.51.20250905-075429"];
const saveInterval = 1_000;

/**
 * Serves a simulated cluster for each cluster of the inventory, and a simulated host for each of its hosts. Where one of them
 * cannot be started, nothing of it serves any longer when this rejects.
 */
export async function startSandbox(options: SandboxStart): Promise<Sandbox> {
  const closers: (() => Promise<void>)[] = [];
  try {
    return await start(options, closers);
  } catch (error) {
    // What still listens would keep the program.
    await Promise.allSettled(closers.map((close) => close()));
    throw error;
  }
}

/** `closers` gets what ends each server, as soon as it serves. */
async function start(options: SandboxStart, closers: (() => Promise<void>)[]): Promise<Sandbox> {
  const { inventory } = options;
  const kept = options.state === null ? null : await readState(options.state);
  const seeds = await readSeeds(options);
  const bodies = new Map<string, Uint8Array>();
  const installerBody = (version: string, arch: string): Uint8Array => {
    const key = `${version}/${arch}`;
    const body = bodies.get(key) ?? buildInstallerBody({ version, arch, nodePath: process.execPath });
    bodies.set(key, body);
    return body;
  };
  const clusters = new Map<string, SimulatedCluster>();
  const served = new Map<string, ServedCluster>();
  const setOptions: string[] = [];
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  for (const [index, { name, ca }] of inventory.clusters.entries()) {
    const cluster = createSimulatedCluster({
      name,
      clock: options.clock,
      random: index + 1,
      seed: kept?.clusters[name]?.snapshot ?? seeds(name),
      buildInstaller: (request) => appendPresets(installerBody(request.version, request.arch), request),
      installerVersions: options.installerVersions ?? defaultVersions,
    });
    const server = await serveCluster(cluster, { port: kept?.clusters[name]?.port ?? 0 });
    closers.push(server.close);
    const tokenFile = join(options.directory, `${name}.token`);
    await writeFile(tokenFile, cluster.clusterToken, { mode: 0o600 });
    clusters.set(name, cluster);
    served.set(name, server);
    setOptions.push(
      "--set",
      `clusters.${name}.url=${server.url}`,
      "--set",
      `clusters.${name}.token={file: ${JSON.stringify(tokenFile)}}`,
    );
    if (ca !== null) setOptions.push("--set", `clusters.${name}.ca=null`);
  }
  const hosts = await startSimulatedHosts({
    hosts: hostOptions(inventory.hosts),
    directory: options.hostsDirectory,
    nodePath: process.execPath,
  });
  closers.push(hosts.close);
  if (kept !== null) await hosts.reconnect();
  // One after the other: two at once would take each other's new file away.
  const saves = createLimiter(1);
  const save = async () => {
    const { state } = options;
    if (state !== null) await saves.run(() => writeState(state, clusters, served));
  };
  const timer = options.state === null ? null : setInterval(() => void save().catch(() => undefined), saveInterval);
  return {
    setOptions,
    sshOptions: ["--ssh-config", hosts.sshConfigFile],
    clusters,
    urls: new Map([...served].map(([name, { url }]) => [name, url])),
    hosts,
    async close() {
      if (timer) clearInterval(timer);
      // What still listens would keep the program, also where the state cannot be saved.
      const ended = await Promise.allSettled([save(), ...closers.map((close) => close())]);
      for (const end of ended) if (end.status === "rejected") throw end.reason;
    },
  };
}

/** Settings of `defaults.ssh` that would lead past the simulated hosts; with null the given ssh_config decides. */
export const sandboxSshOverrides: readonly string[] = ["port", "identityFile", "knownHosts"].map(
  (name) => `defaults.ssh.${name}=null`,
);

/** A host stands where its inventory says it is reached: by address, else by name, on the port that is declared. */
function hostOptions(hosts: readonly Host[]): readonly SimulatedHostOptions[] {
  const byPlace = new Map<string, SimulatedHostOptions>();
  const jumps = new Set<string>();
  for (const host of hosts) {
    const name = host.address ?? host.name;
    if (!byPlace.has(name)) {
      byPlace.set(name, { name, listen: { address: sandboxAddress(byPlace.size), port: host.ssh.port ?? 0 } });
    }
    for (const jump of host.ssh.jump ?? []) jumps.add(jump);
  }
  const bastions = [...jumps].map((jump, index): SimulatedHostOptions => {
    const [, name = jump, port] = /^(?:[^@]*@)?([^:]+)(?::(\d+))?$/.exec(jump) ?? [];
    return { name, role: "jump", listen: { address: sandboxAddress(byPlace.size + index), port: Number(port ?? 0) } };
  });
  return [...byPlace.values(), ...bastions];
}

/** Environments of each cluster, where another number than the usual one is asked for. */
export const estatePattern = /^estate(?::([1-9]\d{0,4}))?$/;

async function readSeeds(options: SandboxStart): Promise<(cluster: string) => ClusterSeed> {
  if (options.seed === null) return () => ({});
  if (options.seed === "inventory") return (cluster) => seedFromInventory(options.inventory, cluster);
  const estate = estatePattern.exec(options.seed);
  if (estate !== null) {
    const names = options.inventory.clusters.map(({ name }) => name);
    return (cluster) => {
      const index = names.indexOf(cluster);
      const seed = seedEstate(index, Number(estate[1] ?? usualEstate));
      return { ...seed, ...estateLife(seed.environments ?? [], index, options.clock.now().getTime()) };
    };
  }
  const seeds = parseNamed(options.seed, await readFile(options.seed, "utf8")) as {
    readonly clusters?: Readonly<Record<string, ClusterSeed>>;
  };
  return (cluster) => seeds.clusters?.[cluster] ?? {};
}

/** Data from the JSON of a file that a user named. Throws an Error with its path. */
function parseNamed(file: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw new Error(`${file} is not JSON`);
  }
}

async function readState(file: string): Promise<SandboxState | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    // The first run with this file.
    return null;
  }
  const state = parseNamed(file, text) as SandboxState;
  if (state.format !== "dtsync-sandbox/1") throw new Error(`${file} is not a state of dtsync sandbox`);
  return state;
}

async function writeState(
  file: string,
  clusters: ReadonlyMap<string, SimulatedCluster>,
  served: ReadonlyMap<string, ServedCluster>,
): Promise<void> {
  const state: SandboxState = {
    format: "dtsync-sandbox/1",
    clusters: Object.fromEntries(
      [...clusters].map(([name, cluster]) => [
        name,
        { port: Number(new URL(served.get(name)?.url ?? "http://127.0.0.1:0").port), snapshot: cluster.snapshot() },
      ]),
    ),
  };
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
