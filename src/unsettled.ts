/** The part of a process that says when it has nothing left to wait for. */
export interface Process {
  on(event: "beforeExit", listener: () => void): unknown;
}

/**
 * Node.js ends a process that has nothing left to wait for, with code 13 and in silence, even while something awaits a
 * promise that nobody will settle any more. Here that is a rejection like that of any other bug, so that what was begun is
 * cleaned up. Of work within work the innermost is rejected first; what encloses it then has the chance to end.
 */
export function createAwaitEnd(process: Process): <T>(work: () => Promise<T>) => Promise<T> {
  const pending: (() => void)[] = [];
  process.on("beforeExit", () => pending.at(-1)?.());
  return async (work) => {
    let giveUp: () => void = () => undefined;
    const unsettled = new Promise<never>((_resolve, reject) => {
      giveUp = () => {
        remove();
        reject(new Error("the run waits for something that cannot happen any more"));
      };
    });
    const remove = () => {
      const index = pending.indexOf(giveUp);
      if (index >= 0) pending.splice(index, 1);
    };
    pending.push(giveUp);
    return Promise.race([work(), unsettled]).finally(remove);
  };
}
