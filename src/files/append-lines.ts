import { closeSync, writeSync } from "node:fs";
import { isSystemError, openToAppend, UnwritableFile } from "./write-file.ts";

/** A file that grows line by line, to be read meanwhile. */
export interface LineFile {
  /** Takes whole lines. Never throws, never waits. */
  write(text: string): void;
  /** Takes no more lines, and lets go of the file: what its reader has not taken by now is left out. Once. */
  close(): void;
}

export interface LineFileOptions {
  /** Characters that may wait for a slow reader of a pipe; lines that come then are left out. */
  readonly limit: number;
  /** Ends the wait for whoever is to read a pipe. */
  readonly signal: AbortSignal;
  /** Told once; nothing is written afterwards. */
  readonly onFailure: (error: unknown) => void;
  /** Told how many lines were left out as soon as they are missing. */
  readonly onGap: (lines: number) => void;
}

/** Milliseconds between looks whether a reader takes more, and looks without success until it is given up. */
const pause = 20;
const mostLooks = 500;

/**
 * Opens a file to add lines to. One that is not there is made, for its owner alone to read; one that is there keeps what it
 * has. Throws UnwritableFile, or the error of the system.
 */
export async function openLineFile(path: string, options: LineFileOptions): Promise<LineFile> {
  const descriptor = await openToAppend(path, options);
  return createWriter(descriptor, options);
}

function createWriter(descriptor: number, { limit, onFailure, onGap }: LineFileOptions): LineFile {
  let rest = Buffer.alloc(0);
  let leftOut = 0;
  let looks = 0;
  let timer: NodeJS.Timeout | null = null;
  let failed = false;

  const fail = (error: unknown): void => {
    failed = true;
    rest = Buffer.alloc(0);
    onFailure(error);
  };

  /** Writes what waits, as far as it is taken. */
  function drain(): void {
    timer = null;
    try {
      while (rest.length > 0) {
        rest = rest.subarray(writeSync(descriptor, rest));
        looks = 0;
      }
    } catch (error) {
      looks += 1;
      if (!isSystemError(error, "EAGAIN")) fail(error);
      else if (looks > mostLooks) fail(new UnwritableFile("its reader does not take what is written"));
      // It keeps the process alive: what was logged last says most.
      else timer = setTimeout(drain, pause);
      return;
    }
    const lines = leftOut;
    leftOut = 0;
    if (lines > 0) onGap(lines);
  }

  return {
    write(text) {
      if (failed) return;
      if (leftOut > 0 || rest.length > limit) {
        leftOut += 1;
        return;
      }
      const bytes = Buffer.from(text);
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      if (timer === null) drain();
    },
    close() {
      failed = true;
      if (timer !== null) clearTimeout(timer);
      closeSync(descriptor);
    },
  };
}
