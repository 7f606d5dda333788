import { describe, expect, test } from "vitest";
import { phases } from "../../../src/kinds/kind.ts";
import {
  actionRules,
  allFamilies,
  allKinds,
  familyOfChange,
  isRemoval,
  leavesLess,
  rulesOf,
  takesAway,
} from "../../../src/kinds/kinds.ts";
import type { Change, ChangeKind, Changes } from "../../../src/model/change.ts";
import { aChange, aGroup, anEnvironment, anInventory } from "../../support/builders.ts";

/** Every kind with every action, in the order in which changes are made. */
const everyChange: readonly (readonly [Change, object])[] = [
  [
    aChange({ kind: "environment", action: "create" }),
    { count: "create", sign: "+", phase: "appear", startsItem: true },
  ],
  [
    aChange({ kind: "environment", action: "update" }),
    { count: "update", sign: "~", phase: "appear", startsItem: false },
  ],
  [
    aChange({ kind: "environment", action: "enable" }),
    { count: "update", sign: "~", phase: "appear", startsItem: false },
  ],
  [aChange({ kind: "group", action: "create" }), { count: "create", sign: "+", phase: "groups", startsItem: true }],
  [aChange({ kind: "group", action: "update" }), { count: "update", sign: "~", phase: "groups", startsItem: false }],
  [
    aChange({ kind: "permission", action: "grant" }),
    { count: "update", sign: "+", phase: "groups", startsItem: false },
  ],
  [
    aChange({ kind: "permission", action: "update" }),
    { count: "update", sign: "~", phase: "groups", startsItem: false },
  ],
  [
    aChange({ kind: "permission", action: "revoke" }),
    { count: "update", sign: "-", phase: "groups", startsItem: false },
  ],
  [
    aChange({ kind: "zone-permission", action: "grant" }),
    { count: "update", sign: "+", phase: "groups", startsItem: false },
  ],
  [
    aChange({ kind: "zone-permission", action: "update" }),
    { count: "update", sign: "~", phase: "groups", startsItem: false },
  ],
  [
    aChange({ kind: "zone-permission", action: "revoke" }),
    { count: "update", sign: "-", phase: "groups", startsItem: false },
  ],
  [
    aChange({ kind: "group", action: "delete" }),
    { count: "remove", sign: "-", phase: "group-removals", startsItem: false },
  ],
  [aChange({ kind: "host", action: "install" }), { count: "deploy", sign: "»", phase: "hosts", startsItem: true }],
  [aChange({ kind: "host", action: "update" }), { count: "deploy", sign: "~", phase: "hosts", startsItem: false }],
  [aChange({ kind: "host", action: "configure" }), { count: "deploy", sign: "~", phase: "hosts", startsItem: false }],
  [aChange({ kind: "host", action: "move" }), { count: "deploy", sign: "»", phase: "hosts", startsItem: false }],
  [aChange({ kind: "host", action: "uninstall" }), { count: "remove", sign: "-", phase: "hosts", startsItem: false }],
  [
    aChange({ kind: "environment", action: "disable" }),
    { count: "remove", sign: "-", phase: "disable", startsItem: false },
  ],
  [
    aChange({ kind: "environment", action: "delete" }),
    { count: "remove", sign: "-", phase: "delete", startsItem: false },
  ],
];

describe("every action of every kind", () => {
  test.each(everyChange)("%o", (change, rules) => {
    expect(actionRules(change)).toMatchObject(rules);
    expect(isRemoval(change)).toBe(actionRules(change).count === "remove");
    expect(takesAway(change)).toBe(actionRules(change).sign === "-");
  });

  test("comes in its phase, and what is taken away last", () => {
    const order = everyChange.map(([change]) => phases.indexOf(actionRules(change).phase));
    expect(order).toEqual([...order].sort((left, right) => left - right));
  });

  test("belongs to a family that is planned", () => {
    expect(new Set(everyChange.map(([change]) => change.kind))).toEqual(new Set(allKinds));
    expect(new Set(everyChange.map(([change]) => familyOfChange(change)))).toEqual(new Set(allFamilies));
  });
});

test.each([
  [
    aChange({ kind: "permission", action: "update", before: ["LOG_VIEWER", "VIEWER"], after: ["VIEWER"] }),
    ["LOG_VIEWER"],
  ],
  [aChange({ kind: "permission", action: "revoke", before: ["VIEWER"], after: [] }), ["VIEWER"]],
  [aChange({ kind: "permission", action: "update", before: ["VIEWER"], after: ["LOG_VIEWER", "VIEWER"] }), []],
  [aChange({ kind: "permission", action: "grant", before: [], after: ["VIEWER"] }), []],
])("%o takes rights away: %j", (change, lost) => {
  expect(rulesOf(change).lostRights(change)).toEqual(lost);
  expect(leavesLess(change)).toBe(lost.length > 0);
});

test("a removal leaves less, though it lists no rights, and nothing else does", () => {
  for (const [change] of everyChange.filter(([{ kind }]) => kind !== "permission" && kind !== "zone-permission")) {
    expect(rulesOf(change).lostRights(change)).toEqual([]);
    expect(leavesLess(change)).toBe(isRemoval(change));
  }
});

/** What two changes of an action are called together. */
function titleOfTwo<K extends ChangeKind>(kind: K, action: Changes[K]["action"]): string {
  const change = (number: number) =>
    aChange({ kind, action, environment: `abc-p${number}`, group: `group ${number}`, host: `web${number}` });
  return rulesOf({ kind }).title([change(1), change(2)]);
}

test("several changes have a title that counts them", () => {
  expect(titleOfTwo("environment", "update")).toBe("update 2 environments");
  expect(titleOfTwo("group", "create")).toBe("create 2 groups");
  expect(titleOfTwo("permission", "grant")).toBe("grant rights of 2 groups on 2 environments");
  expect(titleOfTwo("host", "move")).toBe("move to another environment: 2 hosts");
  expect(titleOfTwo("host", "uninstall")).toBe("uninstall the OneAgent from 2 hosts");
});

describe("what stands on what", () => {
  const environment = (action: "create" | "update" | "enable" | "disable" | "delete") =>
    aChange({ kind: "environment", action });
  const group = aChange({ kind: "group", action: "create" });
  const permission = aChange({ kind: "permission", action: "grant" });
  const host = aChange({ kind: "host", action: "install" });
  const isFoundation = (change: Change, dependent: Change) => rulesOf(change).isFoundationOf(change, dependent);

  test.each([
    [environment("create"), permission, true],
    [environment("create"), host, true],
    [environment("enable"), host, true],
    [environment("update"), host, false],
    [environment("disable"), host, false],
    [environment("delete"), host, false],
    [group, permission, true],
    [group, environment("disable"), false],
    [aChange({ kind: "group", action: "update" }), permission, true],
    // New administrators come before old ones go, which is mere order.
    [group, aChange({ kind: "group", action: "delete" }), false],
    [permission, environment("disable"), false],
    [aChange({ kind: "host", action: "uninstall" }), environment("delete"), false],
  ])("%o below %o: %s", (change, dependent, expected) => {
    expect(isFoundation(change, dependent)).toBe(expected);
  });
});

describe("whether an inventory declares what a change is about", () => {
  const inventory = anInventory({
    environments: [anEnvironment({ id: "ABC-p1" })],
    groups: [
      aGroup({ name: "Operators", previously: ["Old"], access: { "abc-p1": ["VIEWER"] } }),
      aGroup({ name: "unmanaged-rights", access: null }),
    ],
  });
  const declared = (change: Change) => rulesOf(change).declaredIn(inventory)(change);

  test.each([
    [aChange({ kind: "environment", action: "update", environment: "abc-P1" }), true],
    [aChange({ kind: "environment", action: "update", environment: "abc-t1" }), false],
    [aChange({ kind: "group", action: "update", group: "operators" }), true],
    [aChange({ kind: "group", action: "update", group: "old" }), true],
    [aChange({ kind: "group", action: "update", group: "operators", cluster: "apac" }), false],
    [aChange({ kind: "group", action: "update", group: "noc" }), false],
    [aChange({ kind: "permission", action: "grant", group: "OPERATORS", environment: "abc-p1" }), true],
    [aChange({ kind: "permission", action: "grant", group: "operators", environment: "abc-t1" }), false],
    [aChange({ kind: "permission", action: "grant", group: "unmanaged-rights", environment: "abc-p1" }), false],
    [aChange({ kind: "host", action: "install" }), false],
  ])("%o: %s", (change, expected) => {
    expect(declared(change)).toBe(expected);
  });
});
