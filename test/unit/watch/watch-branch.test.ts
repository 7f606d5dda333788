import { describe, expect, test } from "vitest";
import { watchBranch } from "../../../src/application/watch/watch-branch.ts";
import type { WatchedRevisions } from "../../../src/application/watch/watched-revisions.ts";
import { DtsyncError, exitCodes } from "../../../src/errors.ts";
import type { Plan } from "../../../src/model/plan.ts";
import type { ApplyReport } from "../../../src/model/result.ts";
import type { RunEnd } from "../../../src/watch/judge-run.ts";
import type { LookResult } from "../../../src/watch/watch-listener.ts";
import { noon } from "../../support/builders.ts";
import { aContext } from "../../support/context.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const minute = 60_000;
const plan = { changes: [], held: [], guards: [] } as unknown as Plan;
const report = { results: [{ status: "done" }] } as unknown as ApplyReport;
const good: RunEnd = { exitCode: 0, plan, report: null, failure: null };

interface Scripted {
  /** What a look finds, by the minutes since the beginning; the last one that has come counts. */
  readonly branch?: Readonly<Record<number, string | "failed">>;
  /** The end of a run, by its number from 1. */
  readonly run: (run: number, superseded: AbortSignal, pass: (minutes: number) => Promise<void>) => Promise<RunEnd>;
  /** The run after which it ends. */
  readonly runs: number;
  /** Minutes after which the clock of the machine is set back by a day. */
  readonly setBack?: number;
}

/** A watch of a branch that is told what it is at. */
async function watched({ branch = { 0: "a" }, run, runs, setBack }: Scripted) {
  const clock = fakeClock(noon);
  const stop = new AbortController();
  const { context, errors } = aContext({ clock, signal: stop.signal });
  const begin = clock.elapsed();
  const minutes = () => Math.round((clock.elapsed() - begin) / minute);
  if (setBack !== undefined) clock.every(setBack * minute, () => clock.set(new Date(noon.getTime() - 86_400_000)));
  const done: string[] = [];
  let current: string | null = null;
  let inParallel = 0;
  const revisions: WatchedRevisions = {
    current: () => (current === null ? null : { commit: current, content: current, directory: current }),
    async look(): Promise<LookResult> {
      const [, found = "failed"] = Object.entries(branch).findLast(([at]) => Number(at) <= minutes()) ?? [];
      if (found === "failed") return "failed";
      const isNew = current !== found;
      current = found;
      return isNew ? "new" : "unchanged";
    },
    resume: async () => undefined,
    tidy: async () => undefined,
  };
  const pass = async (time: number) => {
    for (let passed = 0; passed < time; passed += 1) {
      clock.pass(minute);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const code = await watchBranch(
    { pace: { interval: 3 * minute, driftInterval: 60 * minute, jitter: 0 }, once: false },
    {
      revisions,
      async run({ commit }, superseded) {
        inParallel += 1;
        expect(inParallel).toBe(1);
        done.push(`${minutes()} ${commit}`);
        try {
          return await run(done.length, superseded, pass);
        } finally {
          inParallel -= 1;
          if (done.length === runs) stop.abort();
        }
      },
      listener: {
        looked: () => undefined,
        took: () => undefined,
        runBegan: () => undefined,
        runEnded: () => undefined,
      },
      random: () => 0.5,
    },
    context,
  );
  return { code, done, errors: errors() };
}

describe("a watch", () => {
  test("plans at once, on every change, and on its interval", async () => {
    const { code, done } = await watched({ branch: { 0: "a", 10: "b" }, run: async () => good, runs: 4 });
    expect(done).toEqual(["0 a", "12 b", "72 b", "132 b"]);
    expect(code).toBe(0);
  });

  test("looks and plans as before when the clock of the machine is set back", async () => {
    const { done } = await watched({ branch: { 0: "a", 10: "b" }, run: async () => good, runs: 4, setBack: 5 });
    expect(done).toEqual(["0 a", "12 b", "72 b", "132 b"]);
  });

  test("plans nothing before there is something, and goes on with it when the branch is gone", async () => {
    const { done } = await watched({ branch: { 0: "failed", 20: "a", 30: "failed" }, run: async () => good, runs: 2 });
    expect(done).toEqual(["20 a", "80 a"]);
  });

  test("tries again soon what failed, later and later, and a new revision at once", async () => {
    const failing = async (): Promise<RunEnd> => {
      throw new DtsyncError("no cluster answers", { exitCode: exitCodes.failed });
    };
    const { done, errors } = await watched({ branch: { 0: "a", 20: "b" }, run: failing, runs: 7 });
    expect(done).toEqual(["0 a", "1 a", "2 a", "4 a", "8 a", "16 a", "21 b"]);
    expect(errors).toContain("no cluster answers");
  });

  test("waits with what a guard refuses, or an inventory that is invalid", async () => {
    const refused = { ...good, exitCode: exitCodes.refused };
    const invalid = { ...good, exitCode: exitCodes.invalid, plan: null };
    const { done } = await watched({ run: async (number) => (number === 1 ? refused : invalid), runs: 3 });
    expect(done).toEqual(["0 a", "60 a", "120 a"]);
  });

  test("tells a run of a later revision, and begins that one when the run has ended", async () => {
    const superseded: RunEnd = {
      ...good,
      exitCode: 5,
      report: { results: [{ status: "skipped", error: { code: "superseded" } }] } as unknown as ApplyReport,
    };
    const told: boolean[] = [];
    const { done } = await watched({
      branch: { 0: "a", 7: "b" },
      async run(number, signal, pass) {
        if (number > 1) return good;
        await pass(5);
        told.push(signal.aborted);
        await pass(5);
        told.push(signal.aborted);
        return superseded;
      },
      runs: 2,
    });
    expect(told).toEqual([false, true]);
    expect(done).toEqual(["0 a", "10 b"]);
  });

  test("ends with 130 where an apply was cut off, and with 0 where nothing was", async () => {
    const partly = { ...good, report, exitCode: exitCodes.partial };
    expect(await watched({ run: async () => partly, runs: 1 })).toMatchObject({ code: 0 });
    const cut = { ...good, report, exitCode: exitCodes.interrupted };
    expect((await watched({ run: async () => cut, runs: 1 })).code).toBe(130);
    expect((await watched({ run: async () => ({ ...good, report }), runs: 1 })).code).toBe(0);
  });

  test("does not hide a bug", async () => {
    const broken = async (): Promise<RunEnd> => {
      throw new TypeError("this is a bug");
    };
    await expect(watched({ run: broken, runs: 9 })).rejects.toThrow("this is a bug");
  });
});
