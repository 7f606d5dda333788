import { describe, expect, test } from "vitest";
import type { Change } from "../../../src/model/change.ts";
import { orderAdministration, orderRemovals } from "../../../src/plan/dependencies.ts";
import { aChange, anObservedGroup } from "../../support/builders.ts";

const dependenciesOf = (changes: readonly Change[], id: string) =>
  changes.find((change) => change.id === id)?.dependsOn ?? [];

describe("an environment that goes", () => {
  const disable = aChange({ kind: "environment", action: "disable" });
  const before = [
    aChange({ kind: "permission", action: "revoke" }),
    aChange({ kind: "permission", action: "grant", group: "auditors" }),
    aChange({ kind: "host", action: "uninstall" }),
    aChange({ kind: "host", action: "configure", host: "db01.abc.example.com" }),
    aChange({ kind: "group", action: "delete", group: "old" }),
    aChange({ kind: "permission", action: "revoke", environment: "abc-t1" }),
  ];

  test.each([disable, aChange({ kind: "environment", action: "delete" })])(
    "waits for the rights and agents that are taken away there, and for nothing else: %o",
    (change) => {
      expect(dependenciesOf(orderRemovals([...before, change]), "environment/abc-p1")).toEqual([
        "permission/emea/operators/abc-p1",
        "host/web01.abc.example.com",
      ]);
    },
  );

  test("waits for nothing where nothing is taken away", () => {
    expect(orderRemovals([disable])).toEqual([disable]);
  });

  test("an update waits for nothing, whatever is taken away", () => {
    const update = aChange({ kind: "environment", action: "update" });
    expect(dependenciesOf(orderRemovals([...before, update]), "environment/abc-p1")).toEqual([]);
  });

  test("keeps what it depends on already", () => {
    const change = { ...disable, dependsOn: ["group/emea/noc"] };
    expect(dependenciesOf(orderRemovals([...before, change]), "environment/abc-p1").slice(0, 1)).toEqual([
      "group/emea/noc",
    ]);
  });
});

describe("groups of administrators", () => {
  const admins = (name: string) => anObservedGroup({ name, isClusterAdminGroup: true });
  const gone = aChange({
    ...{ kind: "group", action: "delete", group: "old-admins" },
    ...{ before: { name: "old-admins", isClusterAdminGroup: true }, after: null },
  } as const);
  const made = aChange({
    ...{ kind: "group", action: "create", group: "new-admins" },
    ...{ before: null, after: { name: "new-admins", isClusterAdminGroup: true } },
  } as const);
  const losing = "group/emea/old-admins";

  test("the last one goes after the one that takes its place", () => {
    expect(dependenciesOf(orderAdministration([gone, made], [admins("old-admins")]), losing)).toEqual([made.id]);
  });

  test("one of several goes whenever it likes", () => {
    const observed = [admins("old-admins"), admins("others")];
    expect(orderAdministration([gone, made], observed)).toEqual([gone, made]);
  });

  test("where none takes its place, or none goes, there is nothing to order", () => {
    expect(orderAdministration([gone], [admins("old-admins")])).toEqual([gone]);
    expect(orderAdministration([made], [])).toEqual([made]);
  });
});
