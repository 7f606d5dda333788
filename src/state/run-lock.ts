import { createHash, randomBytes } from "node:crypto";
import { linkSync, readdirSync, renameSync, rmSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { errorMessage } from "../errors.ts";
import { makeExclusively } from "../files/make-exclusively.ts";
import { makeOwnFolder, readOwnText, requireOwnFolder } from "../files/own-files.ts";
import { parseJson } from "../lib/parse-json.ts";
import type { Clock } from "../ports.ts";
import { isProcessIdentity, type ProcessIdentity, stateOf } from "./process-identity.ts";

interface LockOwner {
  readonly format: "dtsync-lock/1";
  /** No other lock has it. */
  readonly id: string;
  /** What is locked, as people call it. */
  readonly name: string;
  readonly user: string;
  /** ISO 8601. */
  readonly since: string;
  readonly process: ProcessIdentity;
}

export interface Lock {
  release(): void;
}

export interface LockOptions {
  /** Folder of the locks of this user. */
  readonly folder: string;
  /** What is locked, as people call it. */
  readonly name: string;
  readonly process: ProcessIdentity;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly patience: number;
  /** Told once, when somebody else has it. */
  readonly onWait: (owner: string) => void;
}

/** Somebody else has the lock, and kept it for as long as was waited. */
export class LockHeld extends Error {
  readonly file: string;

  constructor(owner: string, file: string) {
    super(owner);
    this.name = "LockHeld";
    this.file = file;
  }
}

const interval = 500;
const largestLock = 100_000;
/** More than there are clusters. */
const mostLocks = 1_000;

/**
 * Takes a lock that one process of this user can have at a time, and waits for it. The lock of a process that has ended is
 * taken over. Throws LockHeld, the reason of the signal, or an Error that says why no lock can be kept there.
 */
export async function takeLock(options: LockOptions): Promise<Lock> {
  const { folder, name, clock, signal } = options;
  makeOwnFolder(folder);
  const path = join(folder, `${createHash("sha256").update(name).digest("hex").slice(0, 32)}.lock`);
  const owner: LockOwner = {
    format: "dtsync-lock/1",
    id: randomBytes(9).toString("base64url"),
    name,
    user: userName(),
    since: clock.now().toISOString(),
    process: options.process,
  };
  const text = JSON.stringify(owner);
  const begin = clock.elapsed();
  for (let waited = false; ; ) {
    if (makeExclusively(path, text)) return { release: () => removeOwn(path, text) };
    const found = readLock(path);
    // It was released between the two.
    if (found === null) continue;
    if (isOver(found, options.process)) {
      removeDead(path, found.text);
      continue;
    }
    const said = describe(found.owner);
    if (clock.elapsed() - begin >= options.patience) throw new LockHeld(said, path);
    if (!waited) options.onWait(said);
    waited = true;
    await clock.sleep(interval, signal);
  }
}

/** What somebody works on at this moment, and who: no lock is taken. Throws an Error that says why the folder is not used. */
export function heldLocks(
  folder: string,
  own: ProcessIdentity,
): readonly { readonly name: string; readonly owner: string }[] {
  try {
    requireOwnFolder(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{32}\.lock$/.test(name))
    .slice(0, mostLocks)
    .flatMap((name) => {
      const found = readLock(join(folder, name));
      if (found === null || found.owner === null || isOver(found, own)) return [];
      return [{ name: found.owner.name, owner: describe(found.owner) }];
    });
}

interface FoundLock {
  readonly text: string;
  /** Null: it is not in the form of a lock. */
  readonly owner: LockOwner | null;
}

function readLock(path: string): FoundLock | null {
  let text: string;
  try {
    text = readOwnText(path, largestLock);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new Error(`the lock ${path} cannot be used: ${errorMessage(error)}`, { cause: error });
  }
  return { text, owner: parseOwner(text) };
}

/** Locks are made whole, so one in another form was not made by a run. */
const isOver = ({ owner }: FoundLock, own: ProcessIdentity): boolean =>
  owner === null || stateOf(owner.process, own) === "ended";

/** Somebody else may take over at the same moment: what is removed must be what was looked at. */
function removeDead(path: string, text: string): void {
  const aside = `${path}.${randomBytes(9).toString("base64url")}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  try {
    if (readLock(aside)?.text !== text) linkSync(aside, path);
  } catch {
    // Another run has the lock by now.
  } finally {
    rmSync(aside, { force: true });
  }
}

function removeOwn(path: string, text: string): void {
  try {
    if (readLock(path)?.text === text) rmSync(path, { force: true });
  } catch {
    // The next run finds that its owner has ended.
  }
}

function parseOwner(text: string): LockOwner | null {
  try {
    const value = parseJson(text) as Partial<Record<keyof LockOwner, unknown>> | null;
    const fits =
      value?.format === "dtsync-lock/1" &&
      typeof value.id === "string" &&
      typeof value.name === "string" &&
      typeof value.user === "string" &&
      typeof value.since === "string" &&
      isProcessIdentity(value.process);
    return fits ? (value as LockOwner) : null;
  } catch {
    return null;
  }
}

function describe(owner: LockOwner | null): string {
  if (owner === null) return "an unknown owner";
  const { user, since, process } = owner;
  return `${user} on ${process.machine}, process ${process.pid}, since ${since}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container a user may have no name.
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}
