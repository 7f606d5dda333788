/**
 * Terms: a *watch* looks at what one environment lists, again and again, for all hosts that wait to be seen there. A *look*
 * reads the whole list once. A *session* is a row of looks with one token.
 *
 * Premise: many hosts wait at once, and to list them is costly for the cluster. So there is one look for all of them, and
 * pauses between looks grow with the time that the last host to come has waited, and with the time that a look takes.
 *
 * Cases: a host is *seen*; or its time is over and it is not, and then it is looked for in other environments; or its time is over
 * while the list cannot be read, which says nothing of any host. Only where the cluster itself says that it has no such list does no host wait there from then on. An
 * interrupt ends every wait at once.
 */
import { ApiError, isStatus } from "../../../dynatrace/api-error.ts";
import type { Client } from "../../../dynatrace/client.ts";
import { listHosts } from "../../../dynatrace/environment-api.ts";
import type { TokenChain } from "../../../dynatrace/token-chain.ts";
import { errorMessage } from "../../../errors.ts";
import { type Attempted, attempted } from "../../../lib/repeat-until.ts";
import type { ListedHost } from "../../../model/observed.ts";
import type { Clock } from "../../../ports.ts";
import { type HostList, hostList, lookFor, type SightingRequest, type SoughtHost } from "../sighting.ts";
import type { Sighting } from "../unseen-problem.ts";

export interface EnvironmentWatch {
  readonly environment: string;
  /** Waits until the host is seen, or as long as the request says. Never rejects. */
  waitFor(request: SightingRequest): Promise<Sighting>;
  /** Ends every wait. */
  interrupt(): void;
  /** Whether the last look, if it was not before `since` (Unix milliseconds), had the host. */
  hasSeen(host: SoughtHost, since: number): boolean;
  /** Resolves once nothing is read any more. */
  close(): Promise<void>;
}

interface WatchOptions {
  readonly environment: string;
  readonly client: Client;
  readonly tokens: TokenChain;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
  /** The other environment that lists the host, or null. Never rejects. */
  readonly seenElsewhere: (request: SightingRequest, since: number) => Promise<string | null>;
}

interface Waiting {
  readonly request: SightingRequest;
  /** Unix milliseconds. */
  readonly since: number;
  readonly end: (sighting: Sighting) => void;
}

interface LastLook {
  /** Unix milliseconds at which it began. */
  readonly at: number;
  readonly list: HostList;
}

/** Milliseconds between looks at least and at most. */
const [shortestPause, longestPause] = [1_000, 30_000];
/** A pause is at least so many times as long as the look before it took. */
const restFactor = 5;
/** Milliseconds that one token is used; it lives longer. */
const sessionTime = 30 * 60_000;

export function watchEnvironment(options: WatchOptions): EnvironmentWatch {
  const { environment, client, tokens, clock, signal, warn } = options;
  const waiting = new Set<Waiting>();
  /** Hosts whose time is over, and which are looked for elsewhere. */
  const missing = new Set<Waiting>();
  const searches: Promise<void>[] = [];
  let lastLook: LastLook | null = null;
  /** Looks in a row that could not be made. */
  let failures = 0;
  let hasNoList = false;
  let isWatching = false;
  let watching: Promise<void> = Promise.resolve();
  const now = (): number => clock.elapsed();

  function end(host: Waiting, sighting: Sighting): void {
    waiting.delete(host);
    missing.delete(host);
    host.end(sighting);
  }

  async function watch(): Promise<void> {
    while (waiting.size > 0) {
      const session = await attempted(() => tokens.withToken(environment, "oneAgents.read", lookAgainAndAgain));
      if (session.failed) failed(session.error);
      if (session.failed) await pause(0);
    }
    // At once: a host that comes from now on begins another watch.
    isWatching = false;
  }

  async function lookAgainAndAgain(token: string): Promise<void> {
    const until = now() + sessionTime;
    while (waiting.size > 0 && !signal.aborted && now() < until) {
      const at = now();
      const read = await attempted(() => listHosts(client, environment, token, { signal }));
      // The token is made once more.
      if (read.failed && read.error instanceof ApiError && read.error.details.status === 401) throw read.error;
      take(read, at);
      if (waiting.size > 0) await pause(now() - at);
    }
  }

  function take(read: Attempted<readonly ListedHost[]>, at: number): void {
    if (signal.aborted) return;
    if (read.failed) {
      if (isWithoutList(read.error)) doWithout(read.error);
      else failed(read.error);
      return;
    }
    failures = 0;
    lastLook = { at, list: hostList(read.value) };
    for (const host of waiting) {
      const look = lookFor(host.request.host, lastLook.list);
      if (look.seen) end(host, { status: "seen" });
      else if (isOver(host)) searches.push(lookElsewhere(host, look.remark));
    }
  }

  async function lookElsewhere(host: Waiting, remark: string | null): Promise<void> {
    waiting.delete(host);
    missing.add(host);
    const { request, since } = host;
    const elsewhere = await options.seenElsewhere(request, since);
    const isNowhere = { status: "not-seen", within: request.within, remark } as const;
    if (missing.has(host)) end(host, elsewhere === null ? isNowhere : { status: "elsewhere", environment: elsewhere });
  }

  const isOver = ({ request, since }: Waiting): boolean => now() - since >= request.within;

  function failed(error: unknown): void {
    if (signal.aborted) return;
    failures += 1;
    const reason = errorMessage(error);
    for (const host of waiting) if (isOver(host)) end(host, { status: "unreadable", reason });
  }

  function doWithout(error: unknown): void {
    hasNoList = true;
    warn(
      `${environment} has no list of its hosts, so what the agents there say of themselves has to do: ${errorMessage(error)}`,
    );
    for (const host of waiting) end(host, { status: "no-list" });
  }

  /** Until the next look, or until the time of a host is over. */
  async function pause(lookTime: number): Promise<void> {
    const waits = [...waiting].map(({ request, since }) => ({
      age: now() - since,
      left: since + request.within - now(),
    }));
    const youngest = Math.min(...waits.map(({ age }) => age));
    const soonest = Math.min(...waits.map(({ left }) => left));
    const afterFailures = failures === 0 ? 0 : shortestPause * 2 ** (failures - 1);
    const grown = Math.min(Math.max(youngest / 2, afterFailures), longestPause);
    const wanted = Math.max(shortestPause, grown, restFactor * lookTime);
    const time = Math.min(wanted, Math.max(soonest, shortestPause));
    if (waits.length > 0) await clock.sleep(time, signal).catch(() => undefined);
  }

  return {
    environment,
    waitFor: (request) =>
      new Promise((resolve) => {
        if (signal.aborted || hasNoList) return resolve({ status: signal.aborted ? "interrupted" : "no-list" });
        waiting.add({ request, since: now(), end: resolve });
        if (isWatching) return;
        isWatching = true;
        watching = watch();
      }),
    interrupt() {
      for (const host of [...waiting, ...missing]) end(host, { status: "interrupted" });
    },
    hasSeen: (host, since) => lastLook !== null && lastLook.at >= since && lookFor(host, lastLook.list).seen,
    async close() {
      await watching;
      await Promise.all(searches);
    },
  };
}

/** Whether the cluster itself says that it has no such list: a proxy that does not know the path answers with 404 as well. */
function isWithoutList(error: unknown): boolean {
  if (!isStatus(error, 404, 405, 501)) return false;
  const { status, form } = error.details;
  return status === 404 ? form === "envelope" : form !== "page";
}
