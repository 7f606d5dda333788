import type { Duplex } from "node:stream";
import ssh2, { type BaseAgent, type ParsedKey, type SignCallback, type SigningRequestOptions } from "ssh2";

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

/** Far more than the keys of any agent. */
const mostBytes = 1_000_000;

const publicKeyOf = (key: ParsedKey): string => key.getPublicSSH().toString("base64");

/** `patience`: milliseconds in which it has to say which keys it holds. */
export function createBoundedAgent(socket: string, patience: number): BoundedAgent {
  const agent = ssh2.createAgent(socket);
  const streams = new Set<Duplex>();
  const held = new Set<string>();
  let fault: Error | null = null;
  const getStream = agent.getStream?.bind(agent);
  if (getStream) {
    agent.getStream = (callback) =>
      getStream((error, stream) => {
        // Types of ssh2 say otherwise, but it is a stream.
        if (stream) watch(stream as unknown as Duplex);
        callback(error, stream);
      });
  }

  function watch(stream: Duplex): void {
    let received = 0;
    streams.add(stream);
    stream.once("close", () => streams.delete(stream));
    stream.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received > mostBytes) stream.destroy(new Error("it sends without end"));
    });
  }

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
      agent.getIdentities((error, keys) => end(error ?? null, (keys ?? []) as readonly ParsedKey[]));
    }

    override sign(
      key: ParsedKey | Buffer | string,
      data: Buffer,
      options: SigningRequestOptions | SignCallback,
      callback?: SignCallback,
    ): void {
      if (typeof options === "function") agent.sign(key, data, options);
      else agent.sign(key, data, options, callback);
    }
  }

  return {
    only: (choose) => new Chosen(choose),
    held: () => held,
    fault: () => fault,
    end: () => {
      for (const stream of streams) stream.destroy();
    },
  };
}
