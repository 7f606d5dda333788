import type { Clock, Output, ProcessVariables } from "../ports.ts";
import type { Redactor } from "../secrets/redactor.ts";

/** What every command is given by cli.ts: the edges of the process. */
export interface Context {
  readonly output: Output;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly variables: ProcessVariables;
  readonly version: string;
  /** The current folder. Throws where it has been removed. */
  readonly folder: () => string;
  /** Aborted at the first interrupt. */
  readonly signal: AbortSignal;
  /** What the first interrupt was; null before. */
  readonly interruptedBy: () => NodeJS.Signals | null;
  /** Begins some work. Rejects when the process has nothing left to wait for although the work has not ended. */
  readonly awaitEnd: <T>(work: () => Promise<T>) => Promise<T>;
  readonly terminal: {
    /** Whether somebody can answer a question. */
    readonly input: boolean;
    readonly output: boolean;
    readonly errors: boolean;
  };
  /** Where questions are asked and answered. */
  readonly prompt: Prompt;
}

export interface Prompt {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}
