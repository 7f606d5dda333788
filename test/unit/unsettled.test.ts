import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { createAwaitEnd } from "../../src/unsettled.ts";

const never = <T>() => new Promise<T>(() => undefined);
const hopeless = "cannot happen any more";

test("work that ends is as it was, and nothing is left of it", async () => {
  const process = new EventEmitter();
  const awaitEnd = createAwaitEnd(process);
  expect(await awaitEnd(async () => 7)).toBe(7);
  await expect(awaitEnd(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(process.emit("beforeExit")).toBe(true);
});

test("work that nothing will end is rejected, the innermost first", async () => {
  const process = new EventEmitter();
  const awaitEnd = createAwaitEnd(process);
  const cleaned: string[] = [];
  const outer = awaitEnd(async () => {
    try {
      await awaitEnd(never);
    } finally {
      cleaned.push("inner");
      await awaitEnd(never).catch(() => cleaned.push("clean-up"));
      await never();
    }
  });
  const ended = expect(outer).rejects.toThrow(hopeless);
  for (const expected of [["inner"], ["inner", "clean-up"]]) {
    process.emit("beforeExit");
    await new Promise(setImmediate);
    expect(cleaned).toEqual(expected);
  }
  process.emit("beforeExit");
  await ended;
});
