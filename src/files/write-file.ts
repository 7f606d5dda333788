import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, writeSync } from "node:fs";
import {
  chmod,
  chown,
  constants,
  link,
  lstat,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  unlink,
  writeFile,
} from "node:fs/promises";
import { Socket } from "node:net";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { groupBy } from "../lib/group-by.ts";
import { openDeadline } from "../lib/linked-signal.ts";
import { makeFolders } from "./make-folders.ts";

/** A file that must not be written to. The message goes on after its name. */
export class UnwritableFile extends Error {}

/** What stands under the name of a file that is to be written, as it was found. */
export interface WriteTarget {
  readonly path: string;
  /** Whether what is written goes through what stands there, and nothing takes its place. */
  readonly through: "pipe" | "device" | "socket" | null;
  /** Permission bits and owner of the ordinary file that stands there, or null. */
  readonly existing: { readonly mode: number; readonly uid: number; readonly gid: number } | null;
}

export interface WriteOptions {
  /** Whether only the owner may read the file, whatever stands there. */
  readonly secret?: boolean;
  /** Aborted meanwhile, it ends the wait for whoever reads a pipe; aborted before, it does not keep a result back. */
  readonly signal?: AbortSignal;
}

/** Descriptors of this process: `/dev/fd/63` is what a shell makes of `>(jq .)`. The kernel shows them as links. */
const descriptor = /^\/(?:dev\/(?:fd\/\d+|stdout|stderr)|proc\/self\/fd\/\d+)$/;
/** Milliseconds in which a pipe needs a reader, and in which that reader has to take everything. */
const patience = 60_000;
const ownerWrites = 0o200;

/**
 * What two names of one ordinary file have in common, links and folders that are not there yet included. Null for what takes
 * writes from several: a pipe, a device, a descriptor. Throws the error of the system.
 */
export async function identifyFile(file: string): Promise<string | null> {
  const path = resolve(file);
  if (descriptor.test(path)) return null;
  const found = await orMissing(stat(path, { bigint: true }));
  if (found !== null) return found.isFile() ? `${found.dev}:${found.ino}` : null;
  return join(await realFolder(dirname(path)), basename(path));
}

const realFolder = async (folder: string): Promise<string> =>
  (await orMissing(realpath(folder))) ??
  (dirname(folder) === folder ? folder : join(await realFolder(dirname(folder)), basename(folder)));

/** Null where nothing has the name, or can have it: a folder of it is a file. */
const orMissing = <T>(looked: Promise<T>): Promise<T | null> =>
  looked.catch((error: unknown) => {
    if (isSystemError(error, "ENOENT") || isSystemError(error, "ENOTDIR")) return null;
    throw error;
  });

/**
 * Looks at what a file would replace. A link is never followed, because a merge request can bring one along; a file that its
 * owner made read-only stays as it is, even for root. Throws UnwritableFile, or the error of the system.
 */
export async function inspectTarget(file: string): Promise<WriteTarget> {
  const path = resolve(file);
  const found = await (descriptor.test(path) ? stat(path) : lstat(path)).catch((error: unknown) => {
    if (isSystemError(error, "ENOENT")) return null;
    throw error;
  });
  if (found === null) return { path, through: null, existing: null };
  if (found.isSymbolicLink()) throw new UnwritableFile("it is a link, and links are not followed");
  if (found.isDirectory()) throw new UnwritableFile("it is a folder");
  if (found.isFIFO()) return { path, through: "pipe", existing: null };
  if (found.isCharacterDevice()) return { path, through: "device", existing: null };
  // A program that starts this one may give it sockets in the place of pipes. They cannot be opened by a name.
  if (found.isSocket() && descriptor.test(path)) return { path, through: "socket", existing: null };
  if (!found.isFile()) throw new UnwritableFile("it is neither an ordinary file nor a pipe");
  // What a shell has opened is written on from where it ends, like a device.
  if (descriptor.test(path)) return { path, through: "device", existing: null };
  if ((found.mode & ownerWrites) === 0) throw new UnwritableFile("it is read-only");
  return { path, through: null, existing: { mode: found.mode & 0o777, uid: found.uid, gid: found.gid } };
}

/**
 * Writes a text, its folder made where needed: an ordinary file whole or not at all, with the permissions and owner of the
 * one that it replaces; a pipe or device as it comes.
 */
export async function writeTarget(target: WriteTarget, text: string, options: WriteOptions = {}): Promise<void> {
  if (target.through === "device") return writeToDevice(target.path, text);
  if (target.through === "pipe") return untilEnd(options.signal, (ends) => writeToPipe(target.path, text, ends));
  if (target.through === "socket")
    return untilEnd(options.signal, (ends) => writeToSocket(descriptorOf(target.path), text, ends));
  const { path, existing } = target;
  makeFolders(dirname(path));
  const draft = draftOf(path);
  const mode = options.secret ? 0o600 : (existing?.mode ?? 0o666);
  try {
    const handle = await open(
      draft,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      mode,
    );
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (existing !== null) await keepOwner(draft, existing, mode);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** In the same folder, so that it can be moved into place; under a name that nobody can have made a link of. */
const draftOf = (path: string): string =>
  join(dirname(path), `.${draftStart(path)}.${randomBytes(9).toString("base64url")}`);

const draftStart = (path: string): string => basename(path).slice(0, 100);

/** What a run that was killed while it wrote one of these files has left of it. */
export async function removeDrafts(paths: readonly string[]): Promise<void> {
  for (const [folder, own] of groupBy(paths, dirname)) {
    const starts = new Set(own.map(draftStart));
    const names = (await orMissing(readdir(folder))) ?? [];
    for (const name of names) {
      const [, start = ""] = /^\.(.+)\.[\w-]{12}$/.exec(name) ?? [];
      if (starts.has(start)) await rm(join(folder, name));
    }
  }
}

/** Makes a file, whole or not at all, unless one has the name already. Throws the error of the system. */
export async function writeNew(path: string, text: string): Promise<void> {
  const draft = draftOf(path);
  try {
    await writeFile(draft, text, { flag: "wx" });
    // Unlike a move, it takes the place of nothing.
    await link(draft, path).catch((error: unknown) => {
      if (!cannotLink.some((code) => isSystemError(error, code))) throw error;
      return writeDirectly(path, text);
    });
  } finally {
    await orMissing(unlink(draft));
  }
}

/** What file systems say that give a file one name alone. */
const cannotLink = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

const writeDirectly = (path: string, text: string): Promise<void> =>
  writeFile(path, text, { flag: "wx" }).catch(async (error: unknown) => {
    // A full disk has taken a part of it.
    if (!isSystemError(error, "EEXIST")) await rm(path, { force: true });
    throw error;
  });

/** Looks and writes at once. */
export const writeWhole = async (file: string, text: string, options: WriteOptions = {}): Promise<void> =>
  writeTarget(await inspectTarget(file), text, options);

/** Only root can give a file away; for others what they write is theirs. */
async function keepOwner(draft: string, existing: { readonly uid: number; readonly gid: number }, mode: number) {
  await chown(draft, existing.uid, existing.gid).catch((error: unknown) => {
    if (!isSystemError(error, "EPERM")) throw error;
  });
  // After the owner, whose change takes bits away; and past the mask of the process.
  await chmod(draft, mode);
}

/**
 * Opens what stands under the name for adding to it, without ever waiting when it is written, and gives the descriptor. An
 * ordinary file that is not there is made for its owner alone to read, and its folder with it. Throws UnwritableFile, or the
 * error of the system.
 */
export async function openToAppend(file: string, { signal }: Pick<WriteOptions, "signal">): Promise<number> {
  const { path, through, existing } = await inspectTarget(file);
  if (through === "socket") return descriptorOf(path);
  if (through === "pipe") return untilEnd(signal, (ends) => openPipe(path, ends));
  const { O_WRONLY, O_APPEND, O_NOCTTY, O_NONBLOCK, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const append = O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK;
  if (through === "device") return openSync(path, append);
  if (existing === null) {
    makeFolders(dirname(path));
    return openSync(path, append | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  }
  const opened = openSync(path, append | O_NOFOLLOW);
  if (fstatSync(opened).isFile()) return opened;
  closeSync(opened);
  throw new UnwritableFile("it is no longer an ordinary file");
}

async function writeToDevice(path: string, text: string): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

function untilEnd<T>(signal: AbortSignal | undefined, work: (ends: AbortSignal) => Promise<T>): Promise<T> {
  // An interrupted run still tells what it did.
  const deadline = openDeadline(patience, signal && !signal.aborted ? [signal] : []);
  return work(deadline.signal).finally(deadline.close);
}

function descriptorOf(path: string): number {
  if (path.endsWith("/stdout")) return 1;
  return path.endsWith("/stderr") ? 2 : Number(path.slice(path.lastIndexOf("/") + 1));
}

/** It may be that of an output of this process, so it stays open, and is written to without a stream that would own it. */
async function writeToSocket(fd: number, text: string, ends: AbortSignal): Promise<void> {
  for (let rest = Buffer.from(text); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (!isSystemError(error, "EAGAIN")) throw error;
      await sleep(10, undefined, { signal: ends }).catch(() => {
        throw new UnwritableFile("its reader does not take what is written");
      });
    }
  }
}

async function writeToPipe(path: string, text: string, ends: AbortSignal): Promise<void> {
  const stream = new Socket({ fd: await openPipe(path, ends), readable: false, writable: true });
  return new Promise((settle, reject) => {
    const stop = (): void => {
      stream.destroy(new UnwritableFile("its reader does not take what is written"));
    };
    ends.addEventListener("abort", stop, { once: true });
    stream.once("error", reject);
    stream.once("close", () => {
      ends.removeEventListener("abort", stop);
      settle();
    });
    if (ends.aborted) stop();
    else stream.end(text);
  });
}

/**
 * Opens without waiting: a thread that waits for the reader of a pipe cannot be called back, and the process could not
 * end before it.
 */
async function openPipe(path: string, ends: AbortSignal): Promise<number> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (!isSystemError(error, "ENXIO")) throw error;
    }
    await sleep(50, undefined, { signal: ends }).catch(() => {
      throw new UnwritableFile("nobody reads this pipe");
    });
  }
}

export const isSystemError = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
