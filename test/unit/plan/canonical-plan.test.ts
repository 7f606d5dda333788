import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalPlan } from "../../../src/plan/canonical-plan.ts";
import { anEnvironment, anInventory, planOf } from "../../support/builders.ts";
import { aClusterWorld } from "../../support/cluster-world.ts";
import { randomInventory, randomSeed } from "../../support/random-worlds.ts";
import { savedPlan } from "../../support/saved-documents.ts";

test("a plan of dtsync stays as it is, to the byte", async () => {
  expect(JSON.stringify(canonicalPlan(savedPlan))).toBe(JSON.stringify(savedPlan));
  await fc.assert(
    fc.asyncProperty(randomSeed, randomInventory, async (seed, inventory) => {
      const plan = await aClusterWorld({ seed }).plan(inventory);
      expect(JSON.stringify(canonicalPlan(plan))).toBe(JSON.stringify(plan));
    }),
    { numRuns: 30 },
  );
});

test("sets come in the order that dtsync gives them, and a guard is about nothing where it does not say", () => {
  const plan = planOf({
    inventory: anInventory({ environments: [anEnvironment({ settings: { tags: ["b", "a"] } })] }),
  });
  const foreign = {
    ...plan,
    changes: plan.changes.map((change) => ({ ...change, after: { ...change.after, tags: ["b", "a", "b"] } })),
    guards: [{ guard: "maxRemovals", limit: 0, actual: 2, override: "--allow-removals 2" }],
  } as unknown as typeof plan;
  const { changes, guards } = canonicalPlan(foreign);
  expect(changes).toEqual(plan.changes);
  expect(guards).toEqual([{ ...foreign.guards[0], items: [] }]);
});
