import { describe, expect, test } from "vitest";
import type { Action } from "../../../src/model/change.ts";
import type { ChangeResult, ResultStatus } from "../../../src/model/result.ts";
import { isAffected } from "../../../src/plan/affected-items.ts";
import {
  heldResults,
  leftResults,
  needsHostCommands,
  retriedItems,
  undeclaredResults,
} from "../../../src/plan/retried-items.ts";
import { aGroup, aHost, anEnvironment, anInventory, everything, planOf, scopeOf } from "../../support/builders.ts";
import { savedReport } from "../../support/saved-documents.ts";

const inventory = anInventory({
  environments: [anEnvironment({ id: "abc-P1" }), anEnvironment({ id: "abc-t1" })],
  groups: [aGroup({ name: "team/ops", access: { "abc-P1": ["VIEWER"], "abc-t1": ["VIEWER"] } })],
  hosts: [aHost(), aHost({ name: "old01.abc.example.com", state: "absent" })],
});
const resultOf = (id: string, action: Action = "update", status: ResultStatus = "failed"): ChangeResult => ({
  ...{ id, action, status, attempts: 1, durationMs: 1 },
});
const results = (...ids: readonly string[]) => ids.map((id) => resultOf(id));
const where = { cluster: "emea", customer: "abc", environment: null, group: null, host: null };
const p1 = { ...where, environment: "abc-P1" };

describe("what an earlier apply left", () => {
  test("is what failed, is uncertain or was skipped, and not what is stale", () => {
    expect(new Set(leftResults(savedReport).map(({ status }) => status))).toEqual(
      new Set(["failed", "skipped", "uncertain"]),
    );
  });

  test.each<[string, object, boolean]>([
    ["environment/abc-p1", p1, true],
    ["environment/abc-p1", { ...where, environment: "abc-t1" }, false],
    ["environment/abc-p1", { ...p1, group: "team/ops" }, false],
    ["environment/abc-p1", { ...p1, host: "web01.abc.example.com" }, false],
    ["host/web01.abc.example.com", { ...p1, host: "web01.abc.example.com" }, true],
    // Only a command knows of it.
    ["host/db01.abc.example.com", { ...p1, host: "db01.abc.example.com" }, true],
    ["group/emea/team%2Fops", { ...where, group: "team/ops" }, true],
    ["group/emea/team%2Fops", { ...p1, group: "team/ops" }, false],
    ["permission/emea/team%2Fops/abc-p1", { ...p1, group: "team/ops" }, true],
    ["permission/emea/team%2Fops/abc-p1", { ...where, environment: "abc-t1", group: "team/ops" }, false],
  ])("%s is about %j: %s", (id, item, affected) => {
    expect(isAffected(retriedItems(results(id), inventory), { ...where, ...item })).toBe(affected);
  });

  test("of an environment that is to go is all that has to go before", () => {
    const affected = retriedItems([resultOf("environment/abc-t1", "disable", "skipped")], inventory);
    const t1 = { ...where, environment: "abc-t1" };
    expect(isAffected(affected, { ...t1, group: "team/ops" })).toBe(true);
    expect(isAffected(affected, { ...t1, host: "any" })).toBe(true);
    expect(isAffected(affected, { ...p1, group: "team/ops" })).toBe(false);
  });

  test("is what is to be taken from a group whose environments go, too", () => {
    const leaving = { ...inventory, leavingGroups: [aGroup({ name: "leaver", access: {} })] };
    const left = results("permission/emea/leaver/abc-t1");
    expect(undeclaredResults(left, leaving, [])).toEqual([]);
    const item = { ...where, environment: "abc-t1", group: "leaver" };
    expect(isAffected(retriedItems(left, leaving), item)).toBe(true);
  });

  test("is named where the inventory does not declare it any more", () => {
    const gone = [
      "environment/abc-p9",
      "group/emea/nobody",
      "permission/apac/team%2Fops/abc-p1",
      "permission/emea/team%2Fops/abc-p9",
      "host/gone.example.com",
    ];
    const there = ["environment/ABC-p1", "permission/emea/team%2Fops/abc-t1", "host/old01.abc.example.com"];
    expect(undeclaredResults(results(...gone, ...there), inventory, inventory.hosts)).toEqual(gone);
  });

  test.each<[string, Action, boolean]>([
    ["host/web01.abc.example.com", "install", false],
    ["host/db01.abc.example.com", "install", true],
    // Its machine may have a new name in the list of a command.
    ["host/old01.abc.example.com", "uninstall", true],
    ["environment/abc-t1", "disable", true],
    ["environment/abc-p1", "update", false],
    ["permission/emea/team%2Fops/abc-p1", "grant", false],
  ])("%s (%s) needs the hosts of commands: %s", (id, action, needed) => {
    expect(needsHostCommands([resultOf(id, action)], inventory)).toBe(needed);
  });

  test("stays left where it is held once more", () => {
    const left = results(
      "environment/abc-p1",
      "permission/emea/team%2Fops/abc-p1",
      "host/web01.abc.example.com",
      "host/db01.abc.example.com",
    );
    const held = (...scopes: readonly string[]) => ({
      held: scopes.map((scope) => ({ scope, reason: `no ${scope}`, items: 1 })),
      scope: everything,
    });
    const idsOf = (...given: Parameters<typeof heldResults>) => heldResults(...given).map(({ id }) => id);
    const ids = (scope: string) => idsOf(left, held(scope), inventory, inventory.hosts);
    expect(ids("cluster/emea")).toEqual(left.slice(0, 3).map(({ id }) => id));
    expect(ids("cluster/emea/groups")).toEqual(["permission/emea/team%2Fops/abc-p1"]);
    expect(ids("host/web01.abc.example.com")).toEqual(["host/web01.abc.example.com"]);
    expect(ids("source/customers/abc.yaml:7")).toEqual(["host/db01.abc.example.com"]);
    expect(ids("cluster/apac")).toEqual([]);
    const narrow = { ...held("cluster/emea"), scope: scopeOf({ targets: ["web01*"] }) };
    expect(idsOf(left, narrow, inventory, inventory.hosts)).toEqual(["host/web01.abc.example.com"]);
    const skipped = { ...held("cluster/emea"), scope: scopeOf({ hosts: "skip", only: ["groups", "hosts"] }) };
    expect(idsOf(left, skipped, inventory, inventory.hosts)).toEqual(["permission/emea/team%2Fops/abc-p1"]);
    expect(heldResults(left, held("cluster/emea"), inventory, inventory.hosts)[0]).toEqual({
      ...{ id: "environment/abc-p1", action: "update", status: "skipped", attempts: 0, durationMs: 0 },
      error: { code: "held", message: "no cluster/emea" },
    });
  });
});

test("a right that is retried brings the environment that it stands on", () => {
  const affected = retriedItems(results("permission/emea/team%2Fops/abc-p1"), inventory);
  const { changes } = planOf({ inventory, affected });
  expect(changes.map(({ id }) => id)).toEqual([
    "environment/abc-P1",
    "group/emea/team%2Fops",
    "permission/emea/team%2Fops/abc-P1",
  ]);
});
