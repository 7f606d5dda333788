import type { Duplex } from "node:stream";
import { errorMessage } from "../errors.ts";
import type { SshConnection } from "./connection.ts";
import { HostError } from "./host-error.ts";
import type { SshTarget } from "./target.ts";
import { waitWithin } from "./wait-within.ts";

/** Where a forwarded channel leads, and how long that may take. */
export type Destination = Pick<SshTarget, "hostName" | "port" | "connectTimeout">;

/**
 * A stream to a machine that a jump host forwards. Throws HostError: `unreachable` where the jump host does not get there,
 * `connection-lost` where it is itself no longer there.
 */
export function forwardChannel(
  connection: SshConnection,
  jump: string,
  to: Destination,
  signal: AbortSignal,
): Promise<Duplex> {
  const seconds = to.connectTimeout / 1_000;
  return waitWithin(
    () => forward(connection, jump, to),
    {
      milliseconds: to.connectTimeout,
      signal,
      expired: () =>
        new HostError("unreachable", `jump host ${jump} did not reach ${to.hostName}:${to.port} within ${seconds} s`),
    },
    (late) => late.destroy(),
  );
}

function forward({ client }: SshConnection, jump: string, to: Destination): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      client.off("close", lost);
      // The jump host itself refuses a channel in these words; anything else means that it is no longer there.
      const refused = /channel open failure/i.test(errorMessage(error));
      reject(
        new HostError(
          refused ? "unreachable" : "connection-lost",
          `jump host ${jump} cannot reach ${to.hostName}:${to.port} (${errorMessage(error)})`,
          { cause: error },
        ),
      );
    };
    const lost = () => fail(new Error("the connection broke"));
    client.once("close", lost);
    try {
      client.forwardOut("127.0.0.1", 0, to.hostName, to.port, (error, channel) => {
        if (error) return fail(error);
        client.off("close", lost);
        // A socket ends with its other side; a channel stays half open, and whoever waits for an answer waits for good.
        channel.once("end", () => channel.destroy());
        resolve(channel);
      });
    } catch (error) {
      fail(error);
    }
  });
}
