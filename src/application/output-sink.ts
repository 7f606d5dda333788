import { fstatSync, writeSync } from "node:fs";
import { withoutLogCommands } from "../lib/printable.ts";

/** What is written to, as far as a sink needs it: a standard stream of Node.js, or something in its place. */
export interface SinkStream {
  readonly isTTY?: boolean;
  readonly writableLength: number;
  readonly writableNeedDrain: boolean;
  write(text: string): unknown;
  on(event: "error", listener: (error: NodeJS.ErrnoException) => void): unknown;
  once(event: "drain", listener: () => void): unknown;
}

/** Takes text, whatever becomes of it on the other side. */
export interface OutputSink {
  /** Never throws. After the first failure nothing is written any more. */
  write(text: string): void;
  /** Whether there was anything to write. */
  used(): boolean;
  /** Resolves once the reader has taken what was written, or will take nothing any more. */
  taken(): Promise<void>;
}

export interface SinkOptions {
  /** The most that may wait for a slow reader, in characters; what comes then is left out, and told as a count. */
  readonly limit: number;
  /** Told once, of the first failure. */
  readonly onFailure: (error: NodeJS.ErrnoException) => void;
}

/** Whether a file descriptor leads to a regular file. */
export const isFile = (descriptor: number): boolean => fstatSync(descriptor).isFile();

/** The sink of a file descriptor and the stream that Node.js has for it. */
export function openSink(descriptor: number, stream: SinkStream, options: SinkOptions): OutputSink {
  let used = false;
  let failed = false;
  const waiting = new Set<() => void>();
  const goOn = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const fail = (error: NodeJS.ErrnoException): void => {
    if (failed) return;
    failed = true;
    goOn();
    options.onFailure(error);
  };
  // It stays, because a stream that has failed can say so again, and others write to it too: questions, counters.
  stream.on("error", fail);
  const write = isStored(descriptor, stream) ? writeWhole(descriptor) : writeWithin(options.limit, stream);
  return {
    write(text) {
      used = true;
      if (failed) return;
      try {
        write(text);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    },
    used: () => used,
    taken: () => {
      if (failed || !stream.writableNeedDrain) return Promise.resolve();
      if (waiting.size === 0) stream.once("drain", goOn);
      return new Promise((resolve) => waiting.add(resolve));
    },
  };
}

/** Regular files, and devices such as /dev/full: there is no reader to wait for. */
function isStored(descriptor: number, stream: SinkStream): boolean {
  const stats = fstatSync(descriptor);
  return stats.isFile() || stats.isBlockDevice() || (stats.isCharacterDevice() && stream.isTTY !== true);
}

/**
 * Node.js hands a text to a file once, and does not look how much of it was taken: where a disk becomes full, the end
 * would be lost without an error.
 */
function writeWhole(descriptor: number): (text: string) => void {
  return (text) => {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; ) start += writeSync(descriptor, bytes, start);
  };
}

/**
 * Nothing waits for a reader that is slow or has stopped, and what it leaves does not pile up without end. The reader may be the
 * runner of a pipeline, which must take nothing for a command that a host or cluster said.
 */
function writeWithin(limit: number, stream: SinkStream): (text: string) => void {
  let leftOut = 0;
  const catchUp = (): void => {
    stream.write(`… ${leftOut} messages were left out here, because nobody read them in time\n`);
    leftOut = 0;
  };
  return (text) => {
    if (leftOut === 0 && stream.writableLength <= limit) {
      stream.write(withoutLogCommands(text));
      return;
    }
    if (leftOut === 0) stream.once("drain", catchUp);
    leftOut += 1;
  };
}
