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

test("so is one that somebody gives while a write waits because others were refused", async () => {
  const names = Array.from({ length: 12 }, (_, index) => `abc-team-${index}`);
  let refused = 0;
  let sent = 0;
  // Gives the right once; all have been read by then, and some wait behind those that are refused.
  let given: Promise<void> | undefined;
  const give = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const name of names) world.cluster.setGroup(name, { accessRight: { VIEWER: ["abc-p1", "foreign"] } });
  };
  const throttle =
    (fetch: Fetch): Fetch =>
    async (url, request) => {
      if (request.method !== "PUT") return fetch(url, request);
      sent += 1;
      // Until the client has heard of a refusal, whatever it sends is refused.
      if (world.clock.waits.some((wait) => wait >= 50_000)) return fetch(url, request);
      refused += 1;
      given ??= give();
      await given;
      return new Response("", { status: 429, headers: { "retry-after": "60" } });
    };
  const world = aClusterWorld({
    wrap: throttle,
    seed: {
      environments: [{ id: "abc-p1" }, { id: "foreign" }],
      groups: names.map((name) => ({ name, accessRight: { VIEWER: ["abc-p1"] } })),
    },
  });
  const inventory = anInventory({
    environments: [anEnvironment()],
    groups: names.map((name) => aGroup({ name, access: { "abc-p1": ["LOG_VIEWER"] } })),
  });
  expect(await world.converge(inventory)).toEqual([]);
  const groups = world.cluster.snapshot().groups.filter(({ name }) => names.includes(name));
  const kept = { VIEWER: ["abc-p1", "foreign"], LOG_VIEWER: ["abc-p1"] };
  expect(groups.map(({ accessRight }) => accessRight)).toEqual(names.map(() => kept));
  expect(refused).toBeLessThan(names.length);
  expect(sent).toBe(names.length + refused);
});
