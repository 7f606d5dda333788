import { describe, expect, test } from "vitest";
import type { Environment, Safety } from "../../../../src/model/inventory.ts";
import type { ObservedEnvironment } from "../../../../src/model/observed.ts";
import {
  actionsOf,
  anEnvironment,
  anInventory,
  anObservedEnvironment,
  changeOf,
  planOf,
} from "../../../support/builders.ts";

interface Case {
  readonly declared: Partial<Environment>;
  /** Null: the cluster has nothing. */
  readonly found: Partial<ObservedEnvironment> | null;
  readonly safety?: Partial<Safety>;
  readonly quotasLicensed?: boolean;
}

const planFor = ({ declared, found, safety = {}, quotasLicensed = true }: Case) =>
  planOf({
    inventory: anInventory({ environments: [anEnvironment(declared)], safety }),
    clusters: { emea: { environments: found ? [anObservedEnvironment(found)] : [], quotasLicensed } },
  });

const id = "environment/abc-p1";
const day = 86_400_000;

describe("what happens to an environment", () => {
  test.each<[string, Case, readonly string[]]>([
    ["nothing there", { declared: {}, found: null }, [`create ${id}`]],
    ["nothing there, declared disabled", { declared: { state: "disabled" }, found: null }, [`create ${id}`]],
    ["nothing there, declared absent", { declared: { state: "absent" }, found: null }, []],
    ["there, nothing declared about it", { declared: {}, found: { name: "Any", tags: ["x"], trial: true } }, []],
    ["there, disabled by hand, state not declared", { declared: {}, found: { state: "DISABLED" } }, []],
    ["disabled, declared enabled", { declared: { state: "enabled" }, found: { state: "DISABLED" } }, [`enable ${id}`]],
    ["enabled, declared disabled", { declared: { state: "disabled" }, found: {} }, [`disable ${id}`]],
    ["disabled, declared disabled", { declared: { state: "disabled" }, found: { state: "DISABLED" } }, []],
    ["enabled, declared absent", { declared: { state: "absent" }, found: {} }, [`disable ${id}`]],
    [
      "disabled by hand, declared absent",
      { declared: { state: "absent" }, found: { state: "DISABLED" } },
      [`update ${id}`],
    ],
    ["spelled in another case", { declared: { settings: { name: "A" } }, found: { id: "ABC-P1", name: "A" } }, []],
    ["a name that differs", { declared: { settings: { name: "A" } }, found: { name: "a" } }, [`update ${id}`]],
    ["tags in another order", { declared: { settings: { tags: ["a", "b"] } }, found: { tags: ["b", "a"] } }, []],
    ["tags that differ by case", { declared: { settings: { tags: ["A"] } }, found: { tags: ["a"] } }, [`update ${id}`]],
    ["a tag too many", { declared: { settings: { tags: [] } }, found: { tags: ["a"] } }, [`update ${id}`]],
    ["no tag but dtsync's own", { declared: { settings: { tags: [] } }, found: { tags: ["dtsync:x"] } }, []],
    ["trial", { declared: { settings: { trial: false } }, found: { trial: true } }, [`update ${id}`]],
  ])("%s", (_name, world, actions) => {
    expect(actionsOf(planFor(world))).toEqual(actions);
  });

  test("the fields of a change are those that differ and no others", () => {
    const plan = planFor({
      declared: { settings: { name: "New", tags: ["b", "a"], trial: false } },
      found: { name: "Old", tags: ["a", "dtsync:x"] },
    });
    expect(changeOf(plan, id)).toMatchObject({
      fields: ["name", "tags"],
      before: { name: "Old", tags: ["a"] },
      after: { name: "New", tags: ["a", "b"] },
      source: { file: "customers/abc.yaml", line: 4 },
      customer: "abc",
      environment: "abc-p1",
      group: null,
      host: null,
      origin: null,
    });
  });

  test("a new one gets its default name, and its state only where it starts disabled", () => {
    expect(changeOf(planFor({ declared: { state: "enabled" }, found: null }), id)).toMatchObject({
      before: null,
      after: { name: "abc p1" },
      fields: ["name"],
    });
    expect(changeOf(planFor({ declared: { state: "disabled" }, found: null }), id).after).toEqual({
      name: "abc p1",
      state: "disabled",
    });
  });

  test("one that is disabled while the inventory says nothing of its state is pointed out", () => {
    expect(planFor({ declared: {}, found: { state: "DISABLED" } }).warnings).toEqual([
      expect.stringMatching(/^abc-p1 is disabled on emea .*declare state/),
    ]);
  });
});

describe("limits", () => {
  const limited = (maxLimit: number | null) => ({ settings: { quotas: { hostUnits: { maxLimit } } } });
  const observed = (hostUnits: Readonly<Record<string, unknown>> | null) => ({ quotas: { hostUnits } });
  test.each<[string, number | null, Readonly<Record<string, unknown>> | null, boolean]>([
    ["equal", 100, { maxLimit: 100, currentUsage: 7 }, true],
    ["another number", 100, { maxLimit: 50 }, false],
    ["zero is a limit", 0, { maxLimit: null }, false],
    ["unlimited and null", null, { maxLimit: null }, true],
    ["unlimited and left out", null, {}, true],
    ["unlimited and no such group", null, null, true],
    ["unlimited and a number", null, { maxLimit: 3 }, false],
  ])("%s", (_name, declared, found, same) => {
    const plan = planFor({ declared: limited(declared), found: observed(found) });
    expect(actionsOf(plan)).toEqual(same ? [] : [`update ${id}`]);
  });

  test("unlimited is shown by its name on both sides", () => {
    const plan = planFor({ declared: limited(null), found: observed({ maxLimit: 3 }) });
    expect(changeOf(plan, id)).toMatchObject({
      fields: ["quotas.hostUnits.maxLimit"],
      before: { quotas: { hostUnits: { maxLimit: 3 } } },
      after: { quotas: { hostUnits: { maxLimit: "unlimited" } } },
    });
  });

  test("a licence without quotas: a warning, nothing compared, nothing sent with a new one", () => {
    const settings = { quotas: { hostUnits: { maxLimit: 1 } }, storage: { transactionStorage: { maxLimit: 5 } } };
    const changed = planFor({ declared: { settings: { quotas: settings.quotas } }, found: {}, quotasLicensed: false });
    expect(changed.changes).toEqual([]);
    expect(changed.warnings).toEqual([expect.stringContaining("the licence of emea has no quotas")]);
    const created = planFor({ declared: { settings }, found: null, quotasLicensed: false });
    expect(changeOf(created, id).fields).toEqual(["name", "storage.transactionStorage.maxLimit"]);
  });
});

describe("removal", () => {
  const absent = (tags: readonly string[], deleteAfter: number) =>
    planFor({ declared: { state: "absent" }, found: { state: "DISABLED", tags }, safety: { deleteAfter } });

  test.each<[string, string, number, string]>([
    ["the same day", "2026-03-10", 7 * day, "2026-03-17"],
    ["the day before", "2026-03-04", 7 * day, "2026-03-11"],
    ["part of a day counts as one", "2026-03-10", day / 2, "2026-03-11"],
    ["over the end of a month", "2026-02-27", 30 * day, "2026-03-29"],
    ["until the end of all days that have four digits for the year", "9999-12-31", 7 * day, "9999-12-31"],
  ])("waits: %s", (_name, since, deleteAfter, until) => {
    const plan = absent([`dtsync:disabled=${since}`], deleteAfter);
    expect(plan.changes).toEqual([]);
    expect(plan.waiting).toEqual([{ id: "abc-p1", until }]);
    expect(plan.summary).toEqual({ create: 0, update: 0, remove: 0, deploy: 0, unchanged: 0, held: 0 });
  });

  test.each<[string, string, number]>([
    ["on the day", "2026-03-03", 7 * day],
    ["long after", "2020-01-01", 7 * day],
    ["at once with 0d", "2026-03-10", 0],
  ])("deletes: %s", (_name, since, deleteAfter) => {
    const plan = absent([`dtsync:disabled=${since}`], deleteAfter);
    expect(actionsOf(plan)).toEqual([`delete ${id}`]);
    expect(plan.waiting).toEqual([]);
    expect(changeOf(plan, id)).toMatchObject({ before: { name: "abc p1", state: "disabled" }, after: null });
  });

  test.each(["soon", "2026-13-45", "2026-02-30", "2026-00-01"])("a tag that is no day does not count: %s", (text) => {
    expect(actionsOf(absent([`dtsync:disabled=${text}`], 0))).toEqual([`update ${id}`]);
  });

  test("of several days the last counts, which deletes latest", () => {
    const plan = absent(["dtsync:disabled=2020-01-01", "dtsync:disabled=2026-03-09"], 7 * day);
    expect(plan.waiting).toEqual([{ id: "abc-p1", until: "2026-03-16" }]);
  });

  test("disabled by hand: the tag of today is added to what is there", () => {
    expect(changeOf(absent(["x", "dtsync:note"], 7 * day), id)).toMatchObject({
      fields: ["tags"],
      before: { tags: ["dtsync:note", "x"] },
      after: { tags: ["dtsync:disabled=2026-03-10", "dtsync:note", "x"] },
    });
  });

  test("nothing else that is declared of an absent one is compared", () => {
    const plan = planFor({ declared: { state: "absent", settings: { name: "New" } }, found: { name: "Old" } });
    expect(changeOf(plan, id)).toMatchObject({ action: "disable", fields: ["state"] });
  });
});

test("one that moved to another cluster is created there, and the warning says where its data is", () => {
  const inventory = anInventory({
    clusters: [
      { ...anInventory().clusters[0], name: "emea" } as never,
      { ...anInventory().clusters[0], name: "apac" } as never,
    ],
    environments: [anEnvironment({ cluster: "apac" })],
  });
  const plan = planOf({
    inventory,
    clusters: { emea: { environments: [anObservedEnvironment({ id: "ABC-p1" })] }, apac: {} },
  });
  expect(actionsOf(plan)).toEqual([`create ${id}`]);
  expect(plan.warnings).toEqual([expect.stringMatching(/created on apac, but emea still has it with its data/)]);
  expect(plan.unmanaged["emea"]).toEqual({ environments: ["ABC-p1"], groups: [] });
});
