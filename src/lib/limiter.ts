/** Runs at most a given number of tasks at once; the others wait in the order of their arrival. */
export interface Limiter {
  run<T>(task: () => Promise<T>): Promise<T>;
  /**
   * For a task that runs: waits for something while others run in its place. Then it goes on before those that have not
   * begun.
   */
  standAside<T>(wait: () => Promise<T>): Promise<T>;
}

export function createLimiter(maximum: number): Limiter & { readonly maximum: number } {
  let running = 0;
  const waiting: (() => void)[] = [];
  /** Tasks that have stood aside and want to go on. */
  const returning: (() => void)[] = [];
  const begin = async (queue: (() => void)[]) => {
    if (running < maximum) running += 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
  };
  const release = () => {
    const next = returning.shift() ?? waiting.shift();
    if (next) next();
    else running -= 1;
  };
  return {
    maximum,
    async run(task) {
      await begin(waiting);
      try {
        return await task();
      } finally {
        release();
      }
    },
    async standAside(wait) {
      release();
      try {
        return await wait();
      } finally {
        await begin(returning);
      }
    },
  };
}
