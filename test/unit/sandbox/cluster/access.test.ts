import { describe, expect, it } from "vitest";
import { bench, environmentsPath, groupsPath, tokensPath } from "./support.ts";

const full = { name: "x", state: "ENABLED", trial: false, tags: [] };

describe("tokens on requests", () => {
  it("answers 401 without a token and with an unknown one", async () => {
    const { call } = bench();
    const missing = await call("GET", environmentsPath, undefined, { token: null });
    expect(missing.status).toBe(401);
    expect(missing.json).toEqual({ error: { code: 401, message: "Missing authorization parameter" } });
    const wrong = await call("GET", environmentsPath, undefined, { token: "dt0c01.NO.NO" });
    expect([wrong.status, wrong.json.error.message]).toEqual([401, "Token Authentication failed"]);
    const bearer = await call("GET", environmentsPath, undefined, {
      token: null,
      headers: { authorization: "Bearer x" },
    });
    expect(bearer.json.error.message).toBe("Missing authorization parameter");
  });

  it("answers 403 and names the scope", async () => {
    const { call, cluster } = bench();
    const { token } = cluster.createToken({ scopes: ["ClusterTokenManagement"] });
    const answer = await call("GET", environmentsPath, undefined, { token });
    expect(answer.status).toBe(403);
    expect(answer.json.error.message).toBe(
      "Token is missing required scope. Use one of: ServiceProviderAPI (Service Provider API)",
    );
  });

  it("refuses a token that has expired or was revoked", async () => {
    const { call, cluster, pass } = bench();
    const scopes = ["ServiceProviderAPI"];
    const short = cluster.createToken({ scopes, expires: new Date("2026-03-01T12:00:10.000Z") }).token;
    const revoked = cluster.createToken({ scopes, revoked: true }).token;
    expect((await call("GET", environmentsPath, undefined, { token: short })).status).toBe(200);
    expect((await call("GET", environmentsPath, undefined, { token: revoked })).status).toBe(401);
    pass(10_000);
    expect((await call("GET", environmentsPath, undefined, { token: short })).status).toBe(401);
  });

  it("keeps tokens of the cluster and of environments apart", async () => {
    const { call, cluster } = bench();
    cluster.setEnvironment("a");
    cluster.setEnvironment("b");
    const ofA = cluster.createToken({ environment: "a", scopes: ["DataExport", "ServiceProviderAPI"] }).token;
    const version = (id: string, token: string) =>
      call("GET", `/e/${id}/api/v1/config/clusterversion`, undefined, { token });
    expect((await version("a", ofA)).json).toEqual({ version: "1.320.47.20250820-091500" });
    expect((await version("b", ofA)).status).toBe(401);
    expect((await version("a", cluster.clusterToken)).status).toBe(401);
    expect((await call("GET", environmentsPath, undefined, { token: ofA })).status).toBe(401);
  });

  it("accepts a token in the query and keeps it out of the log", async () => {
    const { call, cluster } = bench();
    const path = `${environmentsPath}?pageSize=1&Api-Token=${cluster.clusterToken}`;
    expect((await call("GET", path, undefined, { token: null })).status).toBe(200);
    expect(cluster.requests).toEqual([
      {
        method: "GET",
        path: environmentsPath,
        query: "pageSize=1",
        status: 200,
        tokenId: cluster.clusterToken.slice(0, 31),
        at: Date.parse("2026-03-01T12:00:00.000Z"),
      },
    ]);
  });

  it("gives errors of the v1 API as text, envelope or nothing", async () => {
    const { call, cluster } = bench();
    const read = async () => call("GET", groupsPath, undefined, { token: null });
    expect(await read()).toMatchObject({ status: 401, text: "Missing authorization parameter", json: undefined });
    cluster.switches.v1ErrorBody = "envelope";
    expect((await read()).json.error.code).toBe(401);
    cluster.switches.v1ErrorBody = "empty";
    expect(await read()).toMatchObject({ status: 401, text: "" });
  });
});

describe("environments below /e/", () => {
  it("become ready in steps", async () => {
    const { call, pass } = bench();
    await call("PUT", `${environmentsPath}/a`, full);
    const time = () => call("GET", "/e/a/api/v1/time", undefined, { token: null });
    const first = await time();
    expect(first.status).toBe(404);
    expect(first.json.error.message).toBe("failed to resolve tenant a");
    pass(150);
    expect((await time()).status).toBe(503);
    pass(150);
    expect(await time()).toMatchObject({ status: 200, text: String(Date.parse("2026-03-01T12:00:00.300Z")) });
  });

  it("start again after they were disabled", async () => {
    const { call, cluster, pass } = bench({ switches: { environmentReadyAfter: 3000 } });
    cluster.setEnvironment("a");
    const time = async () => (await call("GET", "/e/a/api/v1/time")).status;
    expect(await time()).toBe(200);
    pass(1);
    await call("PUT", `${environmentsPath}/a`, { ...full, state: "DISABLED" });
    expect(await time()).toBe(403);
    await call("PUT", `${environmentsPath}/a`, full);
    expect(await time()).toBe(503);
    pass(3000);
    expect(await time()).toBe(200);
  });

  it("answer 404 when unknown, and by switch when disabled", async () => {
    const { call, cluster } = bench();
    const unknown = await call("GET", "/e/nope/api/v2/apiTokens");
    expect([unknown.status, unknown.json.error.message]).toEqual([404, "failed to resolve tenant nope"]);
    cluster.setEnvironment("a", { state: "DISABLED" });
    const status = async () => (await call("GET", "/e/a/api/v1/time")).status;
    expect(await status()).toBe(403);
    cluster.switches.disabledEnvironment = 404;
    expect(await status()).toBe(404);
    cluster.switches.disabledEnvironment = 503;
    expect(await status()).toBe(503);
  });
});

describe("bodies and paths", () => {
  it("refuses what is too large, no JSON, or of another type", async () => {
    const { call } = bench();
    const path = `${environmentsPath}/a`;
    const answer = await call("PUT", path, { ...full, tags: ["x".repeat(1_000_000)] });
    expect(answer.status).toBe(413);
    expect((await call("PUT", path, "{")).status).toBe(400);
    expect((await call("PUT", path, full, { headers: { "content-type": "text/plain" } })).status).toBe(415);
    expect((await call("POST", groupsPath, "x".repeat(1_000_001))).status).toBe(413);
  });

  it("answers 404 for an unknown path and 405 for another method", async () => {
    const { call, cluster } = bench();
    expect((await call("GET", "/api/cluster/v2/nothing")).status).toBe(404);
    expect((await call("GET", "/api/v1.0/control/tenantManagement/tenantConfigs")).status).toBe(404);
    expect((await call("DELETE", environmentsPath)).status).toBe(405);
    expect(cluster.requests.map(({ status }) => status)).toEqual([404, 404, 405]);
  });
});

describe("cluster facts", () => {
  it("tells nodes, identity, version, health without a token", async () => {
    const { call, cluster } = bench({ version: "1.330.5.20260101-000000" });
    const base = "/api/v1.0/onpremise";
    const nodes = await call("GET", `${base}/cluster`);
    expect(nodes.json).toHaveLength(3);
    expect(nodes.json[0]).toMatchObject({ id: 1, operationState: "RUNNING", buildVersion: "1.330.5.20260101-000000" });
    expect((await call("GET", `${base}/cluster/metadata`)).json).toEqual({
      clusterUuid: cluster.snapshot().clusterUuid,
      clusterName: "emea",
    });
    expect((await call("GET", `${base}/nodeManagement/productVersion`)).json).toEqual({
      productVersion: "1.330.5.20260101-000000",
    });
    expect((await call("GET", `${base}/nodeManagement/nodeServerStatus`)).json).toBe("RUNNING");
    expect((await call("GET", `${base}/cluster/maintenance`)).json.message).toBeDefined();
    expect((await call("GET", "/rest/health", undefined, { token: null })).text).toBe('"RUNNING"');
    cluster.setNodeState(2, "EMERGENCY");
    expect((await call("GET", `${base}/cluster`)).json[1].operationState).toBe("EMERGENCY");
    expect((await call("GET", "/api/cluster/v2/clusterLicense")).json.licenseType).toBe("PAYING");
  });

  it("has the newer calls from their versions on", async () => {
    const old = bench({ version: "1.319.1.20250101-000000" });
    expect((await old.call("GET", "/api/v1.0/onpremise/cluster/maintenance")).status).toBe(404);
    expect((await old.call("GET", "/api/cluster/v2/clusterLicense")).status).toBe(404);
    const dps = bench({ version: "1.330.1.20250101-000000", licence: "dps" });
    expect((await dps.call("GET", "/api/cluster/v2/clusterLicense")).status).toBe(422);
  });

  it("tells where users come from", async () => {
    const { call, cluster } = bench();
    const path = "/api/v1.0/onpremise/userRepository/authenticationMode";
    expect((await call("GET", path)).json.authorizationProvider).toBe("INTERNAL");
    cluster.switches.userRepository = "LDAP";
    expect((await call("GET", path)).json.authorizationProvider).toBe("LDAP");
  });

  it("serves reads and refuses writes while it is upgraded", async () => {
    const { call, cluster, pass } = bench();
    cluster.startUpgrade({ duration: 60_000, version: "1.321.1.20250901-000000" });
    const builds = async () =>
      (await call("GET", "/api/v1.0/onpremise/cluster")).json.map(
        (node: { buildVersion: string }) => node.buildVersion,
      );
    expect(new Set(await builds()).size).toBe(2);
    expect((await call("GET", environmentsPath)).status).toBe(200);
    expect((await call("PUT", `${environmentsPath}/a`, full)).status).toBe(556);
    expect((await call("POST", groupsPath, { name: "g", isClusterAdminGroup: false })).status).toBe(556);
    expect((await call("POST", tokensPath, { name: "t", scopes: ["Nodekeeper"] })).status).toBe(556);
    pass(60_000);
    expect((await call("PUT", `${environmentsPath}/a`, full)).status).toBe(201);
    expect(new Set(await builds())).toEqual(new Set(["1.321.1.20250901-000000"]));
  });

  it("shows the proxy while a node restarts", async () => {
    const { call, cluster, pass } = bench();
    cluster.restartNode(1000);
    const answer = await call("GET", environmentsPath);
    expect([answer.status, answer.header("content-type")]).toEqual([502, "text/html"]);
    pass(500);
    expect((await call("GET", "/rest/health")).status).toBe(503);
    pass(500);
    expect((await call("GET", environmentsPath)).status).toBe(200);
  });
});
