import { describe, expect, test } from "vitest";
import { ApiError, type RequestEffect } from "../../../src/dynatrace/api-error.ts";
import { resultError, Unfeasible } from "../../../src/execute/outcome.ts";
import { type NotYet, type PlanMatch, settleWrite } from "../../../src/execute/settle-write.ts";
import { HostError } from "../../../src/ssh/host-error.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { keepingLog } from "../../support/log.ts";

const refusal = (effect: RequestEffect, code = "http-400", hint?: string) =>
  new ApiError("PUT /x: no", { method: "PUT", path: "/x", status: 400, code, effect, attempts: 1 }, { hint });

const planned = "as-planned";
const wanted = "as-wanted";

/** Readings and writes in the order in which they come; the last of each goes on. */
async function settled(
  readings: readonly (PlanMatch | Error)[],
  writes: readonly (Error | NotYet | null)[] = [null],
  aborted = false,
) {
  const log: string[] = [];
  const entries = keepingLog();
  const clock = fakeClock(noon);
  const next = <T>(list: readonly T[], kind: string): T => {
    const index = log.filter((entry) => entry === kind).length;
    log.push(kind);
    return (list[index] ?? list.at(-1)) as T;
  };
  const outcome = await settleWrite<PlanMatch>(
    {
      about: "environment/abc-p1",
      read: async () => {
        const reading = next(readings, "read");
        if (reading instanceof Error) throw reading;
        return reading;
      },
      compare: (current) => current,
      write: async () => {
        const answer = next(writes, "write");
        if (answer instanceof Error) throw answer;
        return answer ?? undefined;
      },
      describe: () => "it differs",
    },
    { clock, log: entries, signal: aborted ? AbortSignal.abort() : new AbortController().signal },
  );
  return { outcome, log: log.join(" "), waits: clock.waits, logged: entries.entries };
}

describe("read, compare, write, read back", () => {
  const lost = refusal("unknown", "network");
  test.each<[string, readonly (PlanMatch | Error)[], readonly (Error | NotYet | null)[], object, string]>([
    ["nothing to do", [wanted], [], { status: "done", attempts: 0 }, "read"],
    ["changed by somebody", ["other"], [], { status: "stale", attempts: 0 }, "read"],
    ["unreadable", [lost], [], { status: "failed", attempts: 0 }, "read"],
    ["written", [planned, wanted], [null], { status: "done", attempts: 1 }, "read write read"],
    ["refused", [planned], [refusal("none")], { status: "failed", attempts: 1 }, "read write"],
    [
      "a bug while writing",
      [planned],
      [new Error("bug")],
      { status: "failed", error: { code: "internal" } },
      "read write",
    ],
    ["answer lost, but it was made", [planned, wanted], [lost], { status: "done", attempts: 1 }, "read write read"],
    [
      "answer lost, and it was not",
      [planned, planned, planned, wanted],
      [lost, null],
      { status: "done", attempts: 2 },
      "read write read read write read",
    ],
    ["late by a moment", [planned, planned, wanted], [null], { status: "done", attempts: 1 }, "read write read read"],
    [
      "written, reads otherwise",
      [planned, "other"],
      [null],
      { status: "failed", error: { code: "not-as-written" } },
      "read write read",
    ],
    [
      "partly, then done",
      [planned, "partly", wanted],
      [null],
      { status: "done", attempts: 2 },
      "read write read write read",
    ],
    [
      "uncertain after a lost answer",
      [planned, lost],
      [lost],
      { status: "uncertain", attempts: 1, error: { code: "network" } },
      "read write read",
    ],
    [
      "uncertain after a good one",
      [planned, refusal("none", "http-403")],
      [null],
      { status: "uncertain", error: { code: "http-403" } },
      "read write read",
    ],
  ])("%s", async (_name, readings, writes, outcome, log) => {
    const found = await settled(readings, writes);
    expect(found.outcome).toMatchObject(outcome);
    expect(found.log).toBe(log);
  });

  test("an accepted write that never shows is given up after some seconds, and was made once", async () => {
    const { outcome, log, waits } = await settled([planned]);
    expect(outcome).toMatchObject({ status: "failed", attempts: 1, error: { code: "not-taken" } });
    expect(log.match(/write/g)).toHaveLength(1);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(7_750);
  });

  test("one whose answers are all lost is made three times", async () => {
    const { outcome, log } = await settled([planned], [lost]);
    expect(outcome).toMatchObject({ status: "failed", attempts: 3, error: { code: "network" } });
    expect(log.match(/write/g)).toHaveLength(3);
  });

  test("interrupted, nothing is waited for and nothing is made again", async () => {
    const accepted = await settled([planned], [null], true);
    expect(accepted).toMatchObject({ waits: [], log: "read write read" });
    const { outcome, log } = await settled([planned], [lost], true);
    expect(outcome).toMatchObject({ status: "failed", attempts: 1, error: { code: "network" } });
    expect(log).toBe("read write read");
  });
});

test("errors as results: the hint is part of the message", () => {
  expect(resultError(refusal("none", "http-401", "check the token"))).toEqual({
    code: "http-401",
    message: "PUT /x: no (check the token)",
  });
  expect(resultError(new HostError("unreachable", "no route"))).toEqual({ code: "unreachable", message: "no route" });
  expect(resultError(new Unfeasible("too-much", "less"))).toEqual({ code: "too-much", message: "less" });
  expect(resultError("text")).toEqual({ code: "internal", message: "text" });
});

describe("a write that has to wait", () => {
  const busy = (retryAfter: number) =>
    new ApiError("PUT /x: busy", {
      ...{ method: "PUT", path: "/x", status: 429, code: "http-429" },
      ...{ effect: "none", attempts: 1, retryAfter },
    });
  const notYet: NotYet = { wait: 5_000, error: refusal("none") };

  test("is made from a fresh reading, after what the server asks for", async () => {
    const { outcome, log, waits } = await settled([planned, planned, wanted], [busy(7_000), null]);
    expect(outcome).toEqual({ status: "done", attempts: 1 });
    expect(log).toBe("read write read write read");
    expect(waits).toEqual([7_000]);
  });

  test("is not made where somebody else has written meanwhile", async () => {
    const { outcome, log } = await settled([planned, "other"], [busy(1_000)]);
    expect(outcome).toMatchObject({ status: "stale", attempts: 0 });
    expect(log).toBe("read write read");
  });

  test("waits longer each time without advice, and gives up after the sixth", async () => {
    const { outcome, waits } = await settled([planned], [busy(250)]);
    expect(outcome).toMatchObject({ status: "failed", attempts: 1, error: { code: "http-429" } });
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000]);
  });

  test("is given up when the run is interrupted", async () => {
    const { outcome, log } = await settled([planned], [busy(7_000)], true);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "http-429" } });
    expect(log).toBe("read write");
  });

  test("is put off by its maker, as often as that says so", async () => {
    const { outcome, log, waits } = await settled([planned, planned, planned, wanted], [notYet, notYet, null]);
    expect(outcome).toEqual({ status: "done", attempts: 1 });
    expect(log).toBe("read write read write read write read");
    expect(waits).toEqual([5_000, 5_000]);
  });
});

test("a write that is put off is logged with its wait, and a lost answer is", async () => {
  const change = "environment/abc-p1";
  const busy = { wait: 1_500, error: refusal("none", "http-429") };
  expect((await settled([planned, planned, wanted], [busy, null])).logged).toEqual([
    { level: "info", message: "write is put off", fields: { change, reason: "http-429", waitMs: 1_500 } },
  ]);
  expect((await settled([planned, wanted], [refusal("unknown", "network")])).logged).toEqual([
    {
      level: "info",
      message: "answer of a write was lost: it is read back",
      fields: { change, reason: "network" },
    },
  ]);
});
