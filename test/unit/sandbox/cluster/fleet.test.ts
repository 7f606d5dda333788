import { describe, expect, it } from "vitest";
import { bench, origin, versions } from "./support.ts";

const installers = "/e/a/api/v1/deployment/installer/agent";

function prepared(options: Parameters<typeof bench>[0] = {}) {
  const made = bench(options);
  const environment = made.cluster.setEnvironment("a");
  const scopes = ["InstallerDownload", "oneAgents.read", "entities.read", "problems.read"];
  const { token } = made.cluster.createToken({ environment: "a", scopes });
  const get = (path: string, headers: Record<string, string> = {}) =>
    made.call("GET", path, undefined, { token, headers });
  const hello = (name: string, id: number, change: Record<string, unknown> = {}) =>
    made.call(
      "POST",
      "/e/a/communication",
      {
        tenant: "a",
        tenantToken: environment.tenantToken,
        host: { name, id: id.toString(16).padStart(16, "0"), version: "1.313.52.20250602-150703" },
        ...change,
      },
      { token: null },
    );
  return { ...made, environment, get, hello };
}

describe("deployment", () => {
  it("gives connection data that leads back here", async () => {
    const { get, cluster, environment } = prepared();
    const endpoint = `${origin}/e/a/communication`;
    expect((await get(`${installers}/connectioninfo`)).json).toEqual({
      tenantUUID: "a",
      tenantToken: environment.tenantToken,
      communicationEndpoints: [endpoint],
      formattedCommunicationEndpoints: endpoint,
    });
    expect((await get(`${installers}/connectioninfo/endpoints`)).text).toBe(endpoint);
    cluster.switches.formattedEndpoints = "list";
    expect((await get(`${installers}/connectioninfo`)).json.formattedCommunicationEndpoints).toEqual([endpoint]);
  });

  it("answers 404 for an unknown network zone unless the default one will do", async () => {
    const { get, cluster } = prepared();
    expect((await get(`${installers}/connectioninfo?networkZone=dmz`)).status).toBe(404);
    expect((await get(`${installers}/connectioninfo/endpoints?networkZone=dmz`)).status).toBe(404);
    expect((await get(`${installers}/unix/default/latest?networkZone=dmz`)).status).toBe(404);
    expect((await get(`${installers}/connectioninfo?networkZone=dmz&defaultZoneFallback=true`)).status).toBe(200);
    cluster.setNetworkZones(["DMZ"]);
    expect((await get(`${installers}/connectioninfo?networkZone=dmz`)).status).toBe(200);
  });

  it("names versions in no order, and the newest or the target one as latest", async () => {
    const { get, cluster } = prepared();
    const listed = (await get(`${installers}/versions/unix/default`)).json.availableVersions;
    expect([...listed].sort()).toEqual([...versions].sort());
    expect(listed).not.toEqual([...listed].sort());
    expect((await get(`${installers}/unix/default/latest/metainfo`)).json).toEqual({
      latestAgentVersion: "1.313.52.20250602-150703",
    });
    cluster.setEnvironment("a", { installerVersion: "1.99.12.20190101-000000" });
    expect((await get(`${installers}/unix/default/latest/metainfo`)).json.latestAgentVersion).toContain("1.99.");
  });

  it("builds the installer with the data of the environment", async () => {
    const { get, environment } = prepared();
    const answer = await get(`${installers}/unix/default/version/1.309.66.20250401-150134?arch=arm`);
    expect(answer.status).toBe(200);
    expect(answer.header("content-type")).toBe("application/octet-stream");
    expect(JSON.parse(answer.text.split("\n")[1] ?? "")).toEqual({
      version: "1.309.66.20250401-150134",
      arch: "arm",
      endpoint: `${origin}/e/a/communication`,
      tenant: "a",
      tenantToken: environment.tenantToken,
    });
    expect((await get(`${installers}/unix/default/latest`)).text).toContain('"arch":"x86"');
  });

  it("honours If-None-Match, or knows no ETag by switch", async () => {
    const { get, cluster } = prepared();
    const path = `${installers}/unix/default/latest?arch=x86`;
    const etag = (await get(path)).header("etag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(await get(path, { "if-none-match": etag })).toMatchObject({ status: 304, text: "" });
    expect((await get(path, { "if-none-match": '"other"' })).status).toBe(200);
    cluster.switches.etag = false;
    const plain = await get(path, { "if-none-match": etag });
    expect([plain.status, plain.header("etag")]).toEqual([200, null]);
  });

  it("refuses what it does not have", async () => {
    const { get, call, cluster } = prepared();
    expect((await get(`${installers}/unix/default/version/1.1.1.20200101-000000`)).status).toBe(404);
    expect((await get(`${installers}/windows/default/latest`)).status).toBe(404);
    expect((await get(`${installers}/unix/paas/latest`)).status).toBe(404);
    expect((await get(`${installers}/beos/default/latest`)).status).toBe(400);
    expect((await get(`${installers}/unix/default/latest?arch=mips`)).status).toBe(400);
    expect((await get(`${installers}/unix/default/version/${versions[0]}/checksum`)).status).toBe(404);
    const { token } = cluster.createToken({ environment: "a", scopes: ["DataExport"] });
    const refused = await call("GET", `${installers}/connectioninfo`, undefined, { token });
    expect(refused.json.error.message).toContain("InstallerDownload");
  });
});

describe("agents", () => {
  it("connect with the tenant token and then appear", async () => {
    const { hello, get, call, cluster, environment } = prepared();
    const host = {
      name: "web01.abc.example.com",
      id: "00000000000000ab",
      version: "1.313.52.20250602-150703",
      hostGroup: "abc-p1",
      monitoringMode: "infra-only",
      networkZone: "default",
      tags: ["tier=db", "blue"],
      extra: 1,
    };
    expect((await hello("", 0, { host })).json).toMatchObject({ hostId: "HOST-00000000000000AB" });
    expect(cluster.agents()).toMatchObject([{ environment: "a", availability: "MONITORED", host: { extra: 1 } }]);
    const listed = await get("/e/a/api/v1/oneagents?includeDetails=false");
    expect(listed.json.nextPageKey).toBeNull();
    expect(listed.json.hosts).toMatchObject([
      {
        availabilityState: "MONITORED",
        configuredMonitoringMode: "CLOUD_INFRASTRUCTURE",
        hostInfo: {
          entityId: "HOST-00000000000000AB",
          displayName: "web01.abc.example.com",
          hostGroup: { name: "abc-p1" },
          agentVersion: { major: 1, minor: 313, revision: 52, timestamp: "20250602-150703" },
          tags: [
            { key: "tier", value: "db" },
            { key: "blue", value: null },
          ],
        },
      },
    ]);
    const again = { tenant: "a", tenantToken: environment.tenantToken, host: { ...host, hostGroup: "abc-db" } };
    expect((await call("POST", "/communication", again)).status).toBe(200);
    expect(cluster.agents()).toHaveLength(1);
    expect((await get("/e/a/api/v1/oneagents?hostGroupName=abc-db")).json.hosts).toHaveLength(1);
    expect((await get("/e/a/api/v1/oneagents?hostGroupName=abc-p1")).json.hosts).toHaveLength(0);
  });

  it("are refused with a wrong token, elsewhere, and where the environment does not serve", async () => {
    const { hello, cluster, call, environment } = prepared();
    expect((await hello("h", 1, { tenantToken: "wrong" })).status).toBe(403);
    expect((await hello("h", 1, { tenant: "nope" })).status).toBe(403);
    cluster.setEnvironment("b");
    const host = { name: "h", id: "0".repeat(16), version: "1.1.1" };
    const body = { tenant: "a", tenantToken: environment.tenantToken, host };
    expect((await call("POST", "/e/b/communication", body)).status).toBe(403);
    expect((await hello("h", 1, { host: { ...host, id: "short" } })).status).toBe(400);
    cluster.setEnvironment("a", { state: "DISABLED" });
    expect((await hello("h", 1)).status).toBe(403);
    cluster.setEnvironment("a", { state: "ENABLED", startedAt: Date.parse("2026-03-01T12:00:00.000Z") });
    expect((await hello("h", 1)).status).toBe(403);
    expect(cluster.agents()).toEqual([]);
  });

  it("that move leave a trace in the environment they left", async () => {
    const { hello, cluster, get, call, pass } = prepared();
    await hello("h", 1);
    const { tenantToken } = cluster.setEnvironment("b");
    const host = { name: "h", id: "1".padStart(16, "0"), version: "1.313.52.20250602-150703" };
    await call("POST", "/e/b/communication", { tenant: "b", tenantToken, host });
    const left = (await get("/e/a/api/v1/oneagents")).json.hosts;
    expect(left).toMatchObject([
      { availabilityState: "UNMONITORED", detailedAvailabilityState: "UNMONITORED_AGENT_MIGRATED" },
    ]);
    pass(73 * 3_600_000);
    expect((await get("/e/a/api/v1/oneagents")).json.hosts).toEqual([]);
  });

  it("that stop are shown as shut down, and new ones late by switch", async () => {
    const { hello, cluster, get, pass } = prepared({ switches: { agentVisibleAfter: 60_000 } });
    await hello("h", 1);
    expect((await get("/e/a/api/v1/oneagents")).json.hosts).toEqual([]);
    pass(60_000);
    expect((await get("/e/a/api/v1/oneagents?availabilityState=MONITORED")).json.hosts).toHaveLength(1);
    await hello("h", 1, { availability: "SHUTDOWN" });
    expect((await get("/e/a/api/v1/oneagents")).json.hosts[0].availabilityState).toBe("SHUTDOWN");
    expect(cluster.agents()[0]?.firstSeen).toBe(Date.parse("2026-03-01T12:00:00.000Z"));
  });

  it("appear in another environment by switch, and in theirs no more", async () => {
    const { hello, get, cluster } = prepared({ switches: { agentsAppearIn: "b" } });
    cluster.setEnvironment("b");
    await hello("h", 1);
    expect((await get("/e/a/api/v1/oneagents")).json.hosts).toEqual([]);
    const { token } = cluster.createToken({ environment: "b", scopes: ["oneAgents.read"] });
    const listed = await get("/e/b/api/v1/oneagents", { authorization: `Api-Token ${token}` });
    expect(listed.json.hosts).toHaveLength(1);
  });

  it("come on pages of which every fifth is empty, by the whole first query", async () => {
    const { hello, get } = prepared({ switches: { oneAgentsPageSize: 2 } });
    for (let id = 1; id <= 11; id += 1) await hello(`h${id}`, id);
    const query = "includeDetails=false&relativeTime=day";
    const sizes: number[] = [];
    let key = "";
    for (;;) {
      const page = (await get(`/e/a/api/v1/oneagents?${query}${key}`)).json;
      sizes.push(page.hosts.length);
      if (page.nextPageKey === null) break;
      key = `&nextPageKey=${page.nextPageKey}`;
      expect((await get(`/e/a/api/v1/oneagents?includeDetails=false${key}`)).status).toBe(400);
    }
    expect(sizes).toEqual([2, 2, 2, 2, 0, 2, 1]);
  });

  it("are filtered by version, id and time", async () => {
    const { hello, get } = prepared();
    await hello("h", 1);
    const count = async (query: string) => (await get(`/e/a/api/v1/oneagents?${query}`)).json.hosts?.length;
    expect(await count("agentVersionIs=LOWER&agentVersionNumber=1.314.0")).toBe(1);
    expect(await count("agentVersionIs=GREATER&agentVersionNumber=1.313.52")).toBe(0);
    expect(await count("entity=HOST-0000000000000001")).toBe(1);
    expect(await count("entity=HOST-0000000000000002")).toBe(0);
    expect(await count("osType=WINDOWS")).toBe(0);
    expect((await get("/e/a/api/v1/oneagents?relativeTime=year")).status).toBe(400);
    expect((await get("/e/a/api/v1/oneagents?startTimestamp=1")).status).toBe(400);
  });
});

describe("entities, problems, consumption", () => {
  it("lists hosts as entities with a selector", async () => {
    const { hello, get } = prepared();
    for (let id = 1; id <= 3; id += 1) await hello(`h${id}`, id);
    const selector = encodeURIComponent('type("HOST")');
    const page = await get(`/e/a/api/v2/entities?entitySelector=${selector}&pageSize=2&fields=%2BlastSeenTms`);
    expect(page.json).toMatchObject({ totalCount: 3, entities: [{ displayName: "h1", type: "HOST" }, {}] });
    expect(page.json.entities[0].lastSeenTms).toBeDefined();
    const next = await get(`/e/a/api/v2/entities?nextPageKey=${page.json.nextPageKey}`);
    expect(next.json.entities).toHaveLength(1);
    const named = encodeURIComponent('type("HOST"),entityName.equals("h2")');
    expect((await get(`/e/a/api/v2/entities?entitySelector=${named}`)).json.totalCount).toBe(1);
    expect((await get("/e/a/api/v2/entities")).status).toBe(400);
  });

  it("lists the problems of two hours, with the fields repeated", async () => {
    const { get, cluster } = prepared();
    const now = Date.parse("2026-03-01T12:00:00.000Z");
    for (const [index, age] of [1, 2, 300].entries()) {
      cluster.addProblem({
        environment: "a",
        problemId: `-${index}_V2`,
        displayId: `P-${index}`,
        title: "t",
        status: index === 1 ? "CLOSED" : "OPEN",
        severityLevel: "ERROR",
        impactLevel: "SERVICES",
        startTime: now - age * 60_000,
        endTime: -1,
      });
    }
    const base = "/e/a/api/v2/problems";
    expect((await get(base)).json.totalCount).toBe(2);
    const open = encodeURIComponent('status("open")');
    const page = await get(`${base}?problemSelector=${open}&from=now-30d&pageSize=1&fields=evidenceDetails`);
    expect(page.json).toMatchObject({ totalCount: 2, problems: [{ problemId: "-0_V2", endTime: -1 }] });
    const key = page.json.nextPageKey;
    expect((await get(`${base}?nextPageKey=${key}`)).status).toBe(400);
    expect((await get(`${base}?nextPageKey=${key}&fields=evidenceDetails`)).json.problems).toHaveLength(1);
  });

  it("counts an hour of the whole cluster, with ids beyond 53 bits", async () => {
    const { hello, call } = prepared();
    const host = { name: "h", id: "fedcba9876543210", version: "1.313.52.20250602-150703" };
    await hello("h", 0, { host });
    const start = Date.parse("2026-03-01T12:00:00.000Z");
    const answer = await call("GET", `/api/cluster/v2/license/consumption/hour?startTs=${start}`);
    expect(answer.json.environmentBillingEntries).toHaveLength(1);
    expect(answer.text).toContain(`"osiId":${BigInt.asIntN(64, 0xfedcba9876543210n)},`);
    const before = await call("GET", `/api/cluster/v2/license/consumption/hour?startTs=${start - 3_600_000}`);
    expect(before.json.environmentBillingEntries[0].hostUsages).toEqual([]);
    expect((await bench({ licence: "dps" }).call("GET", "/api/cluster/v2/license/consumption/hour")).status).toBe(422);
  });
});
