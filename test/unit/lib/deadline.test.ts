import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { openDeadline } from "../../../src/lib/deadline.ts";

test("is over after its time, unless it was closed before", async () => {
  const [kept, closed] = [openDeadline(1), openDeadline(1)];
  closed.close();
  if (!kept.signal.aborted) await new Promise((done) => kept.signal.addEventListener("abort", done));
  expect(kept.signal.reason).toMatchObject({ name: "TimeoutError" });
  expect(closed.signal.aborted).toBe(false);
});

test("ends with another signal, with its reason, and leaves nothing behind there", () => {
  const other = new AbortController();
  const [first, second] = [openDeadline(60_000, other.signal), openDeadline(60_000, other.signal)];
  second.close();
  const reason = new Error("interrupted");
  other.abort(reason);
  expect(first.signal.reason).toBe(reason);
  expect(second.signal.aborted).toBe(false);
  expect(openDeadline(60_000, other.signal).signal.reason).toBe(reason);
  first.close();
  expect(getEventListeners(other.signal, "abort")).toEqual([]);
});
