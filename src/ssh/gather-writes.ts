import { nextTick } from "node:process";
import type { Duplex } from "node:stream";

/**
 * Has what is written to a stream without a pause leave it at once. ssh2 writes a packet in three pieces, and each would be a
 * system call here, a packet of the network and a wake-up of the server. A stream that takes no list of pieces, such as the
 * channel of a jump host, gets them as one.
 */
export function gatherWrites(stream: Duplex): void {
  stream._writev ??= (pieces, done) => {
    const whole = Buffer.concat(pieces.map(({ chunk }) => chunk as Buffer));
    stream._write(whole, "buffer" as BufferEncoding, done);
  };
  const write = stream.write.bind(stream) as (piece: Buffer) => boolean;
  let gathering = false;
  stream.write = (piece: Buffer) => {
    if (!gathering) {
      gathering = true;
      stream.cork();
      nextTick(() => {
        gathering = false;
        stream.uncork();
      });
    }
    return write(piece);
  };
}
