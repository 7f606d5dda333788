import { describe, expect, test } from "vitest";
import { remainingGuards } from "../../../src/application/remaining-guards.ts";
import type { Guard } from "../../../src/model/plan.ts";
import { aChange, anEnvironment, anInventory } from "../../support/builders.ts";

const ids = ["abc-p1", "abc-t1"];
const disables = ids.map((environment) => aChange({ kind: "environment", action: "disable", environment }));
const updates = ids.map((environment) => aChange({ kind: "environment", action: "update", environment }));
const environments = ids.map((id) => anEnvironment({ id }));
const inventory = anInventory({ environments, safety: { maxUpdates: { count: 1 } } });
const asDeclared = { removals: null, updates: null };

const aGuard = (guard: string): Guard => ({ guard, limit: 0, actual: 1, override: null, items: [] });
const namesOf = (guards: readonly Guard[]) => guards.map(({ guard }) => guard);

describe("a limit", () => {
  test("refuses what is over it, until it is raised far enough", () => {
    const plan = { changes: disables, guards: [] };
    const refusing = (removals: number | null) =>
      namesOf(remainingGuards(plan, inventory, { ...asDeclared, removals }));
    expect(refusing(null)).toEqual(["maxRemovals"]);
    expect(refusing(1)).toEqual(["maxRemovals"]);
    expect(refusing(2)).toEqual([]);
  });

  test("is raised by itself alone", () => {
    const plan = { changes: [...disables, ...updates], guards: [] };
    expect(namesOf(remainingGuards(plan, inventory, { removals: 2, updates: null }))).toEqual(["maxUpdates"]);
    expect(namesOf(remainingGuards(plan, inventory, { removals: null, updates: 2 }))).toEqual(["maxRemovals"]);
    expect(remainingGuards(plan, inventory, { removals: 2, updates: 2 })).toEqual([]);
  });

  test("can be lowered too", () => {
    const plan = { changes: updates.slice(0, 1), guards: [] };
    expect(remainingGuards(plan, inventory, asDeclared)).toEqual([]);
    expect(namesOf(remainingGuards(plan, inventory, { ...asDeclared, updates: 0 }))).toEqual(["maxUpdates"]);
  });
});

describe("the guards that a plan names", () => {
  test("do not count where they can be counted again", () => {
    const guards = ["maxRemovals", "maxUpdates", "protect"].map(aGuard);
    expect(remainingGuards({ changes: [], guards }, inventory, asDeclared)).toEqual([]);
    // A plan file from which they were taken away.
    expect(namesOf(remainingGuards({ changes: disables, guards: [] }, inventory, asDeclared))).toEqual(["maxRemovals"]);
  });

  test("count where only the reading knows, and nothing raises them", () => {
    const guards = ["lastClusterAdminGroup", "breakGlass"].map(aGuard);
    expect(remainingGuards({ changes: [], guards }, inventory, { removals: 99, updates: 99 })).toEqual(guards);
  });

  test("protected environments stay protected whatever is raised", () => {
    const guarded = anInventory({ environments, safety: { protect: ["*-p*"] } });
    const remaining = remainingGuards({ changes: disables, guards: [] }, guarded, { removals: 99, updates: 99 });
    expect(remaining).toMatchObject([{ guard: "protect", items: ["environment/abc-p1"] }]);
  });
});
