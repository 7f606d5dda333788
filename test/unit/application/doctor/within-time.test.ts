import { expect, test } from "vitest";
import { withinTime } from "../../../../src/application/doctor/within-time.ts";
import { noon } from "../../../support/builders.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const edges = () => ({ clock: fakeClock(noon), signal: new AbortController().signal });
const never = new Promise<string>(() => undefined);

test("work that ends in time is what counts, and one that does not is given up", async () => {
  expect(await withinTime(Promise.resolve("done"), 1_000, () => "late", edges())).toBe("done");
  expect(await withinTime(never, 1_000, () => "late", edges())).toBe("late");
});

test("what fails in time fails, and an interrupt ends the waiting", async () => {
  await expect(withinTime(Promise.reject(new Error("no")), 1_000, () => "late", edges())).rejects.toThrow("no");
  const signal = AbortSignal.abort(new Error("interrupted"));
  await expect(withinTime(never, 1_000, () => "late", { ...edges(), signal })).rejects.toThrow("interrupted");
});
