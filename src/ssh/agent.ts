import type { Socket } from "node:net";
import ssh2, { type BaseAgent, type ParsedKey, type SignCallback, type SigningRequestOptions } from "ssh2";
import { askAgent, keysIn, signatureIn, toSign, whichKeys } from "./ask-agent.ts";

/** An SSH agent whose connections can be ended, because one that does not answer would keep them open. */
export interface BoundedAgent {
  /** The agent as if it held some of its keys alone, as `choose` says of their public halves in base64. */
  only(choose: (publicKey: string) => boolean): BaseAgent;
  /** The public halves of keys that it has said to hold by now. */
  held(): ReadonlySet<string>;
  /** Why it could not be asked; null: it could, or was not. */
  fault(): Error | null;
  end(): void;
}

const publicKeyOf = (key: ParsedKey): string => key.getPublicSSH().toString("base64");

/** `patience`: milliseconds in which it has to say which keys it holds. */
export function createBoundedAgent(path: string, patience: number): BoundedAgent {
  const open = new Set<Socket>();
  const held = new Set<string>();
  let fault: Error | null = null;

  /** ssh2 asks nothing but whether it is one of its agents, and these two. */
  class Chosen extends ssh2.BaseAgent {
    readonly #choose: (publicKey: string) => boolean;

    constructor(choose: (publicKey: string) => boolean) {
      super();
      this.#choose = choose;
    }

    // An agent that cannot be asked holds no key: keys of files may still be accepted.
    override getIdentities(callback: Parameters<BaseAgent["getIdentities"]>[0]): void {
      let isOver = false;
      const end = (error: Error | null, keys: readonly ParsedKey[]) => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        fault = error ?? fault;
        for (const key of keys) held.add(publicKeyOf(key));
        callback(undefined, [...keys.filter((key) => this.#choose(publicKeyOf(key)))]);
      };
      const late = () => end(new Error(`it did not answer within ${patience / 1_000} s`), []);
      const timer = setTimeout(late, patience);
      askAgent(path, whichKeys, open)
        .then(keysIn)
        .then(
          (keys) => end(null, keys),
          (error: Error) => end(error, []),
        );
    }

    override sign(
      key: ParsedKey | Buffer | string,
      data: Buffer,
      options: SigningRequestOptions | SignCallback,
      callback?: SignCallback,
    ): void {
      // ssh2 gives the keys that it was given here.
      const blob = (key as ParsedKey).getPublicSSH();
      const [hash, done] = typeof options === "function" ? [undefined, options] : [options.hash, callback];
      askAgent(path, toSign(blob, data, hash), open)
        .then(signatureIn)
        .then(
          (signature) => done?.(undefined, signature),
          (error: Error) => done?.(error),
        );
    }
  }

  return {
    only: (choose) => new Chosen(choose),
    held: () => held,
    fault: () => fault,
    end: () => {
      for (const socket of open) socket.destroy();
    },
  };
}
