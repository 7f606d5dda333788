import { expect, test } from "vitest";
import { createPromiseCache } from "../../../src/lib/promise-cache.ts";

test("work for a key is begun once, and all share its result", async () => {
  const cache = createPromiseCache<number>();
  let begun = 0;
  const work = async () => {
    begun += 1;
    return begun;
  };
  expect(await Promise.all([cache.get("a", work), cache.get("a", work)])).toEqual([1, 1]);
  expect(await cache.get("a", work)).toBe(1);
  expect(await cache.get("b", work)).toBe(2);
});

test("all who wait for it share a failure, and the next one begins again", async () => {
  const cache = createPromiseCache<number>();
  const fail = async (): Promise<number> => {
    throw new Error("it failed");
  };
  const waiting = [cache.get("a", fail), cache.get("a", async () => 1)];
  expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await cache.get("a", async () => 2)).toBe(2);
});

test("what is forgotten is begun again, and its late failure does not take the new work away", async () => {
  const cache = createPromiseCache<number>();
  let fail = (_error: Error): void => undefined;
  const old = cache.get(
    "a",
    () =>
      new Promise<number>((_resolve, reject) => {
        fail = reject;
      }),
  );
  cache.forget("a");
  const fresh = cache.get("a", async () => 2);
  fail(new Error("too late"));
  await expect(old).rejects.toThrow("too late");
  expect(await cache.get("a", async () => 3)).toBe(await fresh);
});
