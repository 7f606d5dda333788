import { describe, expect, it } from "vitest";
import { environmentsPath as base, bench, violationsIn } from "./support.ts";

const full = { name: "ABC production", state: "ENABLED", trial: false, tags: ["customer:abc"] };

describe("PUT of an environment", () => {
  it("creates under the id of the path with 201, then changes with 204", async () => {
    const { call } = bench();
    const created = await call("PUT", `${base}/abc-p1`, full);
    expect(created.status).toBe(201);
    expect(created.json).toEqual({ id: "abc-p1", name: "ABC production" });
    expect(created.header("location")).toBe(`${base}/abc-p1`);
    const changed = await call("PUT", `${base}/abc-p1`, { ...full, name: "Renamed" });
    expect([changed.status, changed.text]).toEqual([204, ""]);
    expect((await call("GET", `${base}/abc-p1`)).json).toEqual({
      id: "abc-p1",
      ...full,
      name: "Renamed",
      creationDate: "2026-03-01T12:00:00.000Z",
    });
  });

  it("gives a token with 201 alone", async () => {
    const { call } = bench();
    const created = await call("PUT", `${base}/abc-p1?createToken=true`, full);
    const token: string = created.json.tokenManagementToken;
    expect(token).toMatch(/^dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}$/);
    const again = await call("PUT", `${base}/abc-p1?createToken=true`, full);
    expect([again.status, again.text]).toEqual([204, ""]);
    expect((await call("PUT", `${base}/abc-p2`, full)).json.tokenManagementToken).toBeUndefined();
  });

  it("takes away what is left out, or keeps it by switch", async () => {
    const { call, cluster } = bench();
    const disabled = { name: "x", state: "DISABLED", trial: true, tags: ["a"] };
    await call("PUT", `${base}/abc-p1`, disabled);
    await call("PUT", `${base}/abc-p1`, { name: "x" });
    expect((await call("GET", `${base}/abc-p1`)).json).toMatchObject({ state: "ENABLED", trial: false, tags: [] });
    cluster.switches.omittedFields = "kept";
    await call("PUT", `${base}/abc-p1`, disabled);
    await call("PUT", `${base}/abc-p1`, { name: "x" });
    expect((await call("GET", `${base}/abc-p1`)).json).toMatchObject(disabled);
  });

  it("keeps a quota that is left out and makes a left-out limit of a sent one unlimited", async () => {
    const { call } = bench();
    const quotas = { hostUnits: { maxLimit: 40 }, demUnits: { monthlyLimit: 500, annualLimit: 6000 } };
    await call("PUT", `${base}/abc-p1`, { ...full, quotas });
    await call("PUT", `${base}/abc-p1`, { ...full, quotas: { demUnits: { annualLimit: 7000 } } });
    const read = await call("GET", `${base}/abc-p1?includeUncachedConsumptionInfo=true`);
    expect(read.json.quotas).toMatchObject({
      hostUnits: { maxLimit: 40, currentUsage: 0 },
      demUnits: { monthlyLimit: null, annualLimit: 7000 },
      customMetrics: null,
    });
  });

  it("keeps a storage limit that is left out", async () => {
    const { call } = bench();
    const storage = { transactionStorage: { maxLimit: 5 }, userActionsPerMinute: { maxLimit: 9 } };
    await call("PUT", `${base}/abc-p1`, { ...full, storage });
    await call("PUT", `${base}/abc-p1`, { ...full, storage: { userActionsPerMinute: {} } });
    const read = await call("GET", `${base}/abc-p1?includeStorageInfo=true`);
    expect(read.json.storage).toMatchObject({
      transactionStorage: { maxLimit: 5, currentlyUsed: 0 },
      userActionsPerMinute: { maxLimit: null },
      realUserMonitoringRetention: { maxLimitInDays: 35 },
    });
    expect(read.json.quotas).toBeUndefined();
  });

  it.each([
    ["a name that is missing", {}, "name: "],
    ["a name that is too long", { name: "n".repeat(101) }, "name: "],
    ["an unknown state", { state: "OFF" }, "state: "],
    ["a tag that is too long", { tags: ["t".repeat(101)] }, "tags[0]: "],
    ["a tag twice", { tags: ["a", "a"] }, "tags: "],
    ["an unknown member", { colour: "red" }, "colour: Unknown property"],
    ["a usage sent back", { quotas: { hostUnits: { currentUsage: 1 } } }, "quotas.hostUnits.currentUsage: Unknown"],
    ["a negative quota", { quotas: { hostUnits: { maxLimit: -1 } } }, "quotas.hostUnits.maxLimit: "],
    ["a retention out of range", { storage: { sessionReplayRetention: { maxLimitInDays: 36 } } }, "storage.session"],
    ["a retention without limit", { storage: { sessionReplayRetention: {} } }, "storage.session"],
    ["traffic out of range", { storage: { transactionTrafficQuota: { maxLimit: 99 } } }, "storage.transactionTraffic"],
    ["code level over request level", { storage: { serviceCodeLevelRetention: { maxLimitInDays: 36 } } }, "storage."],
    ["another id", { id: "abc-p2" }, "id: "],
  ])("refuses %s", async (_what, change, violation) => {
    const { call, cluster } = bench();
    const body = "name" in change || Object.keys(change).length > 0 ? { ...full, ...change } : {};
    const answer = await call("PUT", `${base}/abc-p1`, body);
    expect(answer.status).toBe(400);
    expect(answer.json.error.message).toBe("Constraints violated.");
    expect(violationsIn(answer).join("\n")).toContain(violation);
    expect(cluster.snapshot().environments).toEqual([]);
  });

  it("names every violation, and an id that is not one", async () => {
    const { call } = bench();
    const answer = await call("PUT", `${base}/abc-p1`, { name: "", tags: [""], extra: 1 });
    expect(violationsIn(answer)).toHaveLength(3);
    expect((await call("PUT", `${base}/abc%20p1`, full)).json.error.constraintViolations).toMatchObject([
      { path: "id", parameterLocation: "PATH" },
    ]);
  });

  it("takes ids that differ in case for one, or by switch for two", async () => {
    const { call, cluster } = bench();
    await call("PUT", `${base}/abc-p1`, full);
    expect((await call("PUT", `${base}/ABC-P1`, { ...full, name: "Loud" })).status).toBe(204);
    expect((await call("GET", `${base}/Abc-p1`)).json).toMatchObject({ id: "abc-p1", name: "Loud" });
    cluster.switches.idCase = "distinct";
    expect((await call("PUT", `${base}/ABC-P1`, full)).status).toBe(201);
  });

  it("allows a name twice, and names the place as the switch says", async () => {
    const { call, cluster } = bench();
    expect((await call("PUT", `${base}/a-p1`, full)).status).toBe(201);
    cluster.switches.location = "id";
    expect((await call("PUT", `${base}/a-p2`, full)).header("location")).toBe("a-p2");
    cluster.switches.location = "url";
    expect((await call("PUT", `${base}/a-p3`, full)).header("location")).toBe(
      `https://dynatrace.example.com${base}/a-p3`,
    );
  });
});

describe("licence", () => {
  it("refuses quotas that it lacks with the texts of the product", async () => {
    const { call } = bench({
      features: { demUnits: false, syntheticMonitors: false, logMonitoring: false, trialEnvironments: false },
    });
    const limits = { monthlyLimit: 1 };
    const answer = await call("PUT", `${base}/abc-p1`, {
      ...full,
      trial: true,
      quotas: { demUnits: limits, syntheticMonitors: limits, logMonitoring: limits },
      storage: { logMonitoringRetention: { maxLimitInDays: 10 } },
    });
    const violations = violationsIn(answer);
    expect(violations[0]).toContain("trial: ");
    expect(violations[1]).toMatch(/^quotas\.demUnits: Cannot set DEM units quota .* not allowed for this license/);
    expect(violations[2]).toMatch(/Cannot set Synthetic monitors quota .* not allowed for this license/);
    expect(violations[3]).toMatch(/Cannot set Log Monitoring quota .* not allowed for this license/);
    expect(violations[4]).toMatch(/Cannot set Log Monitoring retention .* not configured for this cluster/);
  });

  it("DPS: 422 on consumption, 400 on quotas", async () => {
    const { call, cluster } = bench({ licence: "dps" });
    cluster.setEnvironment("abc-p1");
    for (const include of ["includeConsumptionInfo=true", "includeUncachedConsumptionInfo=true"]) {
      expect((await call("GET", `${base}?${include}`)).status).toBe(422);
      expect((await call("GET", `${base}/abc-p1?${include}`)).status).toBe(422);
    }
    expect((await call("GET", `${base}/abc-p1?includeStorageInfo=true`)).status).toBe(200);
    const answer = await call("PUT", `${base}/abc-p1`, { ...full, quotas: { hostUnits: { maxLimit: 1 } } });
    expect(answer.status).toBe(400);
    expect(violationsIn(answer)[0]).toContain("quotas: ");
  });

  it("has the log storage of its version only", async () => {
    const old = { logMonitoringRetention: { maxLimitInDays: 10 } };
    const recent = { logMonitoringV2Retention: { maxLimitInDays: 10 } };
    const features = { logMonitoringStorage: true };
    const at = (version: string) => bench({ features, version });
    expect((await at("1.325.1.20251001-000000").call("PUT", `${base}/a`, { ...full, storage: old })).status).toBe(201);
    expect((await at("1.326.1.20251001-000000").call("PUT", `${base}/a`, { ...full, storage: old })).status).toBe(400);
    expect((await at("1.339.1.20251001-000000").call("PUT", `${base}/a`, { ...full, storage: recent })).status).toBe(
      400,
    );
    expect((await at("1.340.1.20251001-000000").call("PUT", `${base}/a`, { ...full, storage: recent })).status).toBe(
      201,
    );
  });
});

describe("POST, GET and DELETE", () => {
  it("POST picks a UUID and refuses an id in the body", async () => {
    const { call } = bench();
    const created = await call("POST", base, full);
    expect(created.status).toBe(201);
    expect(created.json.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect((await call("POST", base, full)).json.id).not.toBe(created.json.id);
    const refused = await call("POST", base, { ...full, id: "abc-p1" });
    expect([refused.status, violationsIn(refused)]).toEqual([400, ["id: Unknown property 'id'"]]);
  });

  it("deletes what is disabled only", async () => {
    const { call, cluster } = bench();
    await call("PUT", `${base}/abc-p1`, full);
    expect((await call("DELETE", `${base}/abc-p1`)).status).toBe(400);
    await call("PUT", `${base}/abc-p1`, { ...full, state: "DISABLED" });
    expect((await call("DELETE", `${base}/abc-p1`)).status).toBe(204);
    expect((await call("GET", `${base}/abc-p1`)).status).toBe(404);
    expect((await call("DELETE", `${base}/abc-p1`)).status).toBe(404);
    cluster.switches.unknownEnvironmentDelete = 400;
    expect((await call("DELETE", `${base}/abc-p1`)).status).toBe(400);
  });

  it("leaves the rights on a deleted environment in the groups, or takes them by switch", async () => {
    const { call, cluster } = bench();
    for (const id of ["a", "b", "c"]) cluster.setEnvironment(id, { state: "DISABLED" });
    cluster.setGroup("ops", { accessRight: { VIEWER: ["a", "b", "c"] } });
    await call("DELETE", `${base}/a`);
    expect(cluster.snapshot().groups[0]?.accessRight).toEqual({ VIEWER: ["a", "b", "c"] });
    cluster.switches.rightsOfDeletedEnvironment = "removed";
    await call("DELETE", `${base}/b`);
    expect(cluster.snapshot().groups[0]?.accessRight).toEqual({ VIEWER: ["a", "c"] });
  });

  it("shows cached limits late", async () => {
    const { call, pass } = bench();
    const put = (maxLimit: number) => call("PUT", `${base}/a`, { ...full, quotas: { hostUnits: { maxLimit } } });
    const limit = async (include: string) =>
      (await call("GET", `${base}/a?${include}=true`)).json.quotas.hostUnits.maxLimit;
    await put(1);
    await put(2);
    expect(await limit("includeConsumptionInfo")).toBe(1);
    expect(await limit("includeUncachedConsumptionInfo")).toBe(2);
    pass(5000);
    expect(await limit("includeConsumptionInfo")).toBe(2);
  });

  it("reads from a replica by switch", async () => {
    const { call, cluster, pass } = bench({ switches: { staleReads: 1000 } });
    expect((await call("GET", `${base}/a`)).status).toBe(404);
    await call("PUT", `${base}/a`, full);
    expect((await call("GET", `${base}/a`)).status).toBe(404);
    expect((await call("GET", base)).json.totalCount).toBe(0);
    pass(1000);
    expect((await call("GET", `${base}/a`)).status).toBe(200);
    cluster.switches.staleReads = 0;
    await call("PUT", `${base}/b`, full);
    expect((await call("GET", `${base}/b`)).status).toBe(200);
  });
});

describe("list", () => {
  function filled(count: number) {
    const made = bench();
    for (let index = 0; index < count; index += 1) {
      made.pass(1);
      const id = `e-${String(index).padStart(4, "0")}`;
      made.cluster.setEnvironment(id, { name: `Name ${9999 - index}` });
    }
    return made;
  }

  it("pages with the cursor alone, in the order asked for", async () => {
    const { call } = filled(2300);
    const ids: string[] = [];
    const sizes: number[] = [];
    let query = "?pageSize=1000&sort=name&includeStorageInfo=true";
    for (;;) {
      const page = await call("GET", base + query);
      expect(page.json.totalCount).toBe(2300);
      sizes.push(page.json.environments.length);
      expect(page.json.environments[0].storage).toBeDefined();
      ids.push(...page.json.environments.map(({ id }: { id: string }) => id));
      if (page.json.nextPageKey === null) break;
      query = `?nextPageKey=${encodeURIComponent(page.json.nextPageKey)}`;
    }
    expect(sizes).toEqual([1000, 1000, 300]);
    expect(ids[0]).toBe("e-2299");
    expect(ids).toEqual([...ids].sort().reverse());
  });

  it("has pages of 100 and no order of its own", async () => {
    const { call } = filled(120);
    const page = await call("GET", base);
    expect(page.json.environments).toHaveLength(100);
    const ids = page.json.environments.map(({ id }: { id: string }) => id);
    expect(ids).not.toEqual([...ids].sort());
    const newest = await call("GET", `${base}?sort=-creationDate&pageSize=1`);
    expect(newest.json.environments[0].id).toBe("e-0119");
  });

  it("refuses other parameters beside the cursor, a foreign cursor, an old one", async () => {
    const { call, cluster, pass } = filled(3);
    const key = (await call("GET", `${base}?pageSize=1`)).json.nextPageKey;
    expect((await call("GET", `${base}?nextPageKey=${key}&pageSize=1`)).status).toBe(400);
    expect((await call("GET", `${base}?nextPageKey=nonsense`)).status).toBe(400);
    expect((await call("GET", `${base}?nextPageKey=${key}`)).status).toBe(200);
    cluster.switches.cursorWithParameters = "ignored";
    expect((await call("GET", `${base}?nextPageKey=${key}&pageSize=1`)).status).toBe(200);
    pass(15 * 60_000 + 1);
    expect((await call("GET", `${base}?nextPageKey=${key}`)).status).toBe(400);
  });

  it.each([
    "pageSize=0",
    "pageSize=1001",
    "pageSize=x",
    "sort=id",
    "filter=id(a)",
    "filter=name(a",
    "filter=state(ON)",
  ])("refuses %s", async (query) => {
    const { call } = bench();
    expect((await call("GET", `${base}?${query}`)).status).toBe(400);
  });

  it("filters by name, state, trial and tags", async () => {
    const { call, cluster } = bench();
    cluster.setEnvironment("a", { name: "Alpha one", tags: ["x", "y"] });
    cluster.setEnvironment("b", { name: "Beta", tags: ["x"], state: "DISABLED" });
    cluster.setEnvironment("c", { name: "ALPHA two", tags: ["z"], trial: true });
    const found = async (filter: string) =>
      (await call("GET", `${base}?filter=${encodeURIComponent(filter)}`)).json.environments
        .map(({ id }: { id: string }) => id)
        .sort()
        .join("");
    expect(await found("name(alpha)")).toBe("ac");
    expect(await found("state(DISABLED)")).toBe("b");
    expect(await found("trial(true)")).toBe("c");
    expect(await found("tag(y,z)")).toBe("ac");
    expect(await found("tag(x),tag(y)")).toBe("a");
    expect(await found("name(alpha),state(ENABLED),tag(z)")).toBe("c");
  });

  it("shows a new environment at once, or late on every second list", async () => {
    const { call, cluster, pass } = bench();
    await call("PUT", `${base}/a`, full);
    const count = async () => (await call("GET", base)).json.totalCount;
    expect([await count(), await count()]).toEqual([1, 1]);
    cluster.switches.listDelay = 2000;
    expect([await count(), await count()]).toEqual([1, 0]);
    pass(2000);
    expect([await count(), await count()]).toEqual([1, 1]);
  });
});
