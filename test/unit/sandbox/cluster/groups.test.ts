import { describe, expect, it } from "vitest";
import { type Bench, groupsPath as base, bench } from "./support.ts";

function prepared(options: Parameters<typeof bench>[0] = {}): Bench {
  const made = bench(options);
  for (const id of ["abc-p1", "abc-t1", "other"]) made.cluster.setEnvironment(id);
  return made;
}

const group = (name: string, change: Record<string, unknown> = {}) => ({ name, isClusterAdminGroup: false, ...change });

describe("POST of a group", () => {
  it("answers 200 with the whole group and an id made from the name", async () => {
    const { call } = prepared();
    const answer = await call(
      "POST",
      base,
      group("Customer_Sys Admin-1", { ldapGroupNames: ["ops"], accessRight: { VIEWER: ["abc-p1"] } }),
    );
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      id: "customersysadmin-1",
      name: "Customer_Sys Admin-1",
      isClusterAdminGroup: false,
      isAccessAccount: false,
      isManageAccount: false,
      ldapGroupNames: ["ops"],
      ssoGroupNames: [],
      accessRight: { VIEWER: ["abc-p1"] },
    });
    expect((await call("GET", `${base}/CustomerSysAdmin-1`)).json).toEqual(answer.json);
  });

  it("refuses a name that exists, and one that gives an id that exists", async () => {
    const { call } = prepared();
    await call("POST", base, group("Sales Group"));
    expect((await call("POST", base, group("Sales Group"))).status).toBe(406);
    expect((await call("POST", base, group("SALES GROUP"))).status).toBe(406);
    expect((await call("POST", base, group("sales_group"))).status).toBe(406);
    expect((await call("POST", base, group("!!!"))).status).toBe(400);
    expect((await call("GET", base)).json).toHaveLength(1);
  });

  it("keeps the id of a renamed group, which stands in the way of a new one", async () => {
    const { call } = prepared();
    const made = (await call("POST", base, group("mobile"))).json;
    expect((await call("PUT", base, { ...made, name: "TeamPh" })).json).toMatchObject({ id: "mobile", name: "TeamPh" });
    expect((await call("POST", base, group("mobile"))).status).toBe(406);
  });

  it.each([
    ["an id", group("g", { id: "g" })],
    ["no name", { isClusterAdminGroup: false }],
    ["no word on administration", { name: "g" }],
    ["an unknown member", group("g", { users: [] })],
    ["an unknown permission", group("g", { accessRight: { FLY: ["abc-p1"] } })],
    ["an unknown environment", group("g", { accessRight: { VIEWER: ["nope"] } })],
    ["an environment twice", group("g", { accessRight: { VIEWER: ["other", "other"] } })],
  ])("refuses %s with 400", async (_what, body) => {
    const { call, cluster } = prepared();
    expect((await call("POST", base, body)).status).toBe(400);
    expect(cluster.snapshot().groups).toEqual([]);
  });

  it("takes unknown permissions and gives an LDAP name by switch", async () => {
    const { call } = prepared({ switches: { unknownPermissions: "accepted", ldapNameOfNewGroup: true } });
    const answer = await call("POST", base, group("g", { id: "", accessRight: { FLY: ["other"] } }));
    expect(answer.json).toMatchObject({ ldapGroupNames: ["g"], accessRight: { FLY: ["other"], VIEWER: ["other"] } });
  });
});

describe("rights", () => {
  it("bring the implied ones, or none by switch", async () => {
    const { call, cluster } = prepared();
    const accessRight = {
      AGENT_INSTALL: ["other"],
      CONFIGURE_REQUEST_CAPTURE_DATA: ["abc-p1"],
      MANAGE_SECURITY_PROBLEMS: ["ABC-T1"],
      LOG_VIEWER: [],
    };
    const made = await call("POST", base, group("g", { accessRight }));
    expect(made.json.accessRight).toEqual({
      AGENT_INSTALL: ["other"],
      CONFIGURE_REQUEST_CAPTURE_DATA: ["abc-p1"],
      MANAGE_SECURITY_PROBLEMS: ["abc-t1"],
      MANAGE_SETTINGS: ["abc-p1"],
      VIEWER: ["other", "abc-p1", "abc-t1"],
      VIEW_SECURITY_PROBLEMS: ["abc-t1"],
    });
    cluster.switches.impliedRights = false;
    const exact = await call("POST", base, group("h", { accessRight: { AGENT_INSTALL: ["other"] } }));
    expect(exact.json.accessRight).toEqual({ AGENT_INSTALL: ["other"] });
  });

  it("of an administrator group read back empty", async () => {
    const { call } = prepared();
    const body = { name: "admins", isClusterAdminGroup: true, accessRight: { VIEWER: ["other"] } };
    expect((await call("POST", base, body)).json).toMatchObject({ isClusterAdminGroup: true, accessRight: {} });
  });

  it("on accounts exist under DPS alone", async () => {
    const body = group("g", { isAccessAccount: true, isManageAccount: true });
    expect((await prepared().call("POST", base, body)).json).toMatchObject({
      isAccessAccount: false,
      isManageAccount: true,
    });
    expect((await prepared({ licence: "dps" }).call("POST", base, body)).json.isAccessAccount).toBe(true);
  });
});

describe("PUT of a group", () => {
  it("replaces it whole: what is left out is gone", async () => {
    const { call } = prepared();
    const made = await call(
      "POST",
      base,
      group("g", { ldapGroupNames: ["l"], ssoGroupNames: ["s"], accessRight: { VIEWER: ["other"] } }),
    );
    const answer = await call("PUT", base, { id: "g", name: "g", isClusterAdminGroup: false });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ ...made.json, ldapGroupNames: [], ssoGroupNames: [], accessRight: {} });
  });

  it("carries permissions that it does not know", async () => {
    const { call } = prepared();
    await call("POST", base, group("g"));
    const answer = await call("PUT", base, group("g", { id: "G", accessRight: { FLY: ["other"] } }));
    expect(answer.json.accessRight).toEqual({ FLY: ["other"], VIEWER: ["other"] });
  });

  it("refuses an unknown id, no id, a name that is taken, an unknown environment", async () => {
    const { call, cluster } = prepared();
    await call("POST", base, group("g"));
    await call("POST", base, group("h"));
    const put = async (body: unknown) => (await call("PUT", base, body)).status;
    expect(await put(group("g", { id: "nope" }))).toBe(406);
    expect(await put(group("g"))).toBe(400);
    expect(await put(group("H", { id: "g" }))).toBe(406);
    cluster.switches.groupRenameClash = 400;
    expect(await put(group("h", { id: "g" }))).toBe(400);
    expect(await put(group("g", { id: "g", accessRight: { VIEWER: ["nope"] } }))).toBe(400);
  });

  it("lets the last writer win over a change that came between", async () => {
    const { call, cluster } = prepared();
    const read = (await call("POST", base, group("g", { accessRight: { VIEWER: ["other"] } }))).json;
    const stop = cluster.onRequest(({ method }) => {
      if (method === "PUT") cluster.setGroup("g", { accessRight: { LOG_VIEWER: ["abc-p1"] } });
    });
    const answer = await call("PUT", base, { ...read, ldapGroupNames: ["mine"] });
    stop();
    expect(answer.json).toEqual({ ...read, ldapGroupNames: ["mine"] });
    expect((await call("GET", `${base}/g`)).json.accessRight).toEqual({ VIEWER: ["other"] });
  });
});

describe("bulk and DELETE", () => {
  it("bulk makes what it can and lists it with 406", async () => {
    const { call } = prepared();
    const answer = await call("POST", `${base}/bulk`, [group("a"), group("A"), group("b")]);
    expect(answer.status).toBe(406);
    expect(answer.json.map(({ id }: { id: string }) => id)).toEqual(["a", "b"]);
    expect((await call("POST", `${base}/bulk`, [group("c")])).status).toBe(200);
    expect((await call("POST", `${base}/bulk`, [])).status).toBe(400);
  });

  it("DELETE answers with the group, and 400 or 200 when there is none", async () => {
    const { call, cluster } = prepared();
    const made = (await call("POST", base, group("g"))).json;
    expect((await call("DELETE", `${base}/g`)).json).toEqual(made);
    expect((await call("DELETE", `${base}/g`)).status).toBe(400);
    cluster.switches.unknownGroupDelete = 200;
    expect(await call("DELETE", `${base}/g`)).toMatchObject({ status: 200, text: "" });
    expect((await call("GET", `${base}/g`)).status).toBe(404);
  });
});

describe("management zones", () => {
  const zones = `${base}/managementZones`;
  const write = (zone: string, permissions: string[], environmentUuid = "abc-p1") => ({
    groupId: "g",
    mzPermissionsPerEnvironment: [{ environmentUuid, mzPermissions: [{ mzId: zone, permissions }] }],
  });

  it("PUT touches the zones it names only", async () => {
    const { call, cluster } = prepared();
    cluster.setGroup("g");
    cluster.addManagementZone({ environment: "abc-p1", id: "-1", name: "one" });
    cluster.addManagementZone({ environment: "abc-p1", id: "2", name: "two" });
    expect(await call("PUT", zones, write("-1", ["LOG_VIEWER"]))).toMatchObject({ status: 200, text: "" });
    await call("PUT", zones, write("2", ["VIEWER"]));
    const expected = {
      groupId: "g",
      mzPermissionsPerEnvironment: [
        {
          environmentUuid: "abc-p1",
          mzPermissions: [
            { mzId: "-1", permissions: ["LOG_VIEWER", "VIEWER"] },
            { mzId: "2", permissions: ["VIEWER"] },
          ],
        },
      ],
    };
    expect((await call("GET", `${zones}/g`)).json).toEqual(expected);
    await call("PUT", zones, write("-1", []));
    expect((await call("GET", zones)).json[0].mzPermissionsPerEnvironment[0].mzPermissions).toHaveLength(1);
    const withEmpty = (await call("GET", `${zones}?includeEmptyEntries=true`)).json;
    expect(withEmpty[0].mzPermissionsPerEnvironment[0].mzPermissions).toHaveLength(2);
    expect((await call("GET", `${base}/g`)).json.accessRight).toEqual({});
  });

  it("names what does not exist in a sentence", async () => {
    const { call, cluster } = prepared();
    expect((await call("PUT", zones, write("1", []))).text).toBe("Group g doesn't exist");
    cluster.setGroup("g");
    const zone = await call("PUT", zones, write("1", []));
    expect([zone.status, zone.text]).toEqual([404, "Management zone 1 doesn't exist in environment abc-p1"]);
    expect((await call("PUT", zones, write("1", [], "nope"))).text).toContain("doesn't exist");
    expect((await call("GET", `${zones}/h`)).status).toBe(404);
  });

  it("refuses rights on a zone that is too new for the node", async () => {
    const { call, cluster, pass } = prepared({ switches: { zoneVisibleAfter: 2_000 } });
    cluster.setGroup("g");
    cluster.addManagementZone({ environment: "abc-p1", id: "1", name: "one" });
    expect((await call("PUT", zones, write("1", ["VIEWER"]))).status).toBe(404);
    pass(2_000);
    expect((await call("PUT", zones, write("1", ["VIEWER"]))).status).toBe(200);
  });

  it("are listed by their environment, for a token that may read its configuration", async () => {
    const { call, cluster } = prepared();
    cluster.setEnvironment("abc-t1");
    cluster.addManagementZone({ environment: "abc-p1", id: "-1", name: "one" });
    cluster.addManagementZone({ environment: "abc-t1", id: "2", name: "two" });
    const path = "/e/abc-p1/api/config/v1/managementZones";
    const list = (scope: string) =>
      call("GET", path, undefined, {
        token: cluster.createToken({ environment: "abc-p1", scopes: [scope] }).token,
      });
    expect((await list("ReadConfig")).json).toEqual({ values: [{ id: "-1", name: "one" }] });
    expect((await list("entities.read")).status).toBe(403);
  });

  it("take the rights on them along", async () => {
    const { call, cluster } = prepared();
    cluster.setGroup("g");
    cluster.addManagementZone({ environment: "abc-p1", id: "1", name: "one" });
    cluster.setZoneRight({ group: "g", environment: "abc-p1", zone: "1", permissions: ["LOG_VIEWER"] });
    const rights = async () => (await call("GET", `${zones}/g`)).json.mzPermissionsPerEnvironment;
    expect(await rights()).toEqual([
      { environmentUuid: "abc-p1", mzPermissions: [{ mzId: "1", permissions: ["LOG_VIEWER", "VIEWER"] }] },
    ]);
    cluster.removeManagementZone({ environment: "abc-p1", id: "1" });
    expect(await rights()).toEqual([]);
  });
});

describe("users and policies", () => {
  const users = "/api/v1.0/onpremise/users";
  const user = (id: string, email: string, groups: string[] = []) => ({
    id,
    email,
    firstName: "First",
    lastName: "Last",
    groups,
  });

  it("refuses a user with the statuses of the 5xx range", async () => {
    const { call, cluster } = prepared();
    cluster.setGroup("g");
    const made = await call("POST", users, user("a", "a@example.com", ["G"]));
    expect(made.json).toEqual({ ...user("a", "a@example.com", ["g"]), passwordClearText: null });
    expect((await call("POST", users, user("a", "b@example.com"))).status).toBe(523);
    expect((await call("POST", users, user("b", "A@example.com"))).status).toBe(524);
    expect((await call("POST", users, user("b", "b@example.com", ["nope"]))).status).toBe(406);
    expect((await call("PUT", users, user("b", "b@example.com"))).status).toBe(404);
    expect((await call("PUT", users, user("a", "c@example.com"))).json.groups).toEqual([]);
    expect((await call("GET", `${users}/a`)).json.email).toBe("c@example.com");
    const bulk = await call("POST", `${users}/bulk`, [user("a", "x@example.com"), user("d", "d@example.com")]);
    expect([bulk.status, bulk.json.length]).toEqual([406, 1]);
    expect((await call("GET", users)).json).toHaveLength(2);
    expect((await call("DELETE", `${users}/a`)).json.id).toBe("a");
    expect(await call("DELETE", `${users}/a`)).toMatchObject({ status: 200, text: "" });
    cluster.switches.userRepository = "LDAP";
    expect((await call("POST", users, user("e", "e@example.com"))).status).toBe(403);
  });

  it("shows policies and the groups they are bound to", async () => {
    const { call, cluster } = prepared();
    cluster.setGroup("g");
    const { clusterUuid } = cluster.snapshot();
    const policy = { uuid: "6f0c1f6e-0000-4000-8000-000000000001", name: "p", statementQuery: "ALLOW x;" };
    cluster.addPolicy({ ...policy, levelType: "cluster", levelId: clusterUuid, groups: ["g"] });
    const iam = `/api/cluster/v2/iam/repo/cluster/${clusterUuid}`;
    expect((await call("GET", `${iam}/policies`)).json.policies).toMatchObject([{ uuid: policy.uuid, name: "p" }]);
    expect((await call("GET", `${iam}/bindings`)).json.policyBindings).toMatchObject([{ groups: ["g"] }]);
    expect((await call("GET", `${iam}/bindings/groups/g`)).json).toEqual({ policyUuids: [policy.uuid] });
    expect((await call("GET", "/api/cluster/v2/iam/repo/cluster/nope/bindings")).status).toBe(404);
  });
});
