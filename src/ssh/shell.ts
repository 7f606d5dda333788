import type { Host } from "../model/inventory.ts";

export interface CommandResult {
  /** Null: a signal ended the command. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What is to be the input of a command, piece by piece. A piece is done with before the next one is asked for. The signal is
 * aborted when the command has ended.
 */
export type CommandInput = (ended: AbortSignal) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface CommandOptions {
  /** What the log calls the command, which is never shown itself; `command` where it is not given. */
  readonly step?: string;
  readonly stdin?: CommandInput;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Most bytes of output and error output together; 1 MB where it is not given. */
  readonly maximumOutput?: number;
  /**
   * What ends the command on the host when its time is over, where cutting the connection would leave it there: made from what it
   * has printed until then. Null: nothing can.
   */
  readonly ending?: (stdout: string) => Ending | null;
}

/** A command line that ends another one. It is run over the same connection, for some seconds at most. */
export interface Ending {
  readonly command: string;
  readonly stdin?: CommandInput;
}

/** One connection to one host. */
export interface Shell {
  /**
   * Runs a command line. Throws HostError `timeout`, `too-much-output` or `connection-lost`, after which the connection is
   * gone; an exit code is a result.
   */
  run(command: string, options?: CommandOptions): Promise<CommandResult>;
  close(): void;
  /** Does the work of a step, told to whoever follows the connection; left out: nobody does. */
  step?<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Does the work of a step on a host: one command or more, and the judgement on what they printed. */
export const inStep = <T>(shell: Shell, name: string, work: () => Promise<T>): Promise<T> =>
  shell.step === undefined ? work() : shell.step(name, work);

/** A connection that may be kept while nobody works with it. */
export interface KeepableShell extends Shell {
  /** Nobody works with it for now: `end` is called when its place behind a jump host is needed by another. */
  rest(end: () => void): void;
  /**
   * Somebody works with it again. False: it is gone. Throws HostError where a host key on the way was taken and may not be
   * used for it, because it can be written nowhere.
   */
  resume(): Promise<boolean>;
  /** The listener is called once when the connection is gone, however that came. */
  onEnd(listener: () => void): void;
}

/** Does a wait during which nothing is done for a host, so that others may be worked on in its place. */
export type StandAside = <T>(wait: () => Promise<T>) => Promise<T>;

/** What has to be known of a host to reach it. */
export type SshHost = Pick<Host, "name" | "address" | "ssh"> & Partial<Pick<Host, "environment">>;

/**
 * Connects to a host. Throws HostError: `unreachable`, `host-key-unknown`, `host-key-changed`, `host-key-revoked`,
 * `authentication-failed`, `too-much-output`, `interrupted` and others. It ends within the `connectTimeout` of each machine on the
 * way, besides what it waits for a place behind jump hosts (through `aside`), or at once when the signal is aborted, which also cuts
 * a connection that was made. Never trusts a key that it was not told to trust.
 */
export type ConnectShell = (host: SshHost, signal?: AbortSignal, aside?: StandAside) => Promise<Shell>;
