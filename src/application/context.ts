import type { BeginStep, Clock, Output, ProcessVariables } from "../ports.ts";
import type { Redactor } from "../secrets/redactor.ts";
import type { RunLog } from "./log.ts";
import type { MessageStream } from "./message-stream.ts";

/** What every command is given by cli.ts: the edges of the process. */
export interface Context {
  readonly output: Output;
  /** Resolves once standard output takes more: its reader has taken what was written, or will take nothing any more. */
  readonly outputTaken: () => Promise<void>;
  readonly log: RunLog;
  /** Twelve hexadecimal digits that stand in all that this run leaves: its log, its journal, its tokens, its report. */
  readonly runId: string;
  readonly redactor: Redactor;
  /** Told of the steps on hosts; left out: nobody follows them. */
  readonly beginStep?: BeginStep;
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
    /** Of standard output, now; null: it has no width. */
    readonly columns: number | null;
  };
  /** Shows something live on standard error, below all messages; null: it is no terminal. */
  readonly openRegion: MessageStream["openRegion"];
  /** Leaves the terminal to another program, for the rest of the run: that one answers to an interrupt there. */
  readonly lendTerminal: () => void;
  /** Where questions are asked and answered. */
  readonly prompt: Prompt;
}

export interface Prompt {
  readonly input: NodeJS.ReadableStream;
  /** `columns`: of a terminal. */
  readonly output: NodeJS.WritableStream & { readonly columns?: number };
}
