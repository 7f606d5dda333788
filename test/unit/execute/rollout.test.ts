import { describe, expect, test } from "vitest";
import { done, failed, type Outcome, skipped, uncertain } from "../../../src/execute/outcome.ts";
import { runRollout } from "../../../src/execute/rollout.ts";
import type { Amount, Rollout } from "../../../src/model/inventory.ts";
import { wavesOf } from "../../../src/model/waves.ts";
import { aRollout } from "../../support/builders.ts";
import { keepingLog, silentLog } from "../../support/log.ts";

/** Which hosts are worked on, and which are skipped, when those with the given numbers end otherwise. */
async function rolledOut(total: number, rollout: Partial<Rollout>, outcomes: Readonly<Record<number, Outcome>>) {
  const log = keepingLog();
  const worked: number[] = [];
  const left: number[] = [];
  let running = 0;
  const inParallel: number[] = [];
  const reasons = new Set<string>();
  await runRollout(
    wavesOf(
      Array.from({ length: total }, (_, index) => index + 1),
      aRollout(rollout),
    ),
    async (item) => {
      worked.push(item);
      running += 1;
      inParallel.push(running);
      await Promise.resolve();
      running -= 1;
      return outcomes[item] ?? done(1);
    },
    (item, outcome) => {
      left.push(item);
      reasons.add(outcome.error?.message ?? "");
      expect(outcome).toMatchObject({ status: "skipped", error: { code: "rollout-stopped" } });
    },
    { log, environment: "abc-p1" },
  );
  const logged = log.entries.map(({ message, fields: { environment: _environment, ...rest } }) => [message, rest]);
  return { worked, left, inParallel, logged, reasons: [...reasons] };
}

const failure = failed(1, "x", "x");
const one: Partial<Rollout> = { canary: { count: 1 }, batch: { count: 2 } };
const count = (number: number): Amount => ({ count: number });

describe("stopping", () => {
  test("with maxFailures 0 a failing canary leaves everything else alone", async () => {
    const { worked, left } = await rolledOut(5, { ...one, maxFailures: count(0) }, { 1: failure });
    expect([worked, left]).toEqual([[1], [2, 3, 4, 5]]);
  });

  test("as many failures as allowed do not stop, one more does", async () => {
    const outcomes = { 1: failure, 2: failure };
    expect((await rolledOut(5, { ...one, maxFailures: count(2) }, outcomes)).left).toEqual([]);
    expect((await rolledOut(5, { ...one, maxFailures: count(1) }, outcomes)).left).toEqual([4, 5]);
  });

  test("is said in numbers as people say them", async () => {
    const reasons = async (most: number, failing: number) => {
      const outcomes = Object.fromEntries(Array.from({ length: failing }, (_, index) => [index + 1, failure]));
      return (await rolledOut(9, { ...one, maxFailures: count(most) }, outcomes)).reasons;
    };
    expect(await reasons(0, 1)).toEqual([expect.stringMatching(/stopped after 1 failure \(none is accepted\)$/)]);
    expect(await reasons(1, 3)).toEqual([expect.stringMatching(/after 3 failures \(at most 1 is accepted\)$/)]);
    expect(await reasons(2, 3)).toEqual([expect.stringMatching(/after 3 failures \(at most 2 are accepted\)$/)]);
  });

  test("10 % of three hosts is one", async () => {
    expect((await rolledOut(3, { ...one, batch: count(1) }, { 1: failure })).left).toEqual([]);
    expect((await rolledOut(3, { ...one, batch: count(1) }, { 1: failure, 2: failure })).left).toEqual([3]);
  });

  test("uncertain counts as failed; stale and skipped do not", async () => {
    const uncertain: Outcome = { status: "uncertain", attempts: 1 };
    const stale: Outcome = { status: "stale", attempts: 0 };
    expect((await rolledOut(3, { ...one, maxFailures: count(0) }, { 1: uncertain })).left).toEqual([2, 3]);
    expect((await rolledOut(3, { ...one, maxFailures: count(0) }, { 1: stale })).left).toEqual([]);
    expect((await rolledOut(3, { ...one, maxFailures: count(0) }, { 1: skipped("a", "b") })).left).toEqual([]);
  });

  test("a host that an interrupt left open is no failure: what follows is told of the interrupt", async () => {
    const open = uncertain(1, "interrupted", "the run was interrupted");
    expect((await rolledOut(3, { ...one, maxFailures: count(0) }, { 1: open })).left).toEqual([]);
  });

  test("waves are logged, and once that the rest is left alone", async () => {
    const { logged } = await rolledOut(7, { ...one, maxFailures: count(0) }, { 2: failure });
    expect(logged).toEqual([
      ["wave begins", { wave: "canary", waves: 4, hosts: 1 }],
      ["wave begins", { wave: "batch 1", waves: 4, hosts: 2 }],
      ["rollout ends early", { reason: "rollout-stopped", failures: 1, limit: 0, left: 4 }],
    ]);
    const withoutCanary = await rolledOut(2, { ...one, canary: count(0) }, {});
    expect(withoutCanary.logged).toEqual([["wave begins", { wave: "batch 1", waves: 1, hosts: 2 }]]);
  });

  test("a wave is worked on side by side, and the next one only when it has ended", async () => {
    const { inParallel } = await rolledOut(5, one, {});
    expect(inParallel).toEqual([1, 1, 2, 1, 2]);
  });
});

describe("something else that is wanted", () => {
  /** Which of 5 hosts are worked on when that is told at one of them, 0 being before all, and how the others end. */
  async function supersededAt(item: number) {
    const superseded = new AbortController();
    if (item === 0) superseded.abort();
    const worked: number[] = [];
    const left: Outcome[] = [];
    const work = async (host: number) => {
      worked.push(host);
      if (host === item) superseded.abort();
      return done(1);
    };
    const waves = wavesOf([1, 2, 3, 4, 5], aRollout(one));
    const edges = { log: silentLog, environment: "abc-p1", superseded: superseded.signal };
    await runRollout(waves, work, (_host, outcome) => left.push(outcome), edges);
    return { worked, codes: left.map(({ status, error }) => `${status} ${error?.code}`) };
  }

  test("lets the wave that goes on end, and begins no other", async () => {
    const skippedTwice = ["skipped superseded", "skipped superseded"];
    expect(await supersededAt(2)).toEqual({ worked: [1, 2, 3], codes: skippedTwice });
    expect(await supersededAt(5)).toEqual({ worked: [1, 2, 3, 4, 5], codes: [] });
  });

  test("lets the first wave be done, however early it is told", async () => {
    expect(await supersededAt(0)).toEqual({ worked: [1], codes: Array(4).fill("skipped superseded") });
  });
});

test("after an interrupt no wave begins, not even the first one, and the log has none", async () => {
  for (const at of [0, 2]) {
    const interrupt = new AbortController();
    if (at === 0) interrupt.abort();
    const log = keepingLog();
    const worked: number[] = [];
    const left: Outcome[] = [];
    const work = async (host: number) => {
      worked.push(host);
      if (host === at) interrupt.abort();
      return done(1);
    };
    const edges = { log, environment: "abc-p1", signal: interrupt.signal };
    await runRollout(wavesOf([1, 2, 3, 4, 5], aRollout(one)), work, (_host, outcome) => left.push(outcome), edges);
    expect(worked).toEqual(at === 0 ? [] : [1, 2, 3]);
    expect(new Set(left.map(({ status, error }) => `${status} ${error?.code}`))).toEqual(
      new Set(["skipped interrupted"]),
    );
    const waves = at === 0 ? [] : ["wave begins", "wave begins"];
    expect(log.entries.map(({ message }) => message)).toEqual([...waves, "rollout ends early"]);
    expect(log.entries.at(-1)?.fields).toMatchObject({ reason: "interrupted" });
  }
});

describe("what waits to be confirmed", () => {
  /** Works on hosts 1 to 7, the canary and then batches of 2; each leaves its wave, and ends once it is told how. */
  function waitingRollout(rollout: Partial<Rollout>) {
    const begun: number[] = [];
    const ends = new Map<number, (outcome: Outcome) => void>();
    const left: number[] = [];
    const finished = runRollout(
      wavesOf([1, 2, 3, 4, 5, 6, 7], aRollout({ batch: { count: 2 }, ...rollout })),
      (item, leaveWave) => {
        begun.push(item);
        leaveWave();
        return new Promise((resolve) => ends.set(item, resolve));
      },
      (item) => left.push(item),
      { log: silentLog, environment: "abc-p1" },
    );
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const end = async (items: readonly number[], outcome: Outcome) => {
      for (const item of items) ends.get(item)?.(outcome);
      await turn();
    };
    return { begun, left, finished, turn, end };
  }

  const unconfirmed: Outcome = { status: "uncertain", attempts: 1 };

  test("holds everything back in the canary, and nothing in a batch", async () => {
    const { begun, left, finished, turn, end } = waitingRollout({});
    await turn();
    expect(begun).toEqual([1]);
    await end([1], done(1));
    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await end([2, 3, 4, 5, 6, 7], done(1));
    await finished;
    expect(left).toEqual([]);
  });

  test("stops the rollout as a canary that is not confirmed", async () => {
    const { begun, left, finished, turn, end } = waitingRollout({ maxFailures: { count: 0 } });
    await turn();
    await end([1], unconfirmed);
    await finished;
    expect([begun, left]).toEqual([[1], [2, 3, 4, 5, 6, 7]]);
  });

  test("is waited for before the rollout ends", async () => {
    const { begun, finished, turn, end } = waitingRollout({ canary: { count: 0 } });
    let isFinished = false;
    const ended = finished.then(() => {
      isFinished = true;
    });
    await turn();
    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await end([1, 2, 3, 4, 5, 6], done(1));
    expect(isFinished).toBe(false);
    await end([7], unconfirmed);
    await ended;
  });

  test("counts once it is known: batches that begin after that are left alone", async () => {
    const begun: number[] = [];
    const left: number[] = [];
    await runRollout(
      wavesOf([1, 2, 3], aRollout({ canary: { count: 0 }, batch: { count: 1 }, maxFailures: { count: 0 } })),
      async (item, leaveWave) => {
        begun.push(item);
        if (item === 1) leaveWave();
        for (let turn = 0; turn < item; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        return item === 1 ? unconfirmed : done(1);
      },
      (item) => left.push(item),
      { log: silentLog, environment: "abc-p1" },
    );
    expect([begun, left]).toEqual([[1, 2], [3]]);
  });
});
