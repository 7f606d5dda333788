import { describe, expect, test } from "vitest";
import { type Shape, ShapeMismatch } from "../../../src/dynatrace/answer-shape.ts";
import {
  apiTokenPage,
  availableAgentVersions,
  clusterTokenList,
  connectionInfo,
  environment,
  environmentPage,
  group,
  groupList,
  latestAgentVersion,
  listedHostPage,
  newApiToken,
  newClusterToken,
} from "../../../src/dynatrace/answers.ts";

type Members = Readonly<Record<string, unknown>>;

/** Values of every JSON type, among them what a careless reader takes for empty or false. */
const values: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  "true",
  "",
  0,
  -1,
  1.5,
  "1",
  [],
  [null],
  [3],
  {},
  { a: 1 },
];

/** The members of `whole` by path, each with the values of the list that it may have instead. */
function refused<T>(shape: Shape<T>, place: (value: unknown) => unknown): readonly unknown[] {
  return values.filter((value) => {
    try {
      shape(place(value));
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(ShapeMismatch);
      return true;
    }
  });
}

/** What a member accepts of the list. */
const accepted = <T>(shape: Shape<T>, whole: Members, member: string): readonly unknown[] => {
  const others = refused(shape, (value) => {
    const { [member]: _left, ...rest } = whole;
    return value === undefined ? rest : { ...rest, [member]: value };
  });
  return values.filter((value) => !others.includes(value));
};

const least = { id: "abc-p1", name: "ABC", state: "ENABLED" };

describe("an environment", () => {
  test("the least that it must have", () => {
    expect(environment(least)).toEqual({ ...least, trial: false, tags: [] });
  });

  test("nulls and members of other versions", () => {
    const given = { ...least, tags: null, trial: null, quotas: null, storage: { a: null }, newThing: { x: 1 } };
    expect(environment(given)).toEqual({ ...least, trial: false, tags: [], storage: {} });
  });

  test("limits are kept as they are, null and absent apart, without what was used", () => {
    const quotas = {
      hostUnits: { maxLimit: 5, currentUsage: 3 },
      demUnits: { annualLimit: null },
      customMetrics: null,
    };
    expect(environment({ ...least, quotas, storage: { transactionStorage: { maxLimit: 7 } } })).toMatchObject({
      quotas: { hostUnits: { maxLimit: 5 }, demUnits: { annualLimit: null }, customMetrics: null },
      storage: { transactionStorage: { maxLimit: 7 } },
    });
  });

  test.each<[string, readonly unknown[]]>([
    ["id", ["true", "1"]],
    ["name", ["true", "1"]],
    ["state", []],
    ["trial", [undefined, null, true, false]],
    ["tags", [undefined, null, []]],
    ["quotas", [undefined, null, {}, { a: 1 }]],
    ["storage", [undefined, null, {}, { a: 1 }]],
  ])("%s takes only %j", (member, expected) => {
    expect(accepted(environment, least, member)).toEqual(expected);
  });

  test.each(["hostUnits", "demUnits", "userSessions"])("the quota %s is an object or nothing", (name) => {
    const inQuotas: Shape<unknown> = (value) => environment({ ...least, quotas: value });
    expect(accepted(inQuotas, {}, name)).toEqual([undefined, null, {}, { a: 1 }]);
  });

  test("limits are whole numbers or nothing, and quotas not below 0", () => {
    const quota: Shape<unknown> = (value) => environment({ ...least, quotas: { demUnits: value } });
    expect(accepted(quota, {}, "monthlyLimit")).toEqual([undefined, null, 0]);
    const days: Shape<unknown> = (value) => environment({ ...least, storage: { sessionReplayRetention: value } });
    expect(accepted(days, {}, "maxLimitInDays")).toEqual([undefined, null, 0, -1]);
  });

  test.each([null, [], "x", {}, { ...least, id: "a/b" }, { ...least, id: "a".repeat(71) }])("%j is none", (given) => {
    expect(() => environment(given)).toThrow(ShapeMismatch);
  });
});

describe("a page of environments", () => {
  const page = { totalCount: 1, pageSize: 1_000, nextPageKey: null, environments: [least] };

  test("has items, their number and a key or none", () => {
    expect(environmentPage(page)).toMatchObject({ totalCount: 1, nextPageKey: null, items: [{ id: "abc-p1" }] });
    expect(environmentPage({ ...page, nextPageKey: "" }).nextPageKey).toBeNull();
  });

  test.each<[string, readonly unknown[]]>([
    ["totalCount", [0]],
    ["nextPageKey", [undefined, null, "true", "", "1"]],
    ["environments", [[]]],
  ])("%s takes only %j", (member, expected) => {
    expect(accepted(environmentPage, page, member)).toEqual(expected);
  });

  test("a fault deep inside is told with its place and type, and never with its value", () => {
    const wrong = { ...page, environments: [least, { ...least, tags: ["a", { secret: "s3cret" }] }] };
    expect(() => environmentPage(wrong)).toThrow("environments[1].tags[1] is an object, not a text");
  });
});

describe("a group", () => {
  const whole = { id: "ops", name: "Ops", isClusterAdminGroup: false };

  test("the least that it must have", () => {
    expect(group(whole)).toEqual({ ...whole, ldapGroupNames: [], ssoGroupNames: [], accessRight: {} });
    expect(groupList([whole, whole])).toHaveLength(2);
  });

  test("account flags under the names of new and of old versions, and not sent where the cluster does not tell", () => {
    expect(group({ ...whole, isAccessAccount: true, isManageAccount: false })).toMatchObject({
      isAccessAccount: true,
      isManageAccount: false,
    });
    const old = { hasAccessAccountRole: true, hasManageAccountAndViewProductUsageRole: false };
    expect(group({ ...whole, ...old })).toMatchObject({ isAccessAccount: true, isManageAccount: false });
    expect(group({ ...whole, isAccessAccount: null })).not.toHaveProperty("isAccessAccount");
  });

  test("permissions that nobody knows are kept, whatever they are called", () => {
    const rights = JSON.parse('{"NEW":["a"],"__proto__":["b"],"constructor":[]}') as object;
    expect(Object.entries(group({ ...whole, accessRight: rights }).accessRight)).toEqual([
      ["NEW", ["a"]],
      ["__proto__", ["b"]],
      ["constructor", []],
    ]);
    expect(group({ ...whole, accessRight: null }).accessRight).toEqual({});
  });

  test.each<[string, readonly unknown[]]>([
    ["id", ["true", "1"]],
    ["name", ["true", "1"]],
    ["isClusterAdminGroup", [true, false]],
    ["isAccessAccount", [undefined, null, true, false]],
    ["isManageAccount", [undefined, null, true, false]],
    ["hasAccessAccountRole", [undefined, null, true, false]],
    ["hasManageAccountAndViewProductUsageRole", [undefined, null, true, false]],
    ["ldapGroupNames", [undefined, null, []]],
    ["ssoGroupNames", [undefined, null, []]],
    ["accessRight", [undefined, null, {}]],
  ])("%s takes only %j", (member, expected) => {
    expect(accepted(group, whole, member)).toEqual(expected);
  });

  test("the environments of a permission are a list of texts", () => {
    const rights: Shape<unknown> = (value) => group({ ...whole, accessRight: value });
    expect(accepted(rights, {}, "VIEWER")).toEqual([undefined, []]);
  });
});

describe("tokens", () => {
  test("a list has ids, and names or none", () => {
    expect(clusterTokenList({ values: [{ id: "a" }, { id: "b", name: null }, { id: "c", name: "d" }] })).toEqual([
      { id: "a", name: "" },
      { id: "b", name: "" },
      { id: "c", name: "d" },
    ]);
    expect(apiTokenPage({ totalCount: 0 })).toEqual({ totalCount: 0, nextPageKey: null, items: [] });
    expect(accepted(clusterTokenList, {}, "values")).toEqual([[]]);
    expect(accepted(apiTokenPage, { totalCount: 0 }, "apiTokens")).toEqual([undefined, []]);
    expect(accepted(apiTokenPage, {}, "totalCount")).toEqual([0]);
  });

  test("a new one is a line of text", () => {
    expect(accepted(newClusterToken, {}, "token")).toEqual(["true", "1"]);
    expect(accepted(newApiToken, { id: "a" }, "token")).toEqual(["true", "1"]);
    expect(() => newClusterToken({ token: "a\nb" })).toThrow("token is a text of another kind, not a line of text");
  });
});

describe("what an agent needs", () => {
  const info = { tenantUUID: "abc-p1", tenantToken: "t", communicationEndpoints: ["https://a", "https://b"] };

  test("endpoints are text, a list, or only there unformatted", () => {
    const server = (formatted: unknown) =>
      connectionInfo({ ...info, formattedCommunicationEndpoints: formatted }).server;
    expect(["https://c", ["https://c", "https://d"], null, undefined].map(server)).toEqual([
      "https://c",
      "https://c;https://d",
      "https://a;https://b",
      "https://a;https://b",
    ]);
  });

  test("none of it can add a line to a script or lead to another environment", () => {
    for (const wrong of [
      { tenantToken: "t\nPARAM_SERVER_VALUE=x" },
      { tenantUUID: "abc p1" },
      { communicationEndpoints: ["a\nb"] },
      { communicationEndpoints: [] },
      { communicationEndpoints: undefined },
      { formattedCommunicationEndpoints: [3] },
    ])
      expect(() => connectionInfo({ ...info, ...wrong })).toThrow(ShapeMismatch);
  });

  test("versions have their documented form, so that they can name a file", () => {
    const version = "1.313.52.20250602-150703";
    expect(latestAgentVersion({ latestAgentVersion: version })).toBe(version);
    expect(availableAgentVersions({ availableVersions: [version] })).toEqual([version]);
    for (const wrong of ["latest", "../../etc/x", `${version}/..`, 1.313, null]) {
      expect(() => latestAgentVersion({ latestAgentVersion: wrong })).toThrow(ShapeMismatch);
      expect(() => availableAgentVersions({ availableVersions: [version, wrong] })).toThrow(ShapeMismatch);
    }
  });
});

describe("hosts that an environment lists", () => {
  const listed = { hostInfo: { entityId: "HOST-00000000000000AB" } };
  const page = (...hosts: readonly unknown[]) => listedHostPage({ hosts, nextPageKey: null });
  const versionOf = (agentVersion: unknown) =>
    page({ hostInfo: { ...listed.hostInfo, agentVersion } }).items[0]?.version;

  test("the network zone, where it is told", () => {
    const zoneOf = (own: object, around: object) =>
      page({ hostInfo: { ...listed.hostInfo, ...own }, ...around }).items[0]?.networkZone;
    expect(zoneOf({ networkZoneId: "dmz" }, {})).toBe("dmz");
    expect(zoneOf({}, { currentNetworkZoneId: "dmz" })).toBe("dmz");
  });

  test("the least that one must have", () => {
    expect(page(listed)).toEqual({
      items: [
        {
          id: "HOST-00000000000000AB",
          customName: null,
          localName: null,
          discoveredName: null,
          displayName: null,
          addresses: [],
          state: null,
          hostGroup: null,
          networkZone: null,
          version: null,
        },
      ],
      totalCount: null,
      nextPageKey: null,
    });
  });

  test("an empty page that is not the last", () => {
    expect(listedHostPage({ hosts: [], nextPageKey: "x" })).toEqual({
      items: [],
      totalCount: null,
      nextPageKey: "x",
    });
  });

  test("a version has as many parts as are told", () => {
    const parts = { major: 1, minor: 313, revision: 52, timestamp: "20250602-150703", sourceRevision: "" };
    expect(versionOf(parts)).toBe("1.313.52.20250602-150703");
    expect(versionOf({ ...parts, timestamp: "" })).toBe("1.313.52");
    expect(versionOf({ major: 1, minor: 313, timestamp: "20250602-150703" })).toBe("1.313");
    expect(versionOf(null)).toBeNull();
  });

  test.each<[string, unknown]>([
    ["no list", { hosts: {} }],
    ["no id", { hosts: [{ hostInfo: {} }] }],
    ["an empty id", { hosts: [{ hostInfo: { entityId: "" } }] }],
    ["a state that is no text", { hosts: [{ ...listed, availabilityState: 1 }] }],
    ["addresses that are no list", { hosts: [{ hostInfo: { ...listed.hostInfo, ipAddresses: "192.0.2.1" } }] }],
    ["a version that is text", { hosts: [{ hostInfo: { ...listed.hostInfo, agentVersion: "1.313" } }] }],
  ])("%s is none", (_what, answer) => {
    expect(() => listedHostPage(answer)).toThrow(ShapeMismatch);
  });
});
