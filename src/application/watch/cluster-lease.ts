import { errorMessage } from "../../errors.ts";
import type { Clock, Log } from "../../ports.ts";

/** Where a lease is written: the tags of one environment, which are replaced whole and without a condition. */
export interface LeaseBoard {
  read(): Promise<readonly string[]>;
  /** Reads the tags, and writes what `change` makes of them; null: nothing is written. What it throws is thrown. */
  update(change: (tags: readonly string[]) => readonly string[] | null): Promise<void>;
}

export interface Lease {
  /** Ends renewing, and takes the tag away. Never rejects: a lease that stays runs out. */
  release(): Promise<void>;
}

interface LeaseEdges {
  readonly clock: Clock;
  readonly log: Log;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Milliseconds for which another holder is waited for. */
  readonly patience: number;
  /** Called once when the lease is found to be another's, or could not be renewed before it ran out. */
  readonly onLost: () => void;
}

/** Somebody else has the lease. */
export class LeaseTaken extends Error {
  constructor({ holder, until }: Held) {
    super(`${holder} has it until ${new Date(until).toISOString()}`);
    this.name = "LeaseTaken";
  }
}

interface Held {
  readonly holder: string;
  /** Unix milliseconds. */
  readonly until: number;
}

/** Milliseconds. What a watch that was killed has left runs out after the first. */
const duration = 15 * 60_000;
const renewal = 5 * 60_000;
/** A write of somebody who saw no lease, either, has arrived by then, unless it took longer than a request may be thought to. */
const settling = 10_000;
/** By how much the clocks of two machines may differ. */
const skew = 60_000;
const lookAgain = 20_000;

const prefix = "dtsync:lease=";
const pattern = /^dtsync:lease=([0-9a-f]{12})@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/;

/**
 * Takes the lease: writes it where nobody has it, waits until whatever was written at the same time has arrived, and reads back
 * whose it is. The last of several writes stands, so all of them find the same one. Throws LeaseTaken, and what the board throws.
 */
export async function takeLease(holder: string, board: LeaseBoard, edges: LeaseEdges): Promise<Lease> {
  const { clock, log, random, signal, patience, onLost } = edges;
  const now = () => clock.now().getTime();
  const other = (tags: readonly string[]) =>
    heldBy(tags).find((held) => held.holder !== holder && held.until + skew > now());
  const isOwn = (tags: readonly string[]) =>
    other(tags) === undefined && heldBy(tags).some((held) => held.holder === holder);
  const claim = (tags: readonly string[], until: number) => [...withoutLease(tags), tagOf({ holder, until })];
  const refuse = (held: Held | undefined) => {
    throw new LeaseTaken(held ?? { holder: "somebody", until: now() + duration });
  };
  const giveBack = () =>
    board
      .update((tags) => (isOwn(tags) ? withoutLease(tags) : null))
      .catch((error: unknown) => {
        log.warn(`the lease stays until it runs out: ${errorMessage(error)}`);
      });
  let until = 0;

  async function tryOnce(): Promise<void> {
    await board.update((tags) => {
      const held = other(tags);
      if (held !== undefined) refuse(held);
      until = now() + duration;
      return claim(tags, until);
    });
    await clock.sleep(Math.round(settling * (1 + random() / 2)), signal);
    const tags = await board.read();
    if (!isOwn(tags)) refuse(other(tags));
  }

  const began = clock.elapsed();
  for (let told = false; ; told = true) {
    try {
      await tryOnce();
      break;
    } catch (error) {
      if (!(error instanceof LeaseTaken)) {
        await giveBack();
        throw error;
      }
      if (clock.elapsed() - began >= patience) throw error;
      if (!told) log.info("lease waited for", () => ({ reason: error.message }));
      await clock.sleep(Math.round(lookAgain * (1 + random() / 2)), signal);
    }
  }
  log.info("lease taken", () => ({ holder, waitMs: Math.round(clock.elapsed() - began) }));

  let lost = false;
  let renewing: Promise<void> | null = null;
  const lose = (reason: string) => {
    if (lost) return;
    lost = true;
    log.warn(`the lease is lost: ${reason}`);
    onLost();
  };
  async function renew(): Promise<void> {
    try {
      await board.update((tags) => {
        if (!isOwn(tags)) throw new LeaseTaken(other(tags) ?? { holder: "somebody", until: now() });
        until = now() + duration;
        return claim(tags, until);
      });
    } catch (error) {
      const reason = errorMessage(error);
      if (error instanceof LeaseTaken || now() + renewal >= until) lose(reason);
      else log.warn(`the lease could not be renewed: ${reason}`);
    }
  }
  const stop = clock.every(renewal, () => {
    if (lost) return;
    renewing ??= renew().finally(() => {
      renewing = null;
    });
  });
  return {
    async release() {
      stop();
      await renewing;
      await giveBack();
    },
  };
}

const tagOf = ({ holder, until }: Held): string =>
  `${prefix}${holder}@${new Date(until).toISOString().replace(/\.\d+Z$/, "Z")}`;

/** A tag of another form is nobody's, and goes with the next write. */
const heldBy = (tags: readonly string[]): readonly Held[] =>
  tags.flatMap((tag) => {
    const [, holder, until = ""] = pattern.exec(tag) ?? [];
    const time = Date.parse(until);
    return holder === undefined || Number.isNaN(time) ? [] : [{ holder, until: time }];
  });

const withoutLease = (tags: readonly string[]): readonly string[] => tags.filter((tag) => !tag.startsWith(prefix));
