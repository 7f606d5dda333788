import { describe, expect, test } from "vitest";
import { parseEnvironment, parseGroup, UnexpectedAnswer } from "../../../src/dynatrace/answers.ts";

describe("an environment", () => {
  const least = { id: "abc-p1", name: "ABC", state: "ENABLED" };

  test("the least that it must have", () => {
    expect(parseEnvironment(least)).toEqual({ ...least, trial: false, tags: [] });
  });

  test("nulls and members of other versions", () => {
    const given = { ...least, tags: null, trial: null, quotas: null, storage: { a: null }, newThing: { x: 1 } };
    expect(parseEnvironment(given)).toEqual({ ...least, trial: false, tags: [], storage: { a: null } });
    expect(parseEnvironment({ ...least, tags: ["a", 3, null] }).tags).toEqual(["a"]);
  });

  test.each([
    null,
    [],
    "x",
    {},
    { ...least, id: "" },
    { ...least, id: 3 },
    { ...least, name: null },
    { ...least, state: "enabled" },
  ])("%j is none", (given) => {
    expect(() => parseEnvironment(given)).toThrow(UnexpectedAnswer);
  });
});

describe("a group", () => {
  const least = { id: "ops", name: "Ops" };

  test("the least that it must have", () => {
    expect(parseGroup(least)).toEqual({
      ...least,
      isClusterAdminGroup: false,
      ldapGroupNames: [],
      ssoGroupNames: [],
      accessRight: {},
    });
  });

  test("account flags under the names of new and of old versions, and not sent where the cluster does not tell", () => {
    expect(parseGroup({ ...least, isAccessAccount: true, isManageAccount: false })).toMatchObject({
      isAccessAccount: true,
      isManageAccount: false,
    });
    const old = { hasAccessAccountRole: true, hasManageAccountAndViewProductUsageRole: false };
    expect(parseGroup({ ...least, ...old })).toMatchObject({ isAccessAccount: true, isManageAccount: false });
    expect(parseGroup({ ...least, isAccessAccount: null })).not.toHaveProperty("isAccessAccount");
  });

  test("permissions that nobody knows are kept, nulls are none", () => {
    expect(parseGroup({ ...least, accessRight: { NEW: ["a"], VIEWER: null } }).accessRight).toEqual({
      NEW: ["a"],
      VIEWER: [],
    });
    expect(parseGroup({ ...least, accessRight: null }).accessRight).toEqual({});
  });

  test.each([null, [], {}, { ...least, id: null }, { ...least, name: "" }])("%j is none", (given) => {
    expect(() => parseGroup(given)).toThrow(UnexpectedAnswer);
  });
});
