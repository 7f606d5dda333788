import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { HostError } from "../../../src/ssh/host-error.ts";
import { waitWithin } from "../../../src/ssh/wait-within.ts";

const expired = () => new HostError("unreachable", "too late");
const day = 86_400_000;

test("work that ends in time gives what it gives, and leaves no listener", async () => {
  const { signal } = new AbortController();
  const limit = { milliseconds: day * 365, signal, expired };
  const unexpected = () => expect.unreachable();
  expect(await waitWithin(async () => 7, limit, unexpected)).toBe(7);
  await expect(waitWithin(() => Promise.reject(new Error("no")), limit, unexpected)).rejects.toThrow("no");
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("work that does not end is left, told so, and what it gives later is discarded", async () => {
  for (const how of ["time", "signal", "signal before"] as const) {
    const controller = new AbortController();
    if (how === "signal before") controller.abort();
    const discarded: number[] = [];
    let told: AbortSignal | undefined;
    let end = (_value: number): void => undefined;
    const waiting = waitWithin(
      (signal) => {
        told = signal;
        return new Promise<number>((resolve) => {
          end = resolve;
        });
      },
      { milliseconds: how === "time" ? 1 : day, signal: controller.signal, expired },
      (late) => void discarded.push(late),
    );
    if (how === "signal") controller.abort();
    await expect(waiting).rejects.toThrow(
      expect.objectContaining({ code: how === "time" ? "unreachable" : "interrupted" }),
    );
    expect(told?.aborted ?? "not begun").toBe(how === "signal before" ? "not begun" : true);
    end(7);
    await new Promise((resolve) => setImmediate(resolve));
    expect(discarded).toEqual(how === "signal before" ? [] : [7]);
  }
});
