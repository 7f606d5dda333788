import type { Socket } from "node:net";

/**
 * From now on what is written to a socket within one turn of the event loop leaves in one piece. ssh2 writes each packet in
 * three parts, and several packets one after the other: each part for itself would be a call of the system, a segment on
 * the network and a wake-up of the server.
 */
export function joinWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean;
  let isCorked = false;
  socket.write = (...given: unknown[]): boolean => {
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      setImmediate(() => {
        isCorked = false;
        socket.uncork();
      });
    }
    return write(...given);
  };
}
