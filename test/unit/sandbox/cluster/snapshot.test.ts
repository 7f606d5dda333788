import { describe, expect, it } from "vitest";
import type { ClusterSnapshot } from "../../../../src/sandbox/cluster/snapshot.ts";
import { bench, environmentsPath, groupsPath, tokensPath } from "./support.ts";

async function filled() {
  const made = bench();
  const { call, cluster, pass } = made;
  await call("PUT", `${environmentsPath}/a`, { name: "A", quotas: { hostUnits: { maxLimit: 3 } } });
  pass(1000);
  await call("PUT", `${environmentsPath}/b`, { name: "B" });
  await call("POST", groupsPath, { name: "g", isClusterAdminGroup: false, accessRight: { LOG_VIEWER: ["a"] } });
  await call("POST", tokensPath, { name: "t", scopes: ["Nodekeeper"] });
  const { tenantToken } = cluster.snapshot().environments[0] ?? { tenantToken: "" };
  const host = { name: "h", id: "0".repeat(16), version: "1.1.1" };
  await call("POST", "/communication", { tenant: "a", tenantToken, host });
  cluster.startUpgrade({ duration: 5000 });
  return made;
}

describe("snapshot", () => {
  it("is plain JSON that restores the same cluster", async () => {
    const { cluster } = await filled();
    const saved: ClusterSnapshot = JSON.parse(JSON.stringify(cluster.snapshot()));
    expect(saved).toEqual(cluster.snapshot());
    expect(saved).toMatchObject({
      format: 1,
      environments: [{ id: "a" }, { id: "b" }],
      agents: [{ environment: "a" }],
    });
    const restored = bench({ seed: saved, random: 99 });
    expect(restored.cluster.snapshot()).toEqual(saved);
    expect(restored.cluster.clusterToken).toBe(cluster.clusterToken);
    restored.pass(1000);
    expect((await restored.call("GET", environmentsPath)).json.totalCount).toBe(2);
    expect((await restored.call("GET", "/e/b/api/v1/time")).status).toBe(404);
    expect((await restored.call("PUT", `${environmentsPath}/c`, { name: "C" })).status).toBe(556);
  });

  it("continues the random sequence, so that no id comes twice", async () => {
    const { cluster } = await filled();
    const restored = bench({ seed: cluster.snapshot() }).cluster;
    const next = restored.createToken({ scopes: [] });
    expect(next.token).toBe(cluster.createToken({ scopes: [] }).token);
    expect(cluster.snapshot().tokens.filter(({ id }) => id === next.id)).toHaveLength(1);
  });

  it("does not change with the cluster", async () => {
    const { cluster } = await filled();
    const before = cluster.snapshot();
    const text = JSON.stringify(before);
    cluster.setEnvironment("a", { name: "Other", tags: ["x"] });
    cluster.removeGroup("g");
    expect(JSON.stringify(before)).toBe(text);
  });

  it("may be written by hand in part", async () => {
    const { call, cluster } = bench({
      seed: {
        environments: [{ id: "a" }, { id: "b", state: "DISABLED", quotas: { hostUnits: { maxLimit: 4 } } }],
        groups: [{ name: "Some Group", accessRight: { VIEWER: ["a"] } }],
        networkZones: ["dmz"],
      },
    });
    expect((await call("GET", `${environmentsPath}/a`)).json).toMatchObject({ name: "a", state: "ENABLED", tags: [] });
    const b = (await call("GET", `${environmentsPath}/b?includeConsumptionInfo=true&includeStorageInfo=true`)).json;
    expect(b.quotas.hostUnits.maxLimit).toBe(4);
    expect(b.quotas.userSessions.totalAnnualLimit).toBeNull();
    expect(b.storage.transactionTrafficQuota).toEqual({ maxLimit: 1000 });
    expect((await call("GET", `${groupsPath}/somegroup`)).json.name).toBe("Some Group");
    expect((await call("GET", "/e/a/api/v1/time")).status).toBe(200);
    expect(cluster.snapshot().environments[0]?.tenantToken).not.toBe(cluster.snapshot().environments[1]?.tenantToken);
  });

  it("differs with the random seed alone", () => {
    const first = bench({ random: 7 }).cluster.clusterToken;
    expect(bench({ random: 7 }).cluster.clusterToken).toBe(first);
    expect(bench({ random: 8 }).cluster.clusterToken).not.toBe(first);
  });
});

describe("changes from outside", () => {
  it("make, change and remove environments and groups", async () => {
    const { call, cluster } = bench();
    cluster.setEnvironment("a", { name: "A", quotas: { hostUnits: { maxLimit: 2 } } });
    cluster.setEnvironment("A", { tags: ["x"] });
    expect(cluster.snapshot().environments).toMatchObject([
      { id: "a", name: "A", tags: ["x"], quotas: { hostUnits: { maxLimit: 2 } } },
    ]);
    cluster.setGroup("Ops", { accessRight: { LOG_VIEWER: ["a"] } });
    cluster.setGroup("ops", { ldapGroupNames: ["l"] });
    expect((await call("GET", groupsPath)).json).toMatchObject([
      { id: "ops", name: "Ops", ldapGroupNames: ["l"], accessRight: { LOG_VIEWER: ["a"], VIEWER: ["a"] } },
    ]);
    cluster.removeEnvironment("a");
    cluster.removeGroup("OPS");
    expect(cluster.snapshot()).toMatchObject({ environments: [], groups: [] });
  });
});
