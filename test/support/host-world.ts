import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "../../src/dynatrace/client.ts";
import { createTokenChain } from "../../src/dynatrace/token-chain.ts";
import { createTransport } from "../../src/dynatrace/transport.ts";
import { execute } from "../../src/execute/execute.ts";
import type { Outcome } from "../../src/execute/outcome.ts";
import { createAppliers } from "../../src/kinds/appliers.ts";
import type { HostChange } from "../../src/kinds/host/change.ts";
import type { LockWait } from "../../src/kinds/host/effects/agent-scripts.ts";
import { applyHostChange } from "../../src/kinds/host/effects/apply.ts";
import { createInstallerProvider } from "../../src/kinds/host/effects/installer-provider.ts";
import { probeHost } from "../../src/kinds/host/effects/probe.ts";
import { createSightings } from "../../src/kinds/host/effects/sightings.ts";
import { tidyHosts } from "../../src/kinds/host/effects/tidy-hosts.ts";
import { planHost } from "../../src/kinds/host/plan.ts";
import { createLimiter } from "../../src/lib/limiter.ts";
import type { Host, OneAgentSettings, Rollout, SshSettings } from "../../src/model/inventory.ts";
import type { HostReading } from "../../src/model/observed.ts";
import type { ChangeResult } from "../../src/model/result.ts";
import type { Clock, Log } from "../../src/ports.ts";
import { appendPresets, buildInstallerBody } from "../../src/sandbox/agent/build-installer.ts";
import { serveCluster } from "../../src/sandbox/cluster/serve-cluster.ts";
import { createSimulatedCluster, type SimulatedCluster } from "../../src/sandbox/cluster/simulated-cluster.ts";
import type { HostFiles } from "../../src/sandbox/hosts/host-files.ts";
import type { SimulatedConnectionSwitches } from "../../src/sandbox/hosts/ssh-host-server.ts";
import { startSimulatedHosts } from "../../src/sandbox/hosts/start-simulated-hosts.ts";
import { createSshConnector } from "../../src/ssh/connect.ts";
import { HostError } from "../../src/ssh/host-error.ts";
import { anEnvironment, aRollout } from "./builders.ts";
import { silentLog } from "./log.ts";
import { sshClientOf, sshConfigOf } from "./ssh-settings.ts";

export const realClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await wait(milliseconds, undefined, signal ? { signal } : {});
  },
  every: (milliseconds, task) => {
    const timer = setInterval(task, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

export interface HostWorld {
  readonly cluster: SimulatedCluster;
  readonly url: string;
  machine(name: string): WorldHost;
  /** A declared host of environment abc-p1 unless said otherwise. */
  host(
    name: string,
    change?: { oneagent?: Partial<OneAgentSettings>; ssh?: Partial<SshSettings> } & Partial<
      Omit<Host, "oneagent" | "ssh">
    >,
  ): Host;
  probe(host: Host): Promise<HostReading>;
  /** Removes what killed runs left there, as an apply does. */
  tidy(host: Host): Promise<void>;
  /** The change that a plan of this host holds now, or null. */
  plan(host: Host): Promise<HostChange | null>;
  apply(change: HostChange, host: Host): Promise<Outcome>;
  /** Plans and makes everything that the hosts need, as a run does, and waits until their environments list them. */
  rollOut(hosts: readonly Host[], rollout: Partial<Rollout>, options?: RollOutOptions): Promise<RolledOut>;
  close(): Promise<void>;
}

interface RollOutOptions {
  readonly signal?: AbortSignal;
  readonly onResult?: (result: ChangeResult) => void;
}

interface RolledOut {
  readonly results: readonly ChangeResult[];
  readonly warnings: readonly string[];
}

export const installedVersions = ["1.311.70.20250416-104152", "1.313.52.20250602-150703", "1.321.51.20250905-075429"];

interface HostWorldOptions {
  readonly lockWait?: LockWait;
  /** Starts hosts of these names, of which files are kept in a folder; simulated ones by default. */
  readonly startHosts?: (names: readonly string[], directory: string) => Promise<WorldHosts>;
  /** Bytes of no use in an installer. */
  readonly padding?: number;
  readonly log?: Log;
}

interface WorldHosts {
  readonly hosts: ReadonlyMap<string, WorldHost>;
  readonly sshConfig: string;
  close(): Promise<void>;
}

/** A host whatever its server is. */
export interface WorldHost extends HostFiles {
  setConnection(switches: SimulatedConnectionSwitches): Promise<void>;
  reset(): Promise<void>;
}

const startSimulated = (names: readonly string[], directory: string): Promise<WorldHosts> =>
  startSimulatedHosts({
    hosts: names.map((name, index) => ({
      name,
      listen: { address: `127.30.${index + 1}.1`, port: 0 },
      user: "deploy",
    })),
    directory,
    nodePath: process.execPath,
  });

/** A simulated cluster over real HTTP and simulated hosts over real SSH, with the real deployer between. */
export async function startHostWorld(
  names: readonly string[],
  { lockWait = { seconds: 1, tries: 5 }, startHosts = startSimulated, padding, log = silentLog }: HostWorldOptions = {},
): Promise<HostWorld> {
  const directory = mkdtempSync(join(tmpdir(), "dtsync-world-"));
  const bodies = new Map<string, Uint8Array>();
  const cluster = createSimulatedCluster({
    name: "emea",
    clock: realClock,
    random: 1,
    seed: { environments: [{ id: "abc-p1" }, { id: "abc-t1" }] },
    installerVersions: installedVersions,
    buildInstaller: (request) => {
      const key = `${request.version}/${request.arch}`;
      const body =
        bodies.get(key) ??
        buildInstallerBody({
          version: request.version,
          arch: request.arch,
          nodePath: process.execPath,
          ...(padding === undefined ? {} : { paddingBytes: padding }),
        });
      bodies.set(key, body);
      return appendPresets(body, request);
    },
  });
  const server = await serveCluster(cluster);
  const hosts = await startHosts(names, join(directory, "hosts"));
  const transport = await createTransport({ ca: null, connections: 8, proxy: null });
  const client = createClient({
    name: "emea",
    log,
    url: server.url,
    token: cluster.clusterToken,
    fetch: transport.fetch,
    clock: realClock,
    random: Math.random,
    throttle: createLimiter(8),
  });
  const tokens = createTokenChain({
    client,
    clock: realClock,
    runId: "test",
    conceal: () => undefined,
    journal: { made: async () => undefined },
    cluster: "emea",
    log,
  });
  const clients = new Map([["emea", client]]);
  const chains = new Map([["emea", tokens]]);
  const installers = createInstallerProvider({
    clients,
    tokens: chains,
    clock: realClock,
    log,
    directory: async () => directory,
    conceal: () => undefined,
    kept: null,
  });
  const connect = createSshConnector(
    sshClientOf(sshConfigOf(hosts.sshConfig), { home: directory, user: { name: "nobody", id: 65_534 } }),
    { taken: new Map(), write: false },
    log,
  );
  const ports = {
    connect,
    installers,
    clock: realClock,
    log,
    lockWait,
    origins: new Map([["emea", server.url]]),
    connectWait: 2_500,
    onTransfer: () => undefined,
    authorities: async () => "",
  };
  const probe: HostWorld["probe"] = async (host) => {
    try {
      const shell = await connect(host);
      try {
        return { status: "complete", value: await probeHost(shell, host) };
      } finally {
        shell.close();
      }
    } catch (error) {
      if (error instanceof HostError) return { status: "unreadable", reason: `${error.code}: ${error.message}` };
      throw error;
    }
  };
  return {
    cluster,
    url: server.url,
    machine: (name) => {
      const found = hosts.hosts.get(name);
      if (!found) throw new Error(`there is no simulated host ${name}`);
      return found;
    },
    host: (name, change = {}) => ({
      name,
      address: null,
      environment: "abc-p1",
      customer: "abc",
      cluster: "emea",
      state: "present",
      place: { file: "customers/abc.yaml", line: 1, column: 1 },
      ...change,
      ssh: { hostKeys: "strict", become: "sudo", ...change.ssh },
      oneagent: { transfer: "auto", signature: "auto", rootCertificate: null, ...change.oneagent },
    }),
    probe,
    tidy: (host) => tidyHosts([host], { connect, concurrency: 1, signal: new AbortController().signal, log }),
    plan: async (host) => planHost(host, await probe(host), []).change,
    async apply(change, host) {
      const { sought: _sought, ...outcome } = await applyHostChange(change, host, {
        ...ports,
        sharing: () => ({ sameWay: 1, sameRate: 1 }),
      });
      return outcome;
    },
    async rollOut(declared, rollout, { signal = new AbortController().signal, onResult = () => undefined } = {}) {
      const warnings: string[] = [];
      const planned = await Promise.all(declared.map(async (host) => planHost(host, await probe(host), []).change));
      const environments = ["abc-p1", "abc-t1"].map((id) => anEnvironment({ id, rollout: aRollout(rollout) }));
      const sightings = createSightings({
        clients,
        tokens: chains,
        environments,
        clock: realClock,
        signal,
        warn: (message) => warnings.push(message),
      });
      const appliers = createAppliers(
        { hosts: declared, environments, concurrency: 10 },
        { ...ports, clients, signal, sightings },
      );
      const changes = planned.filter((change) => change !== null);
      const results = await execute(
        {
          changes,
          signal,
          clock: realClock,
          onStart: () => undefined,
          onResult: (_change, result) => onResult(result),
        },
        appliers,
      );
      await sightings.close();
      return { results, warnings };
    },
    async close() {
      await tokens.close();
      await transport.close();
      await hosts.close();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
