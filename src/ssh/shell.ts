import type { Readable } from "node:stream";
import type { Host } from "../model/inventory.ts";

export interface CommandResult {
  /** Null: a signal ended the command. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One connection to one host. */
export interface Shell {
  /** Runs a command line. Throws HostError `timeout` or `connection-lost`; an exit code is a result. */
  run(command: string, options?: { readonly stdin?: Readable; readonly timeout?: number }): Promise<CommandResult>;
  close(): void;
}

/** What has to be known of a host to reach it. */
export type SshHost = Pick<Host, "name" | "address" | "ssh">;

/**
 * Connects to a host. Throws HostError: `unreachable`, `host-key-unknown`, `host-key-changed`, `authentication-failed`,
 * `interrupted`. Never trusts a key that it was not told to trust.
 */
export type ConnectShell = (host: SshHost, signal?: AbortSignal) => Promise<Shell>;
