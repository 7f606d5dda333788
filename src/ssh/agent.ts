import type { Duplex } from "node:stream";
import ssh2, { type BaseAgent } from "ssh2";

/** An SSH agent whose connections can be ended, because one that does not answer would keep them open. */
export interface BoundedAgent {
  readonly agent: BaseAgent;
  end(): void;
}

/** Far more than the keys of any agent. */
const mostBytes = 1_000_000;

export function createBoundedAgent(socket: string): BoundedAgent {
  const agent = ssh2.createAgent(socket);
  const streams = new Set<Duplex>();
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

  return {
    agent,
    end: () => {
      for (const stream of streams) stream.destroy();
    },
  };
}
