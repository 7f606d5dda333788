import { describe, expect, test } from "vitest";
import { type Lease, type LeaseBoard, LeaseTaken, takeLease } from "../../../src/application/watch/cluster-lease.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { silentLog } from "../../support/log.ts";

const [one, two] = ["1".repeat(12), "2".repeat(12)] as const;
const minute = 60_000;
const tag = (holder: string, minutes: number) =>
  `dtsync:lease=${holder}@${new Date(noon.getTime() + minutes * minute).toISOString().slice(0, 19)}Z`;

/** The tags of an environment, on which the last write stands. */
function startBoard(first: readonly string[] = ["managed-by:dtsync"]) {
  let tags = first;
  let failure: Error | null = null;
  const board: LeaseBoard = {
    read: async () => tags,
    update: async (change) => {
      if (failure !== null) throw failure;
      const wanted = change(tags);
      await Promise.resolve();
      if (wanted !== null) tags = wanted;
    },
  };
  const write = (now: readonly string[]) => {
    tags = now;
  };
  return { board, tags: () => tags, write, fail: (error: Error | null) => (failure = error) };
}

function start(first?: readonly string[]) {
  const clock = fakeClock(noon);
  const at = startBoard(first);
  const losses: string[] = [];
  const signal = new AbortController();
  const take = (holder: string, { patience = 0, board = at.board } = {}): Promise<Lease> => {
    const onLost = () => losses.push(holder);
    return takeLease(holder, board, {
      clock,
      log: silentLog,
      random: () => 0,
      signal: signal.signal,
      patience,
      onLost,
    });
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { ...at, clock, losses, take, settle, interrupt: () => signal.abort(new Error("interrupted")) };
}

describe("the lease", () => {
  test("is a tag beside those of others, renewed, and gone at the end", async () => {
    const { take, tags, clock, settle } = start();
    const lease = await take(one);
    expect(tags()).toEqual(["managed-by:dtsync", tag(one, 15)]);
    clock.pass(5 * minute);
    await settle();
    expect(tags()).toEqual(["managed-by:dtsync", expect.stringContaining(one)]);
    expect(tags()[1]).not.toBe(tag(one, 15));
    await lease.release();
    expect(tags()).toEqual(["managed-by:dtsync"]);
  });

  test("is another's until that one gives it back or has not renewed it for a quarter of an hour", async () => {
    const { take, tags } = start();
    const lease = await take(one);
    await expect(take(two)).rejects.toThrow(LeaseTaken);
    await lease.release();
    await (await take(two)).release();
    expect(tags()).toEqual(["managed-by:dtsync"]);
    const killed = start([tag(one, 14)]);
    await expect(killed.take(two)).rejects.toThrow(LeaseTaken);
    await killed.take(two, { patience: 30 * minute });
    expect(killed.tags()).toEqual([expect.stringContaining(two)]);
  });

  test("is nobody's where its tag has another form or a time long ago", async () => {
    const { take, tags } = start(["dtsync:lease=soon", tag(two, -2), "owner:me"]);
    await take(one);
    expect(tags()).toEqual(["owner:me", tag(one, 15)]);
  });

  test("is taken up again by the one who was killed with it", async () => {
    const { take } = start();
    await take(one);
    await expect(take(one)).resolves.toBeDefined();
  });

  test("is one's alone when two see none and write at the same time", async () => {
    for (const later of [one, two]) {
      const { take, board, tags } = start();
      // Both have read before either writes; the write of `later` arrives last.
      let release = () => {};
      const bothRead = new Promise<void>((resolve) => {
        release = resolve;
      });
      let readers = 0;
      const racing = (holder: string): LeaseBoard => {
        let first = true;
        return {
          read: board.read,
          async update(change) {
            if (!first) return board.update(change);
            first = false;
            const wanted = change(await board.read());
            readers += 1;
            if (readers === 2) release();
            await bothRead;
            if (holder === later) await Promise.resolve();
            return board.update(() => wanted);
          },
        };
      };
      const ends = await Promise.allSettled([one, two].map((holder) => take(holder, { board: racing(holder) })));
      expect(ends.map(({ status }) => status)).toEqual(
        [one, two].map((each) => (each === later ? "fulfilled" : "rejected")),
      );
      expect(tags()).toEqual(["managed-by:dtsync", expect.stringContaining(later)]);
    }
  });

  test("is lost when another has it, and when it could not be renewed until it ran out", async () => {
    const { take, write, tags, losses, clock, settle } = start();
    const lease = await take(one);
    write(tags().map((each) => each.replace(one, two)));
    clock.pass(6 * minute);
    await settle();
    expect(losses).toEqual([one]);
    await lease.release();
    expect(tags()[1]).toContain(two);

    const broken = start();
    await broken.take(one);
    broken.fail(new Error("no answer"));
    broken.clock.pass(6 * minute);
    await broken.settle();
    expect(broken.losses).toEqual([]);
    broken.clock.pass(5 * minute);
    await broken.settle();
    expect(broken.losses).toEqual([one]);
  });

  test("is given back when the one who takes it is interrupted meanwhile", async () => {
    const { take, interrupt, tags, board } = start();
    const interrupted: LeaseBoard = {
      ...board,
      update: async (change) => {
        await board.update(change);
        interrupt();
      },
    };
    await expect(take(one, { board: interrupted })).rejects.toThrow("interrupted");
    expect(tags()).toEqual(["managed-by:dtsync"]);
  });
});
