import { expect, test } from "vitest";
import { allEnded } from "../../../src/lib/all-ended.ts";

test("gives the values of all, in their order", async () => {
  expect(await allEnded([Promise.resolve(1), "two", Promise.resolve([3])])).toEqual([1, "two", [3]]);
  expect(await allEnded([])).toEqual([]);
});

test("fails with the first failure, and not before all have ended", async () => {
  let ended = false;
  const slow = new Promise((resolve) => setTimeout(resolve, 20)).then(() => {
    ended = true;
  });
  const failures = [Promise.reject(new Error("first")), Promise.reject(new Error("second"))];
  await expect(allEnded([...failures, slow])).rejects.toThrow("first");
  expect(ended).toBe(true);
});
