import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { documentFaults } from "../../../src/load/schema/document-schemas.ts";
import type { Inventory } from "../../../src/model/inventory.ts";
import { compareDeclarations, reportDifference } from "../../../src/plan/compare-declarations.ts";
import {
  aCluster,
  aGroup,
  aHost,
  anEnvironment,
  anInventory,
  aRollout,
  oneAgentSettings,
  sshSettings,
} from "../../support/builders.ts";

import { randomInventory } from "../../support/random-worlds.ts";

const lines = (before: Inventory | null, after: Inventory): readonly string[] =>
  compareDeclarations(before, after).changes.map(({ action, id }) => `${action} ${id}`);
const only = (before: Inventory | null, after: Inventory) => {
  const { changes } = compareDeclarations(before, after);
  expect(changes).toHaveLength(1);
  const [{ action, before: left, after: right, fields, notes } = { notes: [] }] = changes;
  return { action, before: left, after: right, fields, notes };
};
const notesOf = (before: Inventory, after: Inventory): readonly string[] =>
  compareDeclarations(before, after).unmanaged.map(({ id, cluster, note }) => `${cluster} ${id}: ${note}`);
const settingsOf = (before: Inventory, after: Inventory): readonly string[] =>
  compareDeclarations(before, after).settings.map(
    ({ subject, field, before: left, after: right }) =>
      `${subject} ${field}: ${JSON.stringify(left)} → ${JSON.stringify(right)}`,
  );

const withEnvironment = (given: Parameters<typeof anEnvironment>[0]) =>
  anInventory({ environments: [anEnvironment(given)] });
const withGroup = (given: Parameters<typeof aGroup>[0]) =>
  anInventory({ environments: [anEnvironment(), anEnvironment({ id: "abc-t1" })], groups: [aGroup(given)] });
const withHost = (given: Parameters<typeof aHost>[0]) =>
  anInventory({ environments: [anEnvironment()], hosts: [aHost(given)] });

describe("environments that are declared differently", () => {
  test("show the declared values of both sides", () => {
    const before = withEnvironment({ settings: { tags: ["b", "a"], quotas: { hostUnits: { maxLimit: 100 } } } });
    const after = withEnvironment({
      settings: { tags: ["a", "b"], trial: false, quotas: { hostUnits: { maxLimit: null } } },
    });
    expect(only(before, after)).toEqual({
      action: "update",
      before: { quotas: { hostUnits: { maxLimit: 100 } } },
      after: { trial: false, quotas: { hostUnits: { maxLimit: "unlimited" } } },
      fields: ["trial", "quotas.hostUnits.maxLimit"],
      notes: [],
    });
  });

  test("are created with what is declared, the default name included", () => {
    expect(only(null, withEnvironment({ settings: { tags: ["a"] } }))).toMatchObject({
      action: "create",
      before: null,
      after: { name: "abc p1", tags: ["a"] },
    });
  });

  test.each([
    [null, "disabled", "disable", {}, { state: "disabled" }],
    ["enabled", "disabled", "disable", { state: "enabled" }, { state: "disabled" }],
    ["disabled", "enabled", "enable", { state: "disabled" }, { state: "enabled" }],
    ["absent", null, "update", { state: "absent" }, {}],
    [null, "enabled", "update", {}, { state: "enabled" }],
    ["disabled", null, "update", { state: "disabled" }, {}],
    [null, "absent", "disable", {}, { state: "absent" }],
    ["disabled", "absent", "disable", { state: "disabled" }, { state: "absent" }],
  ] as const)("from state %s to %s", (old, now, action, before, after) => {
    const result = only(withEnvironment({ state: old }), withEnvironment({ state: now }));
    expect(result).toMatchObject({ action, before, after, fields: ["state"] });
    // A plan leaves a state alone that is not declared.
    const stays = now === null ? ["its state is no longer declared and stays as it is"] : [];
    expect(result.notes).toEqual(
      now === "absent" ? ["disabled by one apply, deleted with its data by a later one"] : stays,
    );
  });

  test("hide nothing else when they go", () => {
    const before = withEnvironment({ settings: { tags: ["a"] } });
    expect(only(before, withEnvironment({ state: "absent", settings: { tags: ["b"] } })).fields).toEqual(["state"]);
  });

  test("are no removal when they are no longer declared", () => {
    const [there, gone] = [anInventory({ environments: [anEnvironment()] }), anInventory()];
    expect(lines(there, gone)).toEqual([]);
    expect(notesOf(there, gone)).toEqual([
      "emea environment/abc-p1: becomes unmanaged; to remove it, declare state: absent",
    ]);
    expect(notesOf(withEnvironment({ state: "absent" }), gone)).toEqual([
      "emea environment/abc-p1: its removal is no longer declared: what is left of it stays",
    ]);
  });

  test("are made again on another cluster, and stay on the old one", () => {
    const [before, after] = [withEnvironment({}), withEnvironment({ cluster: "apac" })];
    expect(only(before, after)).toMatchObject({
      action: "create",
      before: null,
      notes: ["emea keeps the one that it has"],
    });
    expect(notesOf(before, after)).toEqual([
      "emea environment/abc-p1: becomes unmanaged on emea, which keeps it with its data: it is declared for apac now",
    ]);
  });

  test("are the same in another case", () => {
    expect(lines(withEnvironment({ id: "abc-P1" }), withEnvironment({ id: "abc-p1" }))).toEqual([]);
  });
});

describe("groups and rights that are declared differently", () => {
  test("show fields and rights apart", () => {
    const before = withGroup({ ldapGroupNames: ["cn=a"], access: { "abc-p1": ["VIEWER"], "abc-t1": ["VIEWER"] } });
    const after = withGroup({ ssoGroupNames: ["b"], access: { "abc-p1": ["LOG_VIEWER"] } });
    const { changes } = compareDeclarations(before, after);
    expect(changes.map(({ id, action, before, after }) => ({ id, action, before, after }))).toEqual([
      {
        id: "group/emea/operators",
        action: "update",
        before: { ldapGroupNames: ["cn=a"] },
        after: { ssoGroupNames: ["b"] },
      },
      {
        id: "permission/emea/operators/abc-p1",
        action: "update",
        before: ["VIEWER"],
        after: ["LOG_VIEWER", "VIEWER"],
      },
      { id: "permission/emea/operators/abc-t1", action: "revoke", before: ["VIEWER"], after: [] },
    ]);
  });

  test("take no implied right for a difference", () => {
    const access = (names: readonly string[]) => withGroup({ access: { "abc-p1": names } });
    expect(lines(access(["LOG_VIEWER"]), access(["VIEWER", "LOG_VIEWER"]))).toEqual([]);
  });

  test("are renamed, made and removed as declared", () => {
    expect(only(withGroup({ name: "old" }), withGroup({ name: "new", previously: ["older", "old"] }))).toMatchObject({
      action: "update",
      before: { name: "old" },
      after: { name: "new" },
    });
    expect(notesOf(withGroup({ name: "old" }), withGroup({ name: "new", previously: ["old"] }))).toEqual([]);
    expect(only(withGroup({}), withGroup({ state: "absent" }))).toMatchObject({ action: "delete", after: null });
    expect(only(withGroup({ state: "absent" }), withGroup({}))).toMatchObject({ action: "create", before: null });
  });

  test("show former names that are added, which can rename a group, or remove one", () => {
    const renaming = [expect.stringMatching(/under a former name is renamed/)];
    expect(only(withGroup({}), withGroup({ previously: ["old"] }))).toEqual({
      ...{ action: "update", before: {}, after: { previously: ["old"] }, fields: ["previously"], notes: renaming },
    });
    expect(only(withGroup({ previously: ["old"] }), withGroup({ previously: ["other", "OLD"] }))).toMatchObject({
      ...{ before: { previously: ["old"] }, after: { previously: ["other", "OLD"] }, notes: renaming },
    });
    expect(only(withGroup({ name: "old" }), withGroup({ previously: ["old", "older"] }))).toMatchObject({
      ...{ fields: ["name", "previously"], notes: renaming },
    });
    expect(
      only(anInventory({ environments: withGroup({}).environments }), withGroup({ previously: ["old"] })),
    ).toMatchObject({
      ...{ action: "create", after: { previously: ["old"] }, notes: renaming },
    });
    const absent = { state: "absent" } as const;
    expect(only(withGroup(absent), withGroup({ ...absent, previously: ["old"] }))).toMatchObject({
      ...{ action: "delete", before: null, notes: [expect.stringMatching(/under a former name is removed/)] },
    });
    expect(lines(withGroup({ previously: ["a", "b"] }), withGroup({ previously: ["B", "a"] }))).toEqual([]);
  });

  test("keep to the schema with former names", () => {
    const report = (before: Inventory, after: Inventory) =>
      reportDifference(
        compareDeclarations(before, after),
        { revision: "main", commit: "0".repeat(40) },
        { revision: null, commit: null },
      );
    const [without, having] = [withGroup({}), withGroup({ previously: ["old"] })];
    expect(documentFaults("diff", report(without, having))).toEqual([]);
    expect(documentFaults("diff", report(having, without))).toEqual([]);
  });

  test("tell of groups under former names that nobody takes up any more", () => {
    const before = withGroup({ previously: ["old", "older"] });
    expect(lines(before, withGroup({ previously: ["older"] }))).toEqual([]);
    expect(notesOf(before, withGroup({ previously: ["older"] }))).toEqual([
      'emea group/emea/old: no longer a former name of "operators": if it is still there, it becomes unmanaged, and "operators" is created',
    ]);
    const absent = withGroup({ previously: ["old"], state: "absent" });
    expect(notesOf(absent, withGroup({ state: "absent" }))).toEqual([
      "emea group/emea/old: its removal is no longer declared: if it is still there, it stays",
    ]);
    const taken = anInventory({ groups: [aGroup(), aGroup({ name: "new", previously: ["old"] })] });
    expect(notesOf(anInventory({ groups: [aGroup({ previously: ["old"] })] }), taken)).toEqual([]);
  });

  test("tell rights that begin or cease to be declared", () => {
    const [without, having] = [withGroup({}), withGroup({ access: { "abc-p1": ["VIEWER"] } })];
    expect(only(without, having)).toMatchObject({ action: "grant", notes: ["its rights were not declared before"] });
    expect(lines(having, without)).toEqual([]);
    expect(notesOf(having, without)).toEqual([
      "emea group/emea/operators: its rights are no longer declared and stay as they are",
    ]);
  });

  test("leave rights on an environment that is no longer declared, and take those on one that goes", () => {
    const group = (access: Readonly<Record<string, readonly string[]>>) => aGroup({ access });
    const before = anInventory({ environments: [anEnvironment()], groups: [group({ "abc-p1": ["VIEWER"] })] });
    expect(lines(before, anInventory({ groups: [group({})] }))).toEqual([]);
    const absent = anInventory({ environments: [anEnvironment({ state: "absent" })], groups: [group({})] });
    expect(lines(before, absent)).toEqual(["revoke permission/emea/operators/abc-p1", "disable environment/abc-p1"]);
  });

  test("lose their rights where an environment goes, if they are made no more, and nowhere else", () => {
    const rights = { "abc-p1": ["VIEWER"], "abc-t1": ["VIEWER"] };
    const before = anInventory({
      environments: [anEnvironment(), anEnvironment({ id: "abc-t1" })],
      groups: [aGroup({ access: rights })],
    });
    const after = anInventory({
      environments: [anEnvironment({ state: "absent" }), anEnvironment({ id: "abc-t1" })],
      leavingGroups: [aGroup({ access: {} })],
    });
    expect(lines(before, after)).toEqual(["revoke permission/emea/operators/abc-p1", "disable environment/abc-p1"]);
    expect(notesOf(before, after)).toEqual([
      "emea group/emea/operators: becomes unmanaged; to remove it, declare state: absent",
    ]);
  });

  test("are compared cluster by cluster", () => {
    const [emea, apac] = [anInventory({ groups: [aGroup()] }), anInventory({ groups: [aGroup({ cluster: "apac" })] })];
    expect(lines(emea, apac)).toEqual(["create group/apac/operators"]);
    expect(notesOf(emea, apac)).toEqual([
      "emea group/emea/operators: becomes unmanaged; to remove it, declare state: absent",
    ]);
    const [first, second] = ["emea", "apac"].map((cluster) => aGroup({ cluster, access: {} }));
    if (first === undefined || second === undefined) throw new Error("there are two");
    expect(notesOf(anInventory({ groups: [first, second] }), anInventory({ groups: [second] }))).toEqual([
      "emea group/emea/operators: its access reaches nothing there any more: what it has there stays; to have it taken away, name the cluster in its clusters",
    ]);
  });
});

describe("hosts that are declared differently", () => {
  test.each([
    ["configure", { hostGroup: "a" }, { hostGroup: "b" }, ["hostGroup"]],
    ["configure", { hostGroup: "a" }, {}, ["hostGroup"]],
    ["update", { version: "1.313" }, { version: "1.321" }, ["version"]],
    ["update", {}, { minVersion: "1.321", hostGroup: "b" }, ["minVersion", "hostGroup"]],
  ] as const)("%s", (action, old, now, fields) => {
    const before = withHost({ oneagent: oneAgentSettings(old) });
    expect(only(before, withHost({ oneagent: oneAgentSettings(now) }))).toMatchObject({ action, fields });
  });

  test("are installed, moved and uninstalled", () => {
    expect(only(withHost({ state: "absent" }), withHost({}))).toMatchObject({
      action: "install",
      after: { environment: "abc-p1", version: "latest" },
    });
    expect(only(withHost({}), withHost({ environment: "abc-t1" }))).toMatchObject({
      action: "move",
      before: { environment: "abc-p1" },
      after: { environment: "abc-t1" },
    });
    expect(only(withHost({}), withHost({ state: "absent" }))).toMatchObject({
      action: "uninstall",
      before: { environment: "abc-p1" },
      after: null,
    });
    expect(notesOf(withHost({}), anInventory({ environments: [anEnvironment()] }))).toEqual([
      "emea host/web01.abc.example.com: becomes unmanaged and keeps its agent; to remove that, declare state: absent",
    ]);
  });
});

describe("settings of dtsync itself", () => {
  test("tell what was suspended or resumed, with or without the environment being new", () => {
    const place = { file: "customers/abc.yaml", line: 5, column: 5 };
    const suspended = { until: "2026-12-01", reason: "migration", place };
    const [free, held] = [withEnvironment({}), withEnvironment({ suspended })];
    const lines = (from: string, to: string) => [
      `environment/abc-p1 suspended.reason: ${from === "null" ? from : '"migration"'} → ${to === "null" ? to : '"migration"'}`,
      `environment/abc-p1 suspended.until: ${from} → ${to}`,
    ];
    expect(settingsOf(free, held)).toEqual(lines("null", '"2026-12-01"'));
    expect(settingsOf(held, free)).toEqual(lines('"2026-12-01"', "null"));
    const later = withEnvironment({ suspended: { ...suspended, until: "2026-12-31" } });
    expect(settingsOf(held, later)).toEqual(['environment/abc-p1 suspended.until: "2026-12-01" → "2026-12-31"']);
    expect(settingsOf(anInventory({}), held)).toEqual(lines("null", '"2026-12-01"'));
    expect(settingsOf(held, anInventory({}))).toEqual([]);
  });

  test("are listed apart from changes", () => {
    const before = anInventory({ environments: [anEnvironment()], hosts: [aHost()] });
    const after = anInventory({
      clusters: [aCluster({ token: { env: "OTHER" } }), aCluster({ name: "apac", maxConcurrency: 4 })],
      environments: [anEnvironment({ rollout: aRollout({ canary: { percent: 5 } }), defaultName: "New p1" })],
      hosts: [aHost({ ssh: sshSettings({ user: "root" }), oneagent: oneAgentSettings({ transfer: "pull" }) })],
      safety: { maxRemovals: 5 },
    });
    expect(lines(before, after)).toEqual([]);
    expect(settingsOf(before, after)).toEqual([
      "cluster/apac maxConcurrency: null → 4",
      'cluster/apac token: null → {"env":"DTSYNC_TOKEN_EMEA"}',
      'cluster/apac url: null → "https://dynatrace.example.com"',
      'cluster/emea token: {"env":"DTSYNC_TOKEN_EMEA"} → {"env":"OTHER"}',
      'environment/abc-p1 defaultName: "abc p1" → "New p1"',
      'environment/abc-p1 rollout.canary: 1 → "5%"',
      'host/web01.abc.example.com oneagent.transfer: "auto" → "pull"',
      'host/web01.abc.example.com ssh.user: null → "root"',
      "safety maxRemovals: 0 → 5",
    ]);
  });

  test("are equal for paths below the two folders", () => {
    const at = (directory: string) =>
      anInventory({
        directory,
        clusters: [aCluster({ ca: `${directory}/certs/emea.pem` })],
        hosts: [aHost({ ssh: sshSettings({ knownHosts: `${directory}/known_hosts`, identityFile: "/etc/key" }) })],
      });
    expect(settingsOf(at("/tmp/a"), at("/srv/b"))).toEqual([]);
  });
});

describe("any two inventories", () => {
  const shuffled = (inventory: Inventory): Inventory => ({
    ...inventory,
    environments: [...inventory.environments].reverse(),
    groups: [...inventory.groups].reverse(),
    hosts: [...inventory.hosts].reverse(),
  });

  test("differ in nothing from themselves, in any order", () => {
    fc.assert(
      fc.property(randomInventory, (inventory) => {
        const { changes, unmanaged, settings } = compareDeclarations(inventory, shuffled(inventory));
        expect([...changes, ...unmanaged, ...settings]).toEqual([]);
      }),
    );
  });

  test("differ the same whatever the order of their items", () => {
    fc.assert(
      fc.property(randomInventory, randomInventory, (before, after) => {
        expect(compareDeclarations(shuffled(before), shuffled(after))).toEqual(compareDeclarations(before, after));
      }),
    );
  });

  test("never have a change that is the same on both sides", () => {
    fc.assert(
      fc.property(randomInventory, randomInventory, (before, after) => {
        const { changes } = compareDeclarations(before, after);
        for (const change of changes) expect(change.before).not.toEqual(change.after ?? "nothing");
        const { summary } = reportDifference(
          compareDeclarations(before, after),
          { revision: "a", commit: null },
          { revision: null, commit: null },
        );
        expect(summary.create + summary.update + summary.remove + summary.deploy).toBeLessThanOrEqual(changes.length);
      }),
    );
  });
});
