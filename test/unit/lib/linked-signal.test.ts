import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { linkSignals, openDeadline } from "../../../src/lib/linked-signal.ts";

test("is over after its time, unless it was closed before", async () => {
  const [kept, closed] = [openDeadline(1), openDeadline(1)];
  closed.close();
  if (!kept.signal.aborted) await new Promise((done) => kept.signal.addEventListener("abort", done));
  expect(kept.signal.reason).toMatchObject({ name: "TimeoutError" });
  expect(closed.signal.aborted).toBe(false);
});

test("ends with another signal, with its reason, and leaves nothing behind there", () => {
  const other = new AbortController();
  const [first, second] = [openDeadline(60_000, [other.signal]), openDeadline(60_000, [other.signal])];
  second.close();
  const reason = new Error("interrupted");
  other.abort(reason);
  expect(first.signal.reason).toBe(reason);
  expect(second.signal.aborted).toBe(false);
  expect(openDeadline(60_000, [other.signal]).signal.reason).toBe(reason);
  first.close();
  expect(getEventListeners(other.signal, "abort")).toEqual([]);
});

test("a signal that nobody listens to and nobody else holds is aborted all the same", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  const interrupted = () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 1);
    return linkSignals([controller.signal]).signal;
  };
  const signals = [interrupted(), openDeadline(1).signal, openDeadline(1, [linkSignals([]).signal]).signal];
  for (let round = 0; round < 10; round += 1) {
    await new Promise((done) => setTimeout(done, 2));
    collectGarbage();
  }
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
});
