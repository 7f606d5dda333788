import fc from "fast-check";
import { expect, test } from "vitest";
import { ApiError } from "../../../src/dynatrace/api-error.ts";
import { createThrottle, type Throttle } from "../../../src/dynatrace/throttle.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { silentLog } from "../../support/log.ts";

const refusal = (retryAfter: number) =>
  new ApiError("busy", {
    ...{ method: "GET", path: "/", status: 429, code: "http-429", effect: "none" as const },
    ...{ attempts: 1, retryAfter },
  });

const turn = () => new Promise((resolve) => setImmediate(resolve));

function aThrottle(maximum = 16): { readonly throttle: Throttle; readonly clock: ReturnType<typeof fakeClock> } {
  const clock = fakeClock(noon);
  return { clock, throttle: createThrottle({ cluster: "emea", maximum, clock, log: silentLog }) };
}

/** A cluster that takes so many requests at once, and refuses the others at once. */
function aBusyCluster(takes: () => number) {
  const counts = { running: 0, refused: 0, sent: 0, most: 0 };
  const send = async () => {
    counts.sent += 1;
    if (counts.running >= takes()) {
      counts.refused += 1;
      await turn();
      throw refusal(500);
    }
    counts.running += 1;
    counts.most = Math.max(counts.most, counts.running);
    await turn();
    counts.running -= 1;
  };
  return { counts, send };
}

/** One request, sent until the cluster takes it. */
async function insist(throttle: Throttle, clock: ReturnType<typeof fakeClock>, send: () => Promise<void>) {
  for (let again = false; ; again = true) {
    const refused = await throttle.run(send, { again }).then(
      () => null,
      (error: ApiError) => error.details.retryAfter ?? 0,
    );
    if (refused === null) return;
    await clock.sleep(refused);
  }
}

test("a cluster that takes three at once refuses no more than a tenth of many requests", async () => {
  const { throttle, clock } = aThrottle();
  const { counts, send } = aBusyCluster(() => 3);
  await Promise.all(Array.from({ length: 680 }, () => insist(throttle, clock, send)));
  expect(counts.sent - counts.refused).toBe(680);
  expect(counts.refused / counts.sent).toBeLessThan(0.1);
  expect(counts.refused).toBeGreaterThan(0);
  expect(counts.most).toBe(3);
});

test("a cluster that refuses nothing gets as many at once as are allowed, and never more", async () => {
  const { throttle } = aThrottle(16);
  const { counts, send } = aBusyCluster(() => Number.POSITIVE_INFINITY);
  await Promise.all(Array.from({ length: 200 }, () => throttle.run(send)));
  expect(counts.most).toBe(16);
});

test("a cluster that becomes quick again is asked quickly again", async () => {
  const { throttle, clock } = aThrottle(16);
  let takes = 2;
  const { counts, send } = aBusyCluster(() => takes);
  await Promise.all(Array.from({ length: 100 }, () => insist(throttle, clock, send)));
  expect(throttle.places()).toBeLessThanOrEqual(2);
  takes = 100;
  await Promise.all(Array.from({ length: 400 }, () => insist(throttle, clock, send)));
  expect(counts.most).toBe(16);
});

test("after a refusal nothing is sent before the time is over that the cluster asked for", async () => {
  const { throttle, clock } = aThrottle();
  const sentAt: number[] = [];
  const first = throttle.run(async () => {
    throw refusal(7_000);
  });
  await expect(first).rejects.toThrow("busy");
  const refusedAt = clock.now().getTime();
  await throttle.run(async () => {
    sentAt.push(clock.now().getTime());
  });
  expect(sentAt[0]).toBeGreaterThanOrEqual(refusedAt + 7_000);
});

test("an interrupt ends the pause: what is under way is finished at once", async () => {
  const interrupt = new AbortController();
  const clock = { ...fakeClock(noon), sleep: (_ms: number, signal?: AbortSignal) => aborted(signal) };
  const throttle = createThrottle({
    ...{ cluster: "emea", maximum: 4, clock, log: silentLog },
    signal: interrupt.signal,
  });
  await expect(
    throttle.run(async () => {
      throw refusal(120_000);
    }),
  ).rejects.toThrow("busy");
  const waiting = throttle.run(async () => "finished");
  await turn();
  interrupt.abort();
  expect(await waiting).toBe("finished");
  expect(await throttle.run(async () => "also finished")).toBe("also finished");
});

/** Waits for nothing but the signal. */
const aborted = (signal?: AbortSignal) =>
  new Promise<void>((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

test("several refusals of one burst halve the limit once", async () => {
  const { throttle } = aThrottle();
  await Promise.all(Array.from({ length: 60 }, () => throttle.run(turn)));
  expect(throttle.places()).toBe(16);
  const started: Promise<unknown>[] = Array.from({ length: 16 }, (_, index) =>
    throttle
      .run(async () => {
        await turn();
        if (index >= 13) throw refusal(0);
      })
      .catch(() => undefined),
  );
  await Promise.all(started);
  expect(throttle.places()).toBe(8);
});

test("what is sent again goes before what was never sent, and holds no place while it waits", async () => {
  const { throttle } = aThrottle(1);
  const order: string[] = [];
  const note = (name: string) => async () => {
    order.push(name);
    await turn();
  };
  const running = throttle.run(note("running"));
  const waiting = [throttle.run(note("first")), throttle.run(note("second"))];
  const again = throttle.run(note("again"), { again: true });
  await Promise.all([running, ...waiting, again]);
  expect(order).toEqual(["running", "again", "first", "second"]);
});

test("an interrupted request does not wait for a place or the end of a pause", async () => {
  const { throttle } = aThrottle(1);
  const interrupt = new AbortController();
  let release: () => void = () => undefined;
  const running = throttle.run(() => new Promise<void>((resolve) => (release = resolve)));
  const waiting = throttle.run(async () => "sent at once", { signal: interrupt.signal });
  interrupt.abort();
  expect(await waiting).toBe("sent at once");
  expect(await throttle.run(async () => "too", { signal: interrupt.signal })).toBe("too");
  release();
  await running;
  expect(await throttle.run(async () => "the place is free")).toBe("the place is free");
});

test("whatever the cluster does, every request ends and the limit stays between one and the maximum", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.constantFrom("taken", "refused", "not-found", "broken"), { minLength: 1, maxLength: 80 }),
      async (maximum, fates) => {
        const { throttle } = aThrottle(maximum);
        let running = 0;
        const limits: number[] = [];
        const ends = await Promise.allSettled(
          fates.map((fate) =>
            throttle.run(async () => {
              running += 1;
              expect(running).toBeLessThanOrEqual(maximum);
              await turn();
              running -= 1;
              limits.push(throttle.places());
              if (fate === "refused") throw refusal(10);
              if (fate !== "taken") throw new Error(fate);
            }),
          ),
        );
        expect(ends.map(({ status }) => status === "fulfilled")).toEqual(fates.map((fate) => fate === "taken"));
        for (const limit of limits) expect(limit >= 1 && limit <= maximum).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test("whoever had to wait for the end of a pause is told how long", async () => {
  const { throttle, clock } = aThrottle(1);
  const paused: (number | undefined)[] = [];
  const note = async (milliseconds?: number) => void paused.push(milliseconds);
  const busy = throttle.run(async () => {
    await turn();
    throw refusal(30_000);
  });
  const waiting = throttle.run(note);
  await expect(busy).rejects.toThrow("busy");
  await waiting;
  await throttle.run(note);
  expect(paused).toEqual([30_000, 0]);
  expect(clock.waits).toEqual([30_000]);
});
