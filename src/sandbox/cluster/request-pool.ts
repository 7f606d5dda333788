import type { PoolSize } from "./switches.ts";

/** A bounded pool of request threads with a bounded queue in front of it. */
export interface RequestPool {
  /** Resolves to false when the queue is full, or when no thread came free within the timeout (milliseconds). */
  readonly enter: (size: PoolSize, timeout: number) => Promise<boolean>;
  readonly leave: () => void;
}

function createRequestPool(): RequestPool {
  let running = 0;
  const waiting = new Set<(entered: boolean) => void>();
  return {
    enter: (size, timeout) => {
      if (running < size.threads) {
        running += 1;
        return Promise.resolve(true);
      }
      if (waiting.size >= size.queue) return Promise.resolve(false);
      return new Promise((resolve) => {
        const settle = (entered: boolean): void => {
          clearTimeout(timer);
          waiting.delete(settle);
          resolve(entered);
        };
        const timer = setTimeout(settle, timeout, false);
        waiting.add(settle);
      });
    },
    leave: () => {
      // The thread passes straight on to the request that waits longest.
      const [next] = waiting;
      if (next === undefined) running -= 1;
      else next(true);
    },
  };
}

/** One pool for the API of the cluster and one for each environment. */
export function createRequestPools(): (environment: string | null) => RequestPool {
  const pools = new Map<string | null, RequestPool>();
  return (environment) => {
    const known = pools.get(environment);
    if (known !== undefined) return known;
    const pool = createRequestPool();
    pools.set(environment, pool);
    return pool;
  };
}
