import { expect, test } from "vitest";
import type { Fetch } from "../../../src/ports.ts";
import { aGroup, anEnvironment, anInventory } from "../../support/builders.ts";
import { aClusterWorld } from "../../support/cluster-world.ts";

test("a right that somebody gives while a write waits is kept", async () => {
  let throttled = 0;
  const throttle =
    (fetch: Fetch): Fetch =>
    async (url, request) => {
      if (request.method !== "PUT" || throttled > 0) return fetch(url, request);
      throttled += 1;
      world.cluster.setGroup("abc-operators", { accessRight: { VIEWER: ["abc-p1", "foreign"] } });
      return new Response("", { status: 429, headers: { "retry-after": "7" } });
    };
  const world = aClusterWorld({
    wrap: throttle,
    seed: {
      environments: [{ id: "abc-p1" }, { id: "foreign" }],
      groups: [{ name: "abc-operators", accessRight: { VIEWER: ["abc-p1"] } }],
    },
  });
  const inventory = anInventory({
    environments: [anEnvironment()],
    groups: [aGroup({ name: "abc-operators", access: { "abc-p1": ["LOG_VIEWER"] } })],
  });
  expect(await world.converge(inventory)).toEqual([]);
  const rights = world.cluster.snapshot().groups.find(({ name }) => name === "abc-operators")?.accessRight;
  expect(rights).toEqual({ VIEWER: ["abc-p1", "foreign"], LOG_VIEWER: ["abc-p1"] });
  expect(throttled).toBe(1);
  expect(world.clock.waits.some((wait) => wait >= 7_000)).toBe(true);
});
