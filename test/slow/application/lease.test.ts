import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLease } from "../../../src/application/watch/open-lease.ts";
import { serveCluster } from "../../../src/sandbox/cluster/serve-cluster.ts";
import { createSimulatedCluster } from "../../../src/sandbox/cluster/simulated-cluster.ts";
import { aCluster, anInventory, noon } from "../../support/builders.ts";
import { aContext } from "../../support/context.ts";
import { realClock } from "../../support/host-world.ts";
import { startWatchWorld, type WatchWorld } from "../../support/watch-world.ts";

const holders = ["1", "2", "3"].map((digit) => digit.repeat(12));
const place = { cluster: "emea", environment: "lease" };
const leaseTag = (holder: string, minutes: number) =>
  `dtsync:lease=${holder}@${new Date(noon.getTime() + minutes * 60_000).toISOString().slice(0, 19)}Z`;

/** A clock on which everything takes a tenth of the time. */
const fastClock = {
  ...realClock,
  now: () => new Date(noon.getTime() + realClock.elapsed() * 10),
  elapsed: () => realClock.elapsed() * 10,
  sleep: (milliseconds: number, signal?: AbortSignal) => realClock.sleep(milliseconds / 10, signal),
};

test("watches that race for the lease of a cluster have it one after the other, and leave the environment as it was", async () => {
  const seed = { environments: [{ id: "lease", name: "Lease of dtsync", trial: true, tags: ["owner:platform"] }] };
  const cluster = createSimulatedCluster({
    ...{ name: "emea", clock: fastClock, random: 1, seed, installerVersions: [] },
    buildInstaller: () => new Uint8Array(),
  });
  const before = cluster.snapshot().environments;
  const server = await serveCluster(cluster, { latency: 20 });
  try {
    const inventory = anInventory({ clusters: [aCluster({ url: server.url })] });
    const { context } = aContext({ clock: fastClock, variables: { DTSYNC_TOKEN_EMEA: cluster.clusterToken } });
    let [working, most] = [0, 0];
    const work = async (holder: string) => {
      const own = { ...context, variables: { ...context.variables } };
      const lease = await openLease({ ...place, holder }, { inventory, allowCommands: false }, own, () => undefined);
      working += 1;
      most = Math.max(most, working);
      await wait(300);
      working -= 1;
      await lease.release();
    };
    await Promise.all(holders.map(work));
    expect(most).toBe(1);
    expect(cluster.snapshot().environments).toEqual(before);
  } finally {
    await server.close();
  }
});

describe("a watch with a lease", () => {
  let world: WatchWorld;
  beforeEach(async () => {
    world = await startWatchWorld();
    world.origin.commit({
      "inventory/dtsync.yaml": world.settings,
      "inventory/customers/abc.yaml": "customer: abc\nenvironments: { p1: { hosts: [] } }\n",
    });
  });
  afterEach(() => world.close());
  const own = { ...place, holder: holders[0] ?? "" };
  const withLease = (tags: readonly string[]) => world.cluster.setEnvironment("lease", { name: "Lease", tags });
  const tags = () => world.cluster.snapshot().environments.find(({ id }) => id === "lease")?.tags;
  const made = () => world.cluster.snapshot().environments.some(({ id }) => id === "abc-p1");

  test("has it while it changes something, and takes none while there is nothing to do", async () => {
    withLease(["owner:platform"]);
    const applied = await world.watch({ once: true, apply: true, lease: own });
    expect([applied.runs, made(), tags()]).toEqual([["applied"], true, ["owner:platform"]]);
    expect(applied.log).toContain("lease taken");
    const again = await world.watch({ once: true, apply: true, lease: own });
    expect([again.runs, again.log.includes("lease taken")]).toEqual([["in-sync"], false]);
  });

  test("changes nothing while another one has it", async () => {
    withLease([leaseTag(holders[1] ?? "", 60)]);
    const refused = await world.watch({ once: true, apply: true, lease: own });
    expect([refused.code, refused.runs, made()]).toEqual([4, ["refused"], false]);
    expect(refused.log).toContain("another watch has the lease of emea/lease");
    expect(tags()).toEqual([leaseTag(holders[1] ?? "", 60)]);
  });

  test("does nothing where there is no such environment", async () => {
    const failed = await world.watch({ once: true, apply: true, lease: own });
    expect([failed.code, failed.runs, made()]).toEqual([1, ["failed"], false]);
    expect(failed.log).toContain("there is no such environment");
  });
});
