import type { CommandInput } from "../../../ssh/shell.ts";

/**
 * Whether a script may be changing a host, and nothing was read since that tells what it did. Premise: a host goes on with what
 * it was told, whether the connection stands or not; so only a reading of the host settles it, or the script's own
 * answer that it did not do it.
 */
export interface OpenWrites {
  /** A script that changes the host goes out with this input; gives what to send in its place. */
  begin(input: CommandInput | undefined): CommandInput | undefined;
  /** What came of them is known. */
  settle(): void;
  isOpen(): boolean;
  /** How many went out. */
  count(): number;
}

export function createOpenWrites(): OpenWrites {
  let isOpen = false;
  let count = 0;
  const sent = () => {
    isOpen = true;
    count += 1;
  };
  return {
    begin(input) {
      if (input === undefined) {
        sent();
        return undefined;
      }
      // A script that takes an installer does nothing before all of it has arrived.
      return async function* (ended) {
        yield* input(ended);
        sent();
      };
    },
    settle: () => {
      isOpen = false;
    },
    isOpen: () => isOpen,
    count: () => count,
  };
}
