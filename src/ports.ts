/**
 * What a response offers to the client. A structural subset of the Fetch API's Response, without the ways to take a body
 * of any size at once.
 */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** The body as a stream of chunks, decompressed, or null when there is none. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

export interface FetchRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/**
 * One HTTP exchange. Rejects when no answer came (see `transportFailure`), resolves for every status.
 * Redirects are not followed, so that a token never travels to another host.
 */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchResponse>;

export interface Clock {
  /** The time of day. It may jump, back as well, when somebody sets the clock of the machine: how long something takes is not told from it. */
  now(): Date;
  /** Milliseconds since some moment, which go on evenly whatever becomes of the time of day. */
  elapsed(): number;
  /** Resolves after the milliseconds, or rejects with the signal's reason as soon as it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Calls the task again and again until the function that it gives is called. Keeps no process alive. */
  every(milliseconds: number, task: () => void): () => void;
}

/** Where text leaves the program. Implementations redact secrets. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** The environment variables of the process, by name. */
export type ProcessVariables = Readonly<Record<string, string | undefined>>;

/** How a program that was to print something ended. */
export type ProgramOutcome =
  | { readonly status: "done"; readonly output: string }
  /** `code`: an exit code, the name of a signal or of a system error. */
  | { readonly status: "ended"; readonly code: string }
  /** `left-open`: it ended, but something that it started may still print. */
  | { readonly status: "not-found" | "timeout" | "left-open" | "too-much-output" | "interrupted" | "failed" };

export interface ProgramLimits {
  /** Milliseconds. */
  readonly timeout: number;
  /** Bytes on standard output. */
  readonly output: number;
}

/** Runs a program without a shell in a folder, and gives what it printed. Never rejects. */
export type RunProgram = (
  command: readonly string[],
  options: { readonly directory: string; readonly variables: ProcessVariables; readonly limits: ProgramLimits },
) => Promise<ProgramOutcome>;

/** Something that is done on, or for, one host. */
export interface HostStep {
  readonly host: string;
  /** Null: it is not known. */
  readonly environment: string | null;
  /** For example `connect`, `probe`, `install`, `verify`. */
  readonly step: string;
}

export interface StepEnd {
  /** `ok`, or the code of the error. */
  readonly result: string;
  /** What the host said last, where it failed; null: nothing. */
  readonly words: string | null;
}

/** Told of every step on a host when it begins; what it gives is told how the step ended. Neither throws nor waits. */
export type BeginStep = (step: HostStep) => (end: StepEnd) => void;

/** From the gravest on. */
export type LogLevel = "error" | "warn" | "info" | "debug";

export type LogValue = string | number | boolean | null | readonly string[];

/** What is known of an entry, by name; `ms` is always a time in milliseconds. One that is undefined is left out. */
export interface LogFields {
  readonly [name: string]: LogValue | undefined;
  /** Every entry has these. */
  readonly time?: never;
  readonly level?: never;
  readonly run?: never;
  readonly message?: never;
}

/**
 * Takes what happens: a message in plain words that is the same for all of its kind, and fields with what is particular.
 * The fields are made only where somebody wants them, so an entry that nobody asked for costs nothing. Secrets are taken out,
 * but headers, bodies, command lines and what hosts print are not for it.
 */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: () => LogFields) => void>>;
