import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Fetch } from "../../../src/ports.ts";
import { aGroup, anEnvironment, anInventory, noon } from "../../support/builders.ts";
import { aClusterWorld } from "../../support/cluster-world.ts";
import type { FakeClock } from "../../support/fake-clock.ts";

const latency = 30;
const inFlight = 16;

/** A clock on which only waiting takes time: it goes on to the next one that waits once nobody has anything else to do. */
function waitingClock() {
  let now = noon.getTime();
  let busy = 0;
  let ticking = false;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const waits: number[] = [];
  async function tick(): Promise<void> {
    ticking = true;
    while (sleepers.length > 0) {
      for (let turn = 0; turn < 6; turn += 1) await setImmediate();
      if (busy > 0) continue;
      const next = Math.min(...sleepers.map(({ at }) => at));
      now = Math.max(now, next);
      const due = sleepers.filter(({ at }) => at <= now);
      for (const sleeper of due) sleepers.splice(sleepers.indexOf(sleeper), 1);
      for (const { wake } of due) wake();
    }
    ticking = false;
  }
  const clock: FakeClock = {
    now: () => new Date(now),
    elapsed: () => now,
    set: () => undefined,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return new Promise((wake) => {
        sleepers.push({ at: now + milliseconds, wake });
        if (!ticking) void tick();
      });
    },
    waits,
    pass: (milliseconds) => {
      now += milliseconds;
    },
    every: () => () => undefined,
  };
  /** Work that takes no time, during which the clock stands still. */
  const still = async <T>(work: () => Promise<T>): Promise<T> => {
    busy += 1;
    return work().finally(() => {
      busy -= 1;
    });
  };
  return { clock, still };
}

test("a thousand environments and 250 groups: few requests, and hardly a moment with a free place", async () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => `c${index >> 3}-p${(index & 7) + 1}`);
  const customers = [...new Set(ids.map((id) => id.split("-")[0] ?? ""))];
  const inventory = anInventory({
    environments: ids.map((id) => anEnvironment({ id, settings: { quotas: { hostUnits: { maxLimit: 5 } } } })),
    groups: customers.flatMap((customer) => {
      const own = ids.filter((id) => id.startsWith(`${customer}-`));
      return ["operators", "viewers"].map((kind) =>
        aGroup({ name: `${customer}-${kind}`, access: Object.fromEntries(own.map((id) => [id, ["VIEWER"]])) }),
      );
    }),
  });
  const { clock, still } = waitingClock();
  const slow = (): Fetch => async (url, request) => {
    await clock.sleep(latency);
    return still(() => world.cluster.fetch(url, request));
  };
  const world = aClusterWorld({ clock, wrap: slow });
  const plan = await world.plan(inventory);
  const before = world.cluster.requests.length;
  const began = clock.now().getTime();
  const results = await world.apply(plan, inventory);
  const took = clock.now().getTime() - began;
  const requests = world.cluster.requests.length - before;
  expect(results.filter(({ status }) => status !== "done")).toEqual([]);
  expect(requests).toBeLessThan(2_200);
  expect(took).toBeLessThan((1.25 * requests * latency) / inFlight);
}, 120_000);
