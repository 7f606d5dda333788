import { describe, expect, test } from "vitest";
import type { Inventory } from "../../../../src/model/inventory.ts";
import type { Plan } from "../../../../src/model/plan.ts";
import type { ChangeResult } from "../../../../src/model/result.ts";
import type { Fetch } from "../../../../src/ports.ts";
import { actionsOf, aGroup, anEnvironment, anInventory } from "../../../support/builders.ts";
import {
  aClusterWorld,
  type ClusterWorld,
  type ClusterWorldOptions,
  writesTo,
} from "../../../support/cluster-world.ts";

const list = "/api/cluster/v2/environments";
const idOf = (index: number) => `abc-p${String(index + 1).padStart(4, "0")}`;
const ids = (count: number) => Array.from({ length: count }, (_, index) => idOf(index));

const named = (count: number) =>
  anInventory({ environments: ids(count).map((id) => anEnvironment({ id, settings: { name: `ABC ${id}` } })) });

const old = (count: number): ClusterWorldOptions => ({
  seed: { environments: ids(count).map((id) => ({ id, name: "Old" })) },
});

/** More than a page of environments that nobody declares. */
const crowd = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `zzz-${index}`, name: `Foreign ${index}` }));

interface Prepared {
  readonly world: ClusterWorld;
  readonly inventory: Inventory;
  readonly plan: Plan;
}

async function prepared(inventory: Inventory, options: ClusterWorldOptions = {}): Promise<Prepared> {
  const world = aClusterWorld(options);
  return { world, inventory, plan: await world.plan(inventory) };
}

/** Applies the plan; gives the requests of that alone, as `GET /path`, by their numbers. */
async function applied({ world, inventory, plan }: Prepared) {
  const before = world.cluster.requests.length;
  const results = await world.apply(plan, inventory);
  const counts = new Map<string, number>();
  for (const { method, path } of world.cluster.requests.slice(before)) {
    const kind = path === list || path.includes("/groups") ? `${method} ${path}` : `${method} one`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return { results, requests: (kind: string) => counts.get(kind) ?? 0 };
}

const notDone = (results: readonly ChangeResult[]) => results.filter(({ status }) => status !== "done");

const lists = `GET ${list}`;

describe("many at once", () => {
  test("new environments take one request each, and a few lists", async () => {
    const own = await prepared(named(300));
    const { results, requests } = await applied(own);
    expect(notDone(results)).toEqual([]);
    expect(requests("PUT one")).toBe(300);
    expect(requests("GET one")).toBeLessThan(10);
    expect(requests(lists)).toBeLessThan(60);
    expect(actionsOf(await own.world.plan(own.inventory))).toEqual([]);
  });

  test("so do those with limits, which a list tells of new ones as they are", async () => {
    const inventory = anInventory({
      environments: ids(40).map((id) => anEnvironment({ id, settings: { quotas: { hostUnits: { maxLimit: 7 } } } })),
    });
    const own = await prepared(inventory, { switches: { cachedConsumption: 3_600_000 } });
    const { results, requests } = await applied(own);
    expect(notDone(results)).toEqual([]);
    expect(requests("GET one")).toBeLessThan(5);
    expect(own.world.cluster.snapshot().environments.map(({ quotas }) => quotas["hostUnits"])).toEqual(
      ids(40).map(() => ({ maxLimit: 7 })),
    );
  });

  test("what exists is read singly just before it is written, and by lists afterwards", async () => {
    const own = await prepared(named(60), old(60));
    const { results, requests } = await applied(own);
    expect(notDone(results)).toEqual([]);
    expect(requests("PUT one")).toBe(60);
    expect(requests("GET one")).toBeGreaterThanOrEqual(60);
    expect(requests("GET one")).toBeLessThan(70);
  });

  test("changed limits of what exists are read singly, however fresh the list looks", async () => {
    const limit = (maxLimit: number) => ({ quotas: { hostUnits: { maxLimit } } });
    const inventory = anInventory({ environments: ids(20).map((id) => anEnvironment({ id, settings: limit(8) })) });
    const own = await prepared(inventory, {
      seed: { environments: ids(20).map((id) => ({ id, ...limit(5) })) },
      switches: { cachedConsumption: 3_600_000 },
    });
    const { results, requests } = await applied(own);
    expect(notDone(results)).toEqual([]);
    expect(requests("GET one")).toBe(40);
    expect(requests(lists)).toBe(0);
  });

  test("a list of more pages than there are readings is not read", async () => {
    const own = await prepared(named(4), { seed: { environments: crowd(4_500) } });
    const { results, requests } = await applied(own);
    expect(notDone(results)).toEqual([]);
    // One list, which tells how many pages there are.
    expect(requests(lists)).toBe(5);
    expect(requests("GET one")).toBe(4);
  });
});

describe("a list that cannot be believed", () => {
  const lastPage = /pageSize=1000|nextPageKey/;

  test.each([
    ["is refused", { status: 400 }],
    ["is a page of a proxy", { html: 200 }],
    ["is cut off", "truncate"],
    ["lacks its length", { status: 200, body: { environments: [] } }],
    ["is shorter than it says", { status: 200, body: { totalCount: 3, pageSize: 1000, environments: [] } }],
  ] as const)("one that %s: everything is read singly, and done", async (_what, fault) => {
    const own = await prepared(named(20));
    own.world.cluster.addFault({
      match: { method: "GET", path: lastPage, times: Number.POSITIVE_INFINITY },
      do: fault,
    });
    const { results, requests } = await applied(own);
    expect(notDone(results)).toEqual([]);
    expect(requests("PUT one")).toBe(20);
    expect(requests("GET one")).toBe(40);
  });

  test("the second page is refused: what the first one shows does not count either", async () => {
    const own = await prepared(named(20), { seed: { environments: crowd(1_500) } });
    own.world.cluster.addFault({
      match: { method: "GET", path: /nextPageKey/, times: Number.POSITIVE_INFINITY },
      do: { status: 400 },
    });
    const { results, requests } = await applied(own);
    expect(notDone(results)).toEqual([]);
    expect(requests("GET one")).toBe(40);
  });

  test("it shifts between two pages: what is missing in it is looked for singly and not overwritten", async () => {
    const inventory = named(20);
    const own = await prepared(inventory, { seed: { environments: crowd(1_500) } });
    const { cluster } = own.world;
    // Somebody makes one that the plan is to make, and while the list is read, one of the first page goes.
    cluster.setEnvironment(idOf(7), { name: "Theirs" });
    let pages = 0;
    cluster.onRequest(({ method, path, query }) => {
      if (method !== "GET" || path !== list) return;
      pages += 1;
      if (query.includes("nextPageKey") && pages === 2) {
        cluster.removeEnvironment("zzz-3");
      }
    });
    const { results } = await applied(own);
    expect(notDone(results)).toMatchObject([{ id: `environment/${idOf(7)}`, status: "stale" }]);
    expect(cluster.snapshot().environments.find(({ id }) => id === idOf(7))?.name).toBe("Theirs");
    expect(writesTo(cluster)).not.toContain(`PUT ${list}/${idOf(7)}`);
  });

  test("it is late: what it does not show after a write is read singly", async () => {
    const own = await prepared(named(30), { switches: { listDelay: 3_600_000 } });
    const { results, requests } = await applied(own);
    expect(notDone(results)).toEqual([]);
    expect(requests("PUT one")).toBe(30);
  });

  test("it shows another value after a write: it is read singly, and written no more", async () => {
    const own = await prepared(named(30), { ...old(30), switches: { staleReads: 3_000 } });
    const { results, requests } = await applied(own);
    expect(notDone(results)).toEqual([]);
    expect(requests("PUT one")).toBe(30);
  });
});

describe("somebody else", () => {
  test("made one before the list was read: stale, and not written", async () => {
    const own = await prepared(named(20));
    own.world.cluster.setEnvironment(idOf(3), { name: "Theirs" });
    const { results } = await applied(own);
    expect(notDone(results)).toMatchObject([{ id: `environment/${idOf(3)}`, status: "stale" }]);
    expect(own.world.cluster.snapshot().environments.find(({ id }) => id === idOf(3))?.name).toBe("Theirs");
  });

  test("makes one between the list and the write: the answer of the write tells, and the run says so", async () => {
    const own = await prepared(named(20));
    const { cluster } = own.world;
    const stop = cluster.onRequest(({ method, path }) => {
      if (method !== "PUT" || !path.endsWith(idOf(3))) return;
      stop();
      cluster.setEnvironment(idOf(3), { name: "Theirs" });
    });
    const { results } = await applied(own);
    expect(notDone(results)).toMatchObject([
      { id: `environment/${idOf(3)}`, status: "failed", error: { code: "overwritten" } },
    ]);
  });

  test("deletes one between reading and writing: what is made in its place is no update, and the run says so", async () => {
    const world = aClusterWorld({ seed: { environments: [{ id: "abc-p1", name: "Old" }] } });
    const inventory = anInventory({ environments: [anEnvironment({ settings: { name: "New" } })] });
    const stop = world.cluster.onRequest(({ method }) => {
      if (method !== "PUT") return;
      stop();
      world.cluster.removeEnvironment("abc-p1");
    });
    const results = await world.apply(await world.plan(inventory), inventory);
    expect(results).toMatchObject([
      { id: "environment/abc-p1", status: "failed", error: { code: "deleted-meanwhile" } },
    ]);
  });

  test("changes one between the writes of a batch and the list: it fails, and is not written again", async () => {
    const own = await prepared(named(20), old(20));
    const { cluster } = own.world;
    const stop = cluster.onRequest(({ method, path }) => {
      if (method !== "GET" || path !== list) return;
      stop();
      cluster.setEnvironment(idOf(0), { name: "Theirs" });
    });
    const { results } = await applied(own);
    expect(notDone(results)).toMatchObject([
      { id: `environment/${idOf(0)}`, status: "failed", error: { code: "not-as-written" } },
    ]);
    expect(writesTo(cluster).filter((write) => write.endsWith(idOf(0)))).toHaveLength(1);
  });

  test("takes a part of it back after the write: it fails, and says which part that is", async () => {
    const world = aClusterWorld({ seed: { environments: [{ id: "abc-p1", name: "Old" }] } });
    const inventory = anInventory({ environments: [anEnvironment({ settings: { name: "New", tags: ["a=b"] } })] });
    const plan = await world.plan(inventory);
    let written = false;
    world.cluster.onRequest(({ method }) => {
      if (method === "GET" && written) world.cluster.setEnvironment("abc-p1", { tags: [] });
      written ||= method === "PUT";
    });
    expect(await world.apply(plan, inventory)).toMatchObject([
      {
        status: "failed",
        error: {
          code: "not-as-written",
          message: "it was written, but reads back otherwise: tags did not become what was written",
        },
      },
    ]);
  });

  test("changes one just before its turn, while others of the batch are written: stale", async () => {
    const own = await prepared(named(40), old(40));
    const { cluster } = own.world;
    const stop = cluster.onRequest(({ method }) => {
      if (method !== "PUT") return;
      stop();
      cluster.setEnvironment(idOf(39), { name: "Theirs" });
    });
    const { results } = await applied(own);
    expect(notDone(results)).toMatchObject([{ id: `environment/${idOf(39)}`, status: "stale" }]);
  });
});

describe("an answer that is lost in the middle of a batch", () => {
  test.each(["cut", "commit-then-cut", { html: 503 }, { status: 500 }] as const)(
    "(%s) is settled by reading back, and the others are not touched by it",
    async (action) => {
      const own = await prepared(named(40));
      own.world.cluster.addFault({ match: { method: "PUT", nth: 20, times: 3 }, do: action });
      const { results, requests } = await applied(own);
      expect(notDone(results)).toEqual([]);
      const repeated = action === "commit-then-cut" ? 0 : 3;
      expect(requests("PUT one")).toBe(40 + repeated);
      expect(results.filter(({ attempts }) => attempts === 2)).toHaveLength(repeated);
    },
  );

  test("nothing can be read back any more: uncertain, and none of them is written twice", async () => {
    const own = await prepared(named(20));
    own.world.cluster.addFault({ match: { method: "PUT", times: 20 }, do: "commit-then-cut" });
    own.world.cluster.addFault({
      match: { method: "GET", nth: 2, times: Number.POSITIVE_INFINITY },
      do: { html: 503 },
    });
    const { results, requests } = await applied(own);
    expect(results.every(({ status }) => status === "uncertain")).toBe(true);
    expect(requests("PUT one")).toBe(20);
  });

  test("a write that was put off is made from a reading of after the wait, never from an older list", async () => {
    let refused = 0;
    const refuseOnce =
      (fetch: Fetch): Fetch =>
      async (url, request) => {
        if (request.method !== "PUT" || !url.endsWith(idOf(5)) || refused > 0) return fetch(url, request);
        refused += 1;
        world.cluster.setEnvironment(idOf(5), { name: "Theirs" });
        return new Response("", { status: 429, headers: { "retry-after": "1" } });
      };
    const own = await prepared(named(20), { wrap: refuseOnce });
    const { world } = own;
    const { results } = await applied(own);
    expect(notDone(results)).toMatchObject([{ id: `environment/${idOf(5)}`, status: "stale" }]);
    expect(world.cluster.snapshot().environments.find(({ id }) => id === idOf(5))?.name).toBe("Theirs");
  });
});

test("groups are made as soon as their environments are, with environments that are still being made", async () => {
  const inventory = anInventory({
    environments: ids(60).map((id) => anEnvironment({ id })),
    groups: ids(10).map((id) => aGroup({ name: `${id}-operators`, access: { [id]: ["VIEWER"] } })),
  });
  const own = await prepared(inventory);
  const { results } = await applied(own);
  expect(notDone(results)).toEqual([]);
  expect(await own.world.converge(inventory)).toEqual([]);
});
