import { expect, test } from "vitest";
import { aGroup, anInventory, planOf, scopeOf } from "../../../support/builders.ts";

const inventory = anInventory({ groups: [aGroup({ name: "noc" }), aGroup({ name: "operators" })] });
const clusters = { emea: { groups: "no answer" } };

test("groups that could not be read are held with as many items as are in scope", () => {
  expect(planOf({ inventory, clusters }).held).toEqual([
    { scope: "cluster/emea/groups", reason: "no answer", items: 2 },
  ]);
  expect(planOf({ inventory, clusters, scope: scopeOf({ targets: ["noc"] }) }).held).toMatchObject([{ items: 1 }]);
});

test("to a run that is not about groups it is nothing that they could not be read", () => {
  expect(planOf({ inventory, clusters, scope: scopeOf({ only: ["environments", "hosts"] }) }).held).toEqual([]);
});

test("groups that nobody asked for are neither held nor unmanaged", () => {
  const plan = planOf({ inventory, clusters: { emea: { groups: null } }, scope: scopeOf({ only: ["hosts"] }) });
  expect([plan.held, plan.unmanaged["emea"]?.groups]).toEqual([[], []]);
});
