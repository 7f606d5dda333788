import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats, statSync } from "node:fs";

/** Bytes that a token, a key or a certificate may have. */
export const largestSecretFile = 1_000_000;

/** A path leads to something other than an ordinary file, or to one that is too large. The message goes on after its name. */
export class UnusableFile extends Error {
  readonly problem: "not-a-file" | "too-large";

  constructor(problem: UnusableFile["problem"], message: string) {
    super(message);
    this.name = "UnusableFile";
    this.problem = problem;
  }
}

export interface ReadLimits {
  /** Bytes. */
  readonly largest: number;
  /** Whether a link is refused in place of being followed. */
  readonly refuseLink?: boolean;
  /** Called with what was opened, before anything of it is read; may throw. */
  readonly check?: (opened: Stats) => void;
}

/**
 * Reads a whole ordinary file. Whatever the path leads to, this comes to an end: a device or socket is not opened, a pipe
 * that is put in its place meanwhile is not waited for, and no more is read than the file says that it has, which is nothing
 * for the files that the kernel makes up, such as /proc/self/environ. Throws UnusableFile, or the error of the system.
 */
export function readOrdinaryFile(path: string, { largest, refuseLink = false, check }: ReadLimits): Uint8Array {
  // Opening a device may already do something.
  const found = refuseLink ? lstatSync(path) : statSync(path);
  if (!found.isFile()) throw notAFile();
  const link = refuseLink ? constants.O_NOFOLLOW : 0;
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | link);
  try {
    const opened = fstatSync(descriptor);
    if (!opened.isFile()) throw notAFile();
    check?.(opened);
    if (opened.size > largest) throw new UnusableFile("too-large", `it is larger than ${largest / 1_000_000} MB`);
    return readAll(descriptor, opened.size);
  } finally {
    closeSync(descriptor);
  }
}

/** The same as text in UTF-8, with the byte order mark that it may begin with: for whoever writes the file again. */
export const readMarkedText = (path: string, limits: ReadLimits): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(readOrdinaryFile(path, limits));

/** The same without that mark. */
export const readOrdinaryText = (path: string, limits: ReadLimits): string =>
  new TextDecoder().decode(readOrdinaryFile(path, limits));

function readAll(descriptor: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const count = readSync(descriptor, bytes, length, size - length, length);
    if (count === 0) break;
    length += count;
  }
  return bytes.subarray(0, length);
}

const notAFile = (): UnusableFile => new UnusableFile("not-a-file", "it is not an ordinary file");
