import { errorMessage } from "../errors.ts";
import { createConnectionOpener, type SshConnection } from "./connection.ts";
import { HostError } from "./host-error.ts";
import { createJumpHosts } from "./jump-hosts.ts";
import type { CommandResult, ConnectShell, Shell } from "./shell.ts";
import { resolveTarget, type SshClientSettings } from "./target.ts";

const defaultCommandTimeout = 10 * 60_000;

/** The real ConnectShell. */
export function createSshConnector(settings: SshClientSettings): ConnectShell {
  const open = createConnectionOpener();
  const openForwardedStream = createJumpHosts(open, settings);
  return async (host, signal) => {
    signal?.throwIfAborted();
    const target = resolveTarget(host, settings);
    const forwarded = target.jumps.length === 0 ? null : await openForwardedStream(target);
    let connection: SshConnection | null = null;
    // May be called again, and before there is a connection.
    const close = () => {
      signal?.removeEventListener("abort", close);
      connection?.dispose();
      forwarded?.release();
    };
    signal?.addEventListener("abort", close);
    try {
      connection = await open(target, forwarded?.stream ?? null);
      signal?.throwIfAborted();
      return createShell(connection, close, host.ssh.timeout ?? defaultCommandTimeout);
    } catch (error) {
      close();
      if (signal?.aborted) throw new HostError("interrupted", "interrupted", { cause: error });
      throw error;
    }
  };
}

function createShell(connection: SshConnection, close: () => void, defaultTimeout: number): Shell {
  return {
    close,
    async run(command, options): Promise<CommandResult> {
      const timeout = options?.timeout ?? defaultTimeout;
      const { stdin } = options ?? {};
      let timer: NodeJS.Timeout | undefined;
      const expired = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(
            new HostError("timeout", `the command did not end within ${Math.round(timeout / 1_000)} s (ssh.timeout)`),
          );
          close();
        }, timeout);
      });
      try {
        // A channel that closes early breaks the pipe; the command's own result tells why.
        stdin?.on("error", () => undefined);
        const running = connection.execCommand(command, { noTrim: true, ...(stdin ? { stdin } : {}) });
        const result = await Promise.race([running, expired]);
        if (result.code === null && result.signal === null) {
          throw new HostError("connection-lost", "the connection broke while a command was running");
        }
        return { code: result.code, stdout: result.stdout, stderr: result.stderr };
      } catch (error) {
        if (error instanceof HostError) throw error;
        throw new HostError("connection-lost", `the connection broke (${errorMessage(error)})`, { cause: error });
      } finally {
        clearTimeout(timer);
        stdin?.destroy();
      }
    },
  };
}
