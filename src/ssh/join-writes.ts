import type { Duplex } from "node:stream";

/**
 * From now on what is written to a stream within one turn of the event loop leaves in one piece. ssh2 writes each packet in
 * three parts, and several packets one after the other: each part for itself would be a call of the system, a segment on
 * the network and a wake-up of the server, and behind a jump host a packet with a padding and a code of its own.
 */
export function joinWrites(stream: Duplex): void {
  const write = stream.write.bind(stream) as (...given: unknown[]) => boolean;
  let isCorked = false;
  const joined = (...given: unknown[]): boolean => {
    if (!isCorked) {
      isCorked = true;
      stream.cork();
      setImmediate(() => {
        isCorked = false;
        stream.uncork();
      });
    }
    return write(...given);
  };
  stream.write = joined;
  // A channel takes one piece at a time, and would write what was held back as it came.
  stream._writev ??= (chunks, callback) =>
    stream._write(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), "buffer" as BufferEncoding, callback);
}
