/**
 * Terms: a *single* reading is of one environment; a *list* is of all environments of a cluster, page by page.
 *
 * Premise: a list costs a request for each page, however many look for something in it. But it can be late, shift while it
 * is read, and give limits up to an hour old. So it is believed where it cannot mislead, and all else that it shows is read
 * singly: an environment that it has as a write was to leave it is as written; and one that is to be made is not there yet
 * if the list was read whole a moment ago and does not have it. The latter is not believed alone: the answer of the write
 * says whether the environment was made or was there. What exists and is to be changed is always read singly, just before.
 *
 * Cases: what is asked for while a list is being read waits for the next one. A list is read only for more readings than it
 * has pages. One that cannot be read is no failure of anything: from then on everything is read singly. Limits that a list
 * gives count for a new environment alone, which has none that are older.
 */
import type { Client } from "../../../dynatrace/client.ts";
import { type EnvironmentIncludes, readEnvironment, readEnvironments } from "../../../dynatrace/cluster-api.ts";
import { attempted } from "../../../lib/repeat-until.ts";
import type { ObservedEnvironment } from "../../../model/observed.ts";
import type { Clock } from "../../../ports.ts";
import type { EnvironmentChange, LimitKind } from "../change.ts";
import { compareWithPlan } from "../compare-with-plan.ts";
import { limitsAmong } from "../fields.ts";

type Reading = Promise<ObservedEnvironment | null>;

/** Readings of the environments of one cluster, for the changes of one run. Null: it is not there. */
export interface EnvironmentReadings {
  /** Does the work on a change: while others are worked on, too, more of them may want a reading soon. */
  working<T>(work: () => Promise<T>): Promise<T>;
  /** As it is just before it is written. */
  before(change: EnvironmentChange): Reading;
  /** As it is after it was written. */
  after(change: EnvironmentChange): Reading;
  /** As it alone is asked for, with limits that are computed now. */
  single(change: EnvironmentChange): Reading;
}

/** Milliseconds: a list that began longer ago says nothing of what is not there. */
const freshness = 2_000;
/** The part of a list that has to be looked for before it is worth its size, while more may come. */
const worthwhilePart = 0.2;
/** How long more are waited for at most: so many times so many milliseconds. */
const mostPauses = 10;
const pause = 50;
/** Fewer creations than this are looked for singly: how many pages the list has is not known before it is read. */
const leastCreations = 4;

interface List {
  readonly began: number;
  readonly ended: number;
  readonly environments: ReadonlyMap<string, ObservedEnvironment>;
}

/** A reading that waits for the next round. */
interface Wanted {
  readonly change: EnvironmentChange;
  readonly resolve: (reading: Reading) => void;
}

interface ReadingPorts {
  readonly client: Client;
  readonly clock: Clock;
  /** Aborted: nothing is gathered any more. */
  readonly signal: AbortSignal;
}

export function createEnvironmentReadings(
  changes: readonly EnvironmentChange[],
  { client, clock, signal }: ReadingPorts,
): EnvironmentReadings {
  const creations = changes.filter(({ action }) => action === "create");
  const includes: EnvironmentIncludes = {
    quotas: creations.some((change) => touches(change, "quotas")),
    storage: changes.some((change) => touches(change, "storage")),
  };
  let readable = true;
  /** Of the list that was read last. */
  let pages = 1;
  let latest: List | null = null;
  let underWay: { readonly began: number; readonly list: Promise<List | null> } | null = null;
  let waiting: Wanted[] = [];
  let inRounds = false;
  let workedOn = 0;

  const now = () => clock.elapsed();
  const single = (change: EnvironmentChange): Reading =>
    readEnvironment(client, change.environment, {
      quotas: touches(change, "quotas"),
      storage: touches(change, "storage"),
    });

  /** Null: it could not be read whole. */
  async function readList(began: number): Promise<List | null> {
    let page = 1;
    const onPage = (number: number) => {
      page = number;
    };
    const read = await attempted(() => readEnvironments(client, includes, { sort: "creationDate", onPage }));
    if (read.failed) {
      readable = false;
      return null;
    }
    pages = page;
    latest = { began, ended: now(), environments: new Map(read.value.map((one) => [keyOf(one.id), one])) };
    return latest;
  }

  function startList(): Promise<List | null> {
    const began = now();
    const list = readList(began).finally(() => {
      if (underWay?.list === list) underWay = null;
    });
    underWay = { began, list };
    return list;
  }

  /** A list that began a moment ago, or begins now; null: lists tell nothing here. */
  async function freshList(): Promise<List | null> {
    if (!readable || creations.length < Math.max(leastCreations, pages + 1)) return null;
    const oldest = now() - freshness;
    if (latest !== null && latest.began >= oldest) return latest;
    // Where reading it takes so long, what is not in it may be there by the time that it has been read.
    if (latest !== null && latest.ended - latest.began > freshness) return null;
    return underWay !== null && underWay.began >= oldest ? underWay.list : startList();
  }

  /** Whether the list tells all that the change is about, as it is now. */
  const isTold = (change: EnvironmentChange): boolean =>
    change.action !== "delete" && (change.action === "create" || !touches(change, "quotas"));

  async function answer(round: readonly Wanted[]): Promise<void> {
    const list = readable && round.length > pages ? await startList() : null;
    const readings = round.map(({ change, resolve }) => {
      const found = list?.environments.get(keyOf(change.environment));
      const asWanted = found !== undefined && compareWithPlan(change, found) === "as-wanted";
      const reading = asWanted ? Promise.resolve(found) : single(change);
      resolve(reading);
      return reading;
    });
    await Promise.allSettled(readings);
  }

  /** Waits for more that want a reading, as long as others are worked on and the list is large for those that wait. */
  async function gather(): Promise<void> {
    const enough = readable && latest !== null ? latest.environments.size * worthwhilePart : 0;
    for (let pauses = 0; pauses < mostPauses; pauses += 1) {
      if (waiting.length >= Math.min(enough, workedOn) || signal.aborted) return;
      await clock.sleep(pause, signal).catch(() => undefined);
    }
  }

  async function runRounds(): Promise<void> {
    inRounds = true;
    // What is asked for at the same time is one round.
    await Promise.resolve();
    while (waiting.length > 0) {
      await gather();
      const round = waiting;
      waiting = [];
      await answer(round);
    }
    inRounds = false;
  }

  return {
    async working(work) {
      workedOn += 1;
      return work().finally(() => {
        workedOn -= 1;
      });
    },
    async before(change) {
      const list = change.action === "create" ? await freshList() : null;
      const isAbsent = list !== null && !list.environments.has(keyOf(change.environment));
      return isAbsent ? null : single(change);
    },
    after(change) {
      if (!isTold(change)) return single(change);
      return new Promise((resolve) => {
        waiting.push({ change, resolve });
        if (!inRounds) void runRounds();
      });
    },
    single,
  };
}

const keyOf = (id: string): string => id.toLowerCase();

const touches = ({ fields }: EnvironmentChange, kind: LimitKind): boolean => limitsAmong(fields, kind).length > 0;
