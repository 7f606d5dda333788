import { describe, expect, test } from "vitest";
import type { Inventory } from "../../../src/model/inventory.ts";
import { originsFromBase, originsFromOlder, withOrigins } from "../../../src/plan/origins.ts";
import {
  aGroup,
  aHost,
  aHostReading,
  anEnvironment,
  anInventory,
  anObservedEnvironment,
  anObservedGroup,
  type ClusterContent,
  planOf,
} from "../../support/builders.ts";

const probes = { "web01.abc.example.com": aHostReading() };

/** `origin id` of every change of the first inventory, which stands on the others, newest first. */
function originsOf(content: ClusterContent, [head, base, ...older]: readonly Inventory[]): readonly string[] {
  const planned = (inventory: Inventory = anInventory()) => ({
    inventory,
    changes: planOf({ inventory, clusters: { emea: content }, probes }).changes,
  });
  const { changes } = planned(head);
  let origins = originsFromBase(changes, planned(base));
  for (const inventory of older) origins = originsFromOlder(origins, planned(inventory));
  return withOrigins(changes, origins).map(({ id, origin }) => `${origin} ${id}`);
}

const tagged = (tags: readonly string[] | null): Inventory =>
  anInventory({ environments: [anEnvironment({ settings: tags === null ? {} : { tags } })] });
const observed = (tags: readonly string[]): ClusterContent => ({ environments: [anObservedEnvironment({ tags })] });
const empty = anInventory();

describe("the origin of a change", () => {
  test("is this revision, where the base would not make it or otherwise", () => {
    expect(originsOf(observed(["a"]), [tagged(["b"]), tagged(["a"])])).toEqual(["change environment/abc-p1"]);
    expect(originsOf(observed(["a"]), [tagged(["c"]), tagged(["b"]), tagged(["a"])])).toEqual([
      "change environment/abc-p1",
    ]);
    expect(originsOf({}, [tagged(["a"]), empty])).toEqual(["change environment/abc-p1"]);
  });

  test("is pending for what the base declares and nobody has made", () => {
    const inventory = anInventory({
      environments: [anEnvironment()],
      groups: [aGroup({ access: { "abc-p1": ["VIEWER"] } })],
      hosts: [aHost()],
    });
    expect(originsOf({}, [inventory, inventory])).toEqual([
      "pending environment/abc-p1",
      "pending group/emea/operators",
      "pending permission/emea/operators/abc-p1",
      "pending host/web01.abc.example.com",
    ]);
  });

  test("is pending for what was declared otherwise before, and is still so", () => {
    const pending = ["pending environment/abc-p1"];
    expect(originsOf(observed(["a"]), [tagged(["b"]), tagged(["b"]), tagged(["a"])])).toEqual(pending);
    expect(originsOf(observed(["a"]), [tagged(["c"]), tagged(["c"]), tagged(["b"]), tagged(["a"])])).toEqual(pending);
    expect(originsOf(observed([]), [tagged(["b"]), tagged(["b"]), tagged(null)])).toEqual(pending);
  });

  test("is drift for what nobody declared so", () => {
    const drift = ["drift environment/abc-p1"];
    expect(originsOf(observed(["x"]), [tagged(["a"]), tagged(["a"])])).toEqual(drift);
    expect(originsOf(observed(["x"]), [tagged(["a"]), tagged(["a"]), tagged(["b"]), tagged(["a"])])).toEqual(drift);
    expect(originsOf(observed(["x"]), [tagged(["a"]), tagged(["a"]), empty, tagged(["x"])])).toEqual(drift);
  });

  test("is told for rights and removals as well", () => {
    const group = (permissions: readonly string[]) =>
      anInventory({ environments: [anEnvironment()], groups: [aGroup({ access: { "abc-p1": permissions } })] });
    const content = {
      environments: [anObservedEnvironment()],
      groups: [anObservedGroup({ accessRight: { VIEWER: ["abc-p1"] } })],
    };
    const [viewer, log] = [group(["VIEWER"]), group(["LOG_VIEWER"])];
    expect(originsOf(content, [log, log, viewer])).toEqual(["pending permission/emea/operators/abc-p1"]);
    const both = group(["LOG_VIEWER", "MANAGE_SETTINGS"]);
    expect(originsOf(content, [log, log, both])).toEqual(["drift permission/emea/operators/abc-p1"]);
    expect(originsOf(content, [log, viewer])).toEqual(["change permission/emea/operators/abc-p1"]);
    const absent = anInventory({ groups: [aGroup({ state: "absent" })] });
    expect(originsOf(content, [absent, absent, anInventory({ groups: [aGroup()] })])).toEqual([
      "pending group/emea/operators",
    ]);
    expect(originsOf(content, [absent, absent, absent])).toEqual(["drift group/emea/operators"]);
  });
});
