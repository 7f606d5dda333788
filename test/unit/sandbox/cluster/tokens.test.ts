import { describe, expect, it } from "vitest";
import { apiTokenScopes } from "../../../../src/sandbox/cluster/api-token-scopes.ts";
import { bench, environmentsPath, tokensPath, violationsIn } from "./support.ts";

const hour = 3_600_000;

describe("cluster tokens", () => {
  it("are made, looked up, listed, changed and deleted", async () => {
    const { call, cluster, pass } = bench();
    const body = { name: "run 1", scopes: ["EnvironmentTokenManagement"], expiresIn: { value: 1, unit: "HOURS" } };
    const made = await call("POST", tokensPath, body);
    expect(made.status).toBe(201);
    const token: string = made.json.token;
    const id = token.slice(0, 31);
    expect(made.header("location")).toBe(`${tokensPath}/${id}`);
    const found = await call("POST", `${tokensPath}/lookup`, { token });
    expect(found.json).toMatchObject({ id, name: "run 1", scopes: body.scopes, revoked: false });
    expect(found.json.expires - found.json.created).toBe(hour);
    expect((await call("GET", `${tokensPath}/${id}`)).json).toEqual(found.json);
    const listed = await call("GET", `${tokensPath}?permissions=EnvironmentTokenManagement&limit=5`);
    expect(listed.json).toEqual({ values: [{ id, name: "run 1" }] });
    expect((await call("PUT", `${tokensPath}/${id}`, { revoked: true, scopes: [] })).status).toBe(204);
    expect((await call("GET", `${tokensPath}/${id}`)).json).toMatchObject({ name: "run 1", revoked: true, scopes: [] });
    expect((await call("DELETE", `${tokensPath}/${id}`)).status).toBe(204);
    expect((await call("DELETE", `${tokensPath}/${id}`)).status).toBe(404);
    expect((await call("POST", `${tokensPath}/lookup`, { token })).status).toBe(404);
    pass(1);
    expect(cluster.snapshot().tokens).toHaveLength(1);
  });

  it("count the duration in milliseconds where it has no unit", async () => {
    const { call, cluster } = bench();
    await call("POST", tokensPath, { name: "t", scopes: ["Nodekeeper"], expiresIn: { value: 5 } });
    const token = cluster.snapshot().tokens.find(({ name }) => name === "t");
    expect((token?.expires ?? 0) - (token?.created ?? 0)).toBe(5);
  });

  it("cannot change or delete themselves; a secret is taken for an id", async () => {
    const { call, cluster } = bench();
    const own = cluster.clusterToken;
    expect((await call("DELETE", `${tokensPath}/${own.slice(0, 31)}`)).status).toBe(400);
    expect((await call("DELETE", `${tokensPath}/${own}`)).status).toBe(400);
    expect((await call("PUT", `${tokensPath}/${own}`, { revoked: true })).status).toBe(400);
    const other = cluster.createToken({ scopes: ["Nodekeeper"] }).token;
    expect((await call("DELETE", `${tokensPath}/${other}`)).status).toBe(204);
  });

  it("that make environment tokens live 24 hours at most, or longer by switch", async () => {
    const { call, cluster } = bench();
    const life = async (scopes: string[], value?: number) => {
      const expiresIn = value === undefined ? {} : { expiresIn: { value, unit: "HOURS" } };
      const { token } = (await call("POST", tokensPath, { name: "t", scopes, ...expiresIn })).json;
      const { created, expires } = (await call("POST", `${tokensPath}/lookup`, { token })).json;
      return expires === null ? null : (expires - created) / hour;
    };
    expect(await life(["EnvironmentTokenManagement"], 48)).toBe(24);
    expect(await life(["EnvironmentTokenManagement"], 2)).toBe(2);
    expect(await life(["EnvironmentTokenManagement"])).toBe(24);
    expect(await life(["ServiceProviderAPI"])).toBeNull();
    cluster.switches.longEnvironmentTokens = "accepted";
    expect(await life(["EnvironmentTokenManagement"], 48)).toBe(48);
  });

  it("look up with ClusterTokenManagement only, or all by switch", async () => {
    const { call, cluster } = bench();
    const { token } = cluster.createToken({ scopes: ["ServiceProviderAPI"] });
    const lookup = () => call("POST", `${tokensPath}/lookup`, { token }, { token });
    expect((await lookup()).status).toBe(403);
    cluster.switches.tokenLookup = "any";
    expect((await lookup()).json.scopes).toEqual(["ServiceProviderAPI"]);
  });

  it.each([
    { name: "", scopes: ["Nodekeeper"] },
    { name: "t", scopes: [] },
    { name: "t", scopes: ["InstallerDownload"] },
    { name: "t", scopes: ["Nodekeeper"], expiresIn: { value: 1, unit: "WEEKS" } },
    { name: "t", scopes: ["Nodekeeper"], expires: 5 },
  ])("are refused with the body %j", async (body) => {
    const { call } = bench();
    const answer = await call("POST", tokensPath, body);
    expect([answer.status, violationsIn(answer).length]).toEqual([400, 1]);
  });
});

describe("the chain of tokens of a run", () => {
  it("leads from the cluster token to an installer", async () => {
    const { call, cluster, pass } = bench();
    await call("PUT", `${environmentsPath}/abc-p1`, { name: "x" });
    pass(1000);
    const run = (await call("POST", tokensPath, { name: "run", scopes: ["EnvironmentTokenManagement"] })).json.token;
    const path = `${environmentsPath}/abc-p1/tokenManagementToken`;
    expect((await call("POST", path, { name: "run" })).status).toBe(403);
    const body = { name: "run", expiresIn: { value: 15, unit: "MINUTES" } };
    const management = (await call("POST", path, body, { token: run })).json.token;
    const tokens = "/e/abc-p1/api/v2/apiTokens";
    const asked = { name: "run installer", scopes: ["InstallerDownload"], expirationDate: "now+1h" };
    const installer = await call("POST", tokens, asked, { token: management });
    expect(installer.status).toBe(201);
    expect(installer.json).toMatchObject({
      id: installer.json.token.slice(0, 31),
      expirationDate: "2026-03-01T13:00:01.000Z",
    });
    const info = "/e/abc-p1/api/v1/deployment/installer/agent/connectioninfo";
    expect((await call("GET", info, undefined, { token: management })).status).toBe(403);
    expect((await call("GET", info, undefined, { token: installer.json.token })).status).toBe(200);
    expect((await call("DELETE", `${tokens}/${installer.json.id}`, undefined, { token: management })).status).toBe(204);
    expect((await call("GET", info, undefined, { token: installer.json.token })).status).toBe(401);
    pass(15 * 60_000);
    expect((await call("GET", tokens, undefined, { token: management })).status).toBe(401);
    cluster.switches.tokenManagementToken = false;
    expect((await call("POST", path, body, { token: run })).status).toBe(404);
    expect((await call("POST", `${environmentsPath}/no/tokenManagementToken`, body, { token: run })).status).toBe(404);
  });
});

describe("tokens of an environment", () => {
  function prepared() {
    const made = bench();
    made.cluster.setEnvironment("a");
    const scopes = ["apiTokens.read", "apiTokens.write", "TenantTokenManagement"];
    const { token } = made.cluster.createToken({ environment: "a", scopes });
    const call = (method: string, path: string, body?: unknown) =>
      made.call(method, `/e/a/api/v2/apiTokens${path}`, body, { token });
    return { ...made, call, callPath: made.call, token };
  }

  it("knows the scopes of an environment token", () => {
    expect(apiTokenScopes).toHaveLength(91);
    expect(new Set(apiTokenScopes).size).toBe(91);
  });

  it.each([
    ["now+14d", "2026-03-15T12:00:00.000Z"],
    ["now+2M", "2026-05-01T12:00:00.000Z"],
    ["now+1y", "2027-03-01T12:00:00.000Z"],
    ["1772370000000", "2026-03-01T13:00:00.000Z"],
    ["2026-04-01T00:00", "2026-04-01T00:00:00.000Z"],
    ["2026-04-01 00:00:00+02:00", "2026-03-31T22:00:00.000Z"],
  ])("takes %s for %s", async (expirationDate, expected) => {
    const { call } = prepared();
    const answer = await call("POST", "", { name: "t", scopes: ["DataExport"], expirationDate });
    expect([answer.status, answer.json.expirationDate]).toEqual([201, expected]);
  });

  it.each(["now-1h", "tomorrow", "2026-03-01T12:00:00Z", "1000000000000"])("refuses %s", async (expirationDate) => {
    const { call } = prepared();
    const answer = await call("POST", "", { name: "t", scopes: ["DataExport"], expirationDate });
    expect(violationsIn(answer)[0]).toContain("expirationDate: ");
  });

  it("lists pages of at least 100, newest first, with the fields asked for", async () => {
    const { call, pass } = prepared();
    for (let index = 0; index < 150; index += 1) {
      pass(1);
      await call("POST", "", { name: `t${index}`, scopes: [index % 2 === 0 ? "InstallerDownload" : "DataExport"] });
    }
    expect((await call("GET", "?pageSize=99")).status).toBe(400);
    const first = await call("GET", "?pageSize=100&fields=%2Bscopes,%2BexpirationDate");
    expect(first.json).toMatchObject({ totalCount: 151, pageSize: 100 });
    expect(Object.keys(first.json.apiTokens[0])).toEqual([
      "id",
      "name",
      "enabled",
      "owner",
      "creationDate",
      "scopes",
      "expirationDate",
    ]);
    expect(first.json.apiTokens[0].name).toBe("t149");
    const key = encodeURIComponent(first.json.nextPageKey);
    expect((await call("GET", `?nextPageKey=${key}&pageSize=100`)).status).toBe(400);
    const second = await call("GET", `?nextPageKey=${key}`);
    expect(second.json.nextPageKey).toBeNull();
    expect(second.json.apiTokens).toHaveLength(51);
    const selected = await call("GET", `?apiTokenSelector=${encodeURIComponent('scope("InstallerDownload")')}`);
    expect(selected.json.totalCount).toBe(75);
  });

  it("refuses a plus sign that was not encoded, and a selector that is none", async () => {
    const { call } = prepared();
    expect((await call("GET", "?fields=+scopes")).status).toBe(400);
    expect((await call("GET", "?fields=%2Bcolour")).status).toBe(400);
    expect((await call("GET", "?apiTokenSelector=id(1)")).status).toBe(400);
    expect((await call("GET", "?sort=owner")).status).toBe(400);
  });

  it("are changed and deleted, but not by themselves", async () => {
    const { call, token, cluster } = prepared();
    const own = token.slice(0, 31);
    expect((await call("DELETE", `/${own}`)).status).toBe(400);
    expect((await call("PUT", `/${own}`, { enabled: false })).status).toBe(400);
    const other = (await call("POST", "", { name: "t", scopes: ["DataExport"] })).json;
    expect((await call("PUT", `/${other.id}`, { enabled: false, name: "u" })).status).toBe(204);
    expect((await call("GET", `/${other.id}`)).json).toMatchObject({
      enabled: false,
      name: "u",
      scopes: ["DataExport"],
    });
    expect((await call("POST", "/lookup", { token: other.token })).json.name).toBe("u");
    expect((await call("POST", "/lookup", { token: cluster.clusterToken })).status).toBe(404);
    expect((await call("DELETE", `/${other.id}`)).status).toBe(204);
    expect((await call("GET", `/${other.id}`)).status).toBe(404);
    expect((await call("PUT", `/${other.id}`, { name: "u" })).status).toBe(404);
  });

  it("are made the old way with a duration", async () => {
    const { call, callPath, token } = prepared();
    const body = { name: "old", scopes: ["DataExport"], expiresIn: { value: 1, unit: "DAYS" } };
    const old = (await callPath("POST", "/e/a/api/v1/tokens", body, { token })).json.token;
    expect((await call("POST", "/lookup", { token: old })).json.expirationDate).toBe("2026-03-02T12:00:00.000Z");
  });
});
