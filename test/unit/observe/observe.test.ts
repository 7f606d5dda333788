import { describe, expect, test } from "vitest";
import { createClient } from "../../../src/dynatrace/client.ts";
import { createLimiter } from "../../../src/lib/limiter.ts";
import { type ObservePorts, observe } from "../../../src/observe/observe.ts";
import { HostError } from "../../../src/ssh/host-error.ts";
import type { ConnectShell, Shell } from "../../../src/ssh/shell.ts";
import { aCluster, aHost, anInventory } from "../../support/builders.ts";
import { aClusterWorld } from "../../support/cluster-world.ts";
import { keepingLog, silentLog } from "../../support/log.ts";
import { scriptedHost } from "../../support/scripted-host.ts";

const url = "https://dynatrace.example.com";
const clusters = [aCluster({ name: "emea" }), aCluster({ name: "apac" })];
const inventory = anInventory({ clusters });

/** Ports to a simulated cluster of one environment, and what was opened and closed through them. */
function world() {
  const { cluster, clock } = aClusterWorld({ seed: { environments: [{ id: "abc-p1" }] } });
  const log = keepingLog();
  const events: string[] = [];
  const followed: string[] = [];
  const ports: ObservePorts = {
    async openCluster({ name }) {
      events.push(`open ${name}`);
      const { clusterToken: token, fetch } = cluster;
      const client = createClient({
        name: "emea",
        log: silentLog,
        url,
        token,
        fetch,
        clock,
        random: () => 0,
        throttle: createLimiter(8),
      });
      return { client, close: async () => void events.push(`close ${name}`) };
    },
    async openConnector() {
      events.push("connector");
      return () => Promise.reject(new HostError("unreachable", "it is not there"));
    },
    openTokens: () => {
      throw new Error("no environment is asked for anything");
    },
    letGo: (shell) => shell.close(),
    concurrency: 2,
    signal: new AbortController().signal,
    events: {
      started: ({ kind, name }) => void followed.push(`started ${kind} ${name}`),
      waits: ({ kind, name }) => void followed.push(`waits ${kind} ${name}`),
      ended: ({ kind, name }, problem) => void followed.push(`ended ${kind} ${name}: ${problem ?? "read"}`),
    },
    clock,
    log,
  };
  return { cluster, events, followed, ports, log };
}

const wanted = { clusters, hosts: [], groups: true };

describe("clusters", () => {
  test("are read side by side, and every one that was opened is closed", async () => {
    const { ports, events, followed } = world();
    const observed = await observe(inventory, wanted, ports);
    expect([...observed.clusters.keys()]).toEqual(["emea", "apac"]);
    expect(observed.clusters.get("apac")).toMatchObject({ environments: { status: "complete" } });
    expect(events.slice(0, 2)).toEqual(["open emea", "open apac"]);
    expect(events.slice(2).sort()).toEqual(["close apac", "close emea"]);
    expect(followed.slice(0, 2)).toEqual(["started cluster emea", "started cluster apac"]);
    expect(followed.slice(2).sort()).toEqual(["ended cluster apac: read", "ended cluster emea: read"]);
  });

  test("that are not wanted are not opened, and groups not read where nobody needs them", async () => {
    const { ports, events } = world();
    const observed = await observe(inventory, { ...wanted, clusters: clusters.slice(1), groups: false }, ports);
    expect(events).toEqual(["open apac", "close apac"]);
    expect(observed.clusters.get("apac")?.groups).toBeNull();
  });

  test("that cannot be opened are unreadable, with their name and the reason", async () => {
    const { ports, followed } = world();
    const openCluster: ObservePorts["openCluster"] = (cluster) =>
      cluster.name === "emea" ? Promise.reject(new Error("its token is not set")) : ports.openCluster(cluster);
    const observed = await observe(inventory, wanted, { ...ports, openCluster });
    const reason = `emea (${url}) was not asked: its token is not set`;
    expect(observed.clusters.get("emea")).toMatchObject({
      requests: 0,
      environments: { status: "unreadable", reason },
      groups: { status: "unreadable", reason },
    });
    expect(observed.clusters.get("apac")).toMatchObject({ environments: { status: "complete" } });
    expect(followed).toContain(`ended cluster emea: ${reason}`);
  });

  test("that answer wrongly are closed too, and their reasons say which one it was", async () => {
    const { ports, cluster, events, followed } = world();
    cluster.addFault({ match: { path: "*/groups", times: Number.POSITIVE_INFINITY }, do: { status: 403 } });
    const observed = await observe(inventory, wanted, ports);
    expect(observed.clusters.get("emea")).toMatchObject({
      environments: { status: "complete" },
      groups: { status: "unreadable", reason: expect.stringContaining(`emea (${url}): `) },
    });
    expect(events).toContain("close emea");
    expect(followed).toContainEqual(expect.stringContaining(`ended cluster emea: emea (${url}): `));
  });
});

describe("hosts", () => {
  const hosts = ["web01.example.com", "web02.example.com"].map((name) => aHost({ name }));

  test("are probed with one connector, and those that cannot be reached are unreadable", async () => {
    const { ports, events, followed } = world();
    const observed = await observe(inventory, { clusters: [], hosts, groups: false }, ports);
    expect(events).toEqual(["connector"]);
    expect(Object.fromEntries(observed.hosts)).toEqual({
      "web01.example.com": { status: "unreadable", reason: "it is not there" },
      "web02.example.com": { status: "unreadable", reason: "it is not there" },
    });
    expect(followed.filter((event) => event.includes("web01"))).toEqual([
      "started host web01.example.com",
      "ended host web01.example.com: it is not there",
    ]);
  });

  test("that wait for a jump host let others go first, and are let go of once they were probed", async () => {
    const { ports, followed } = world();
    const agent = { tenant: "abc-p1", version: "1.313.52", settings: {}, incomplete: false };
    let open = (): void => undefined;
    const place = new Promise<void>((resolve) => {
      open = resolve;
    });
    const letGo: string[] = [];
    const connect: ConnectShell = async ({ name }, _signal, aside) => {
      if (name === "web01.example.com") await aside?.(() => place);
      else open();
      return scriptedHost(null, agent).shell;
    };
    const observed = await observe(
      inventory,
      { clusters: [], hosts, groups: false },
      {
        ...ports,
        concurrency: 1,
        openConnector: async () => connect,
        letGo: (_shell, { name }, facts) => void letGo.push(`${name} ${facts.system}`),
      },
    );
    expect([...observed.hosts.values()].map(({ status }) => status)).toEqual(["complete", "complete"]);
    expect(letGo.sort()).toEqual(["web01.example.com Linux", "web02.example.com Linux"]);
    expect(followed).toEqual([
      "started host web01.example.com",
      "waits host web01.example.com",
      "started host web02.example.com",
      "ended host web02.example.com: read",
      "started host web01.example.com",
      "ended host web01.example.com: read",
    ]);
  });

  test("whose probe fails are closed and not let go of", async () => {
    const { ports } = world();
    let closed = 0;
    const shell: Shell = {
      run: () => Promise.reject(new HostError("connection-lost", "it broke")),
      close: () => {
        closed += 1;
      },
    };
    const letGo = () => expect.unreachable();
    const openConnector = async () => async () => shell;
    await observe(inventory, { clusters: [], hosts, groups: false }, { ...ports, openConnector, letGo });
    expect(closed).toBe(hosts.length);
  });

  test("need no connector where there are none", async () => {
    const { ports, events } = world();
    expect((await observe(inventory, { clusters: [], hosts: [], groups: true }, ports)).hosts.size).toBe(0);
    expect(events).toEqual([]);
  });

  test("without a connector nothing is read", async () => {
    const { ports, events } = world();
    const openConnector = () => Promise.reject(new Error("--ssh-config cannot be read"));
    await expect(observe(inventory, { ...wanted, hosts }, { ...ports, openConnector })).rejects.toThrow(/ssh-config/);
    expect(events).toEqual([]);
  });
});

describe("what is logged", () => {
  test("what a cluster has, or why it was not read", async () => {
    const { ports, log } = world();
    const openCluster: ObservePorts["openCluster"] = (cluster) =>
      cluster.name === "emea" ? Promise.reject(new Error("its token is not set")) : ports.openCluster(cluster);
    await observe(inventory, wanted, { ...ports, openCluster });
    const entries = log.entries.filter(({ level }) => level === "info");
    expect(entries.map(({ message }) => message)).toEqual(["cluster read", "cluster read"]);
    expect(entries.map(({ fields }) => fields)).toEqual([
      {
        ...{ cluster: "emea", url, version: null, environments: null, groups: null, requests: 0, ms: 0 },
        unreadable: [`emea (${url}) was not asked: its token is not set`],
      },
      {
        ...{ cluster: "apac", url, environments: 1, requests: 3, ms: 0, unreadable: undefined },
        ...{ version: expect.stringMatching(/^1\./), groups: expect.any(Number) },
      },
    ]);
  });

  test("each host that could not be probed, and how many there were", async () => {
    const { ports, log } = world();
    const hosts = [aHost({ name: "web01.example.com" })];
    await observe(inventory, { clusters: [], hosts, groups: false }, ports);
    expect(log.entries.map(({ message, fields }) => [message, fields])).toEqual([
      ["host could not be probed", { host: "web01.example.com", reason: "it is not there" }],
      ["hosts probed", { hosts: 1, unreadable: 1, ms: 0 }],
    ]);
  });
});
