import type { Readable } from "node:stream";
import type { Host } from "../model/inventory.ts";

export interface CommandResult {
  /** Null: a signal ended the command. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** What the log calls the command, which is never shown itself; `command` where it is not given. */
  readonly step?: string;
  readonly stdin?: Readable;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Most bytes of output and error output together; 1 MB where it is not given. */
  readonly maximumOutput?: number;
}

/** One connection to one host. */
export interface Shell {
  /**
   * Runs a command line. Throws HostError `timeout`, `too-much-output` or `connection-lost`, after which the connection is
   * gone; an exit code is a result.
   */
  run(command: string, options?: CommandOptions): Promise<CommandResult>;
  close(): void;
}

/** What has to be known of a host to reach it. */
export type SshHost = Pick<Host, "name" | "address" | "ssh">;

/**
 * Connects to a host. Throws HostError: `unreachable`, `host-key-unknown`, `host-key-changed`, `authentication-failed`,
 * `too-much-output`, `interrupted` and others. It ends within the `connectTimeout` of all machines on the way, or at once
 * when the signal is aborted, which also cuts a connection that was made. Never trusts a key that it was not told to trust.
 */
export type ConnectShell = (host: SshHost, signal?: AbortSignal) => Promise<Shell>;
