import { expect, test } from "vitest";
import { shareTokens } from "../../../src/dynatrace/shared-tokens.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";

/** A chain whose tokens are numbered, and which of them live. */
function aChain() {
  const made: string[] = [];
  const alive = new Set<string>();
  return {
    made,
    alive,
    async withToken<T>(environment: string, _scope: string, use: (token: string) => Promise<T>): Promise<T> {
      const token = `${environment}/${made.length + 1}`;
      made.push(token);
      alive.add(token);
      try {
        return await use(token);
      } finally {
        alive.delete(token);
      }
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A clock on which nobody's time passes by itself. */
function aStillClock() {
  const clock = fakeClock(noon);
  const sleepers: (() => void)[] = [];
  return {
    wake: () => {
      for (const end of sleepers.splice(0)) end();
    },
    clock: {
      ...clock,
      sleep: (_milliseconds: number, signal?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          sleepers.push(resolve);
          signal?.addEventListener("abort", () => reject(signal.reason));
        }),
    },
  };
}

test("those who work in an environment at once share its token, which is revoked when nobody has used it for a while", async () => {
  const chain = aChain();
  const { clock, wake } = aStillClock();
  const tokens = shareTokens(chain, clock, () => false);
  const used = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      tokens.withToken(index % 2 ? "abc-p1" : "xyz-p1", "InstallerDownload", async (token) => {
        await turn();
        expect(chain.alive.has(token)).toBe(true);
        return token;
      }),
    ),
  );
  expect(new Set(used).size).toBe(2);
  expect(chain.made).toHaveLength(2);
  // The next wave comes at once, and takes the same.
  await tokens.withToken("abc-p1", "InstallerDownload", async (token) => expect(used).toContain(token));
  expect(chain.alive.size).toBe(2);
  wake();
  await turn();
  expect(chain.alive.size).toBe(0);
  await tokens.withToken("abc-p1", "InstallerDownload", async (token) => expect(used).not.toContain(token));
  await tokens.close();
  expect(chain.alive.size).toBe(0);
});

test("after a failure that the token may be the reason for, the next one gets another", async () => {
  const chain = aChain();
  const { clock } = aStillClock();
  const tokens = shareTokens(chain, clock, (failure) => failure instanceof RangeError);
  const fail = (error: Error) =>
    tokens.withToken("abc-p1", "InstallerDownload", async () => {
      throw error;
    });
  await expect(fail(new RangeError("refused"))).rejects.toThrow("refused");
  await expect(fail(new Error("other"))).rejects.toThrow("other");
  await tokens.withToken("abc-p1", "InstallerDownload", async () => undefined);
  expect(chain.made).toHaveLength(2);
  await tokens.close();
  expect(chain.alive.size).toBe(0);
});

test("a token that cannot be made is told to all who wait for it, and asked for anew by the next", async () => {
  let tries = 0;
  const { clock } = aStillClock();
  const tokens = shareTokens(
    {
      withToken: async (environment, _scope, use) => {
        tries += 1;
        if (tries === 1) throw new Error("no token");
        return use(environment);
      },
    },
    clock,
    () => false,
  );
  const work = () => tokens.withToken("abc-p1", "InstallerDownload", async (token) => token);
  const first = await Promise.allSettled([work(), work()]);
  expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await work()).toBe("abc-p1");
  await tokens.close();
});
