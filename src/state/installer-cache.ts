import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, copyFile, type FileHandle, lstat, open, readdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { makeOwnFolder, ownFolder, requireOwn, requireOwnFolder } from "../files/own-files.ts";
import { parseJson } from "../lib/parse-json.ts";
import type { ProcessVariables } from "../ports.ts";
import { openCacheFolder } from "./cache-folder.ts";

/** What an installer is, without the values of any environment. */
export interface CachedContent {
  /** Bytes. */
  readonly size: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
  readonly tail: Buffer;
}

/** One that was found: open, and just compared with its digest. */
export interface CachedInstaller extends CachedContent {
  readonly file: FileHandle;
}

/** Installers of earlier runs, named after their content. What cannot be kept or used is downloaded again. */
export interface InstallerCache {
  /** The installer that was kept for this key; null where there is none that is whole, unchanged and this user's own. */
  find(key: string): Promise<CachedInstaller | null>;
  /** Keeps a copy of a file. */
  keep(key: string, path: string, content: CachedContent): Promise<void>;
}

export interface CacheBounds {
  /** Of all installers together. */
  readonly bytes: number;
  /** Milliseconds since an installer was last used. */
  readonly age: number;
}

const usualBounds: CacheBounds = { bytes: 4_000_000_000, age: 30 * 24 * 60 * 60_000 };
/** Milliseconds after which a copy is not being made any more. */
const copyAge = 60 * 60_000;
const readBytes = 1_024 * 1_024;
const contentName = /^[0-9a-f]{64}$/;
const copyName = /^[0-9a-f]{64}\.[\w-]+\.part$/;

/**
 * `installers` in the cache of this user. Which content belongs to a key is told by a text that only this user on this machine
 * can have written (see CacheFolder), and the content by its digest, so a folder that others could fill brings in nothing.
 * Several runs may use it at once: files appear whole, and one that is removed stays readable for whoever has it open.
 */
export function openInstallerCache(
  variables: ProcessVariables,
  now: () => Date,
  bounds: CacheBounds = usualBounds,
): InstallerCache {
  const folder = join(ownFolder("cache", variables), "installers");
  const index = openCacheFolder(variables, join("installers", "index"));
  return {
    async find(key) {
      try {
        requireOwnFolder(folder);
        const content = parseEntry(index.read(nameOf(key)));
        if (content === null) return null;
        const path = join(folder, content.sha256);
        const file = await openUnchanged(path, content);
        if (file === null) return null;
        await utimes(path, now(), now()).catch(() => undefined);
        return { ...content, file };
      } catch {
        return null;
      }
    },
    async keep(key, path, content) {
      try {
        makeOwnFolder(folder);
        const copy = join(folder, `${content.sha256}.${randomBytes(9).toString("base64url")}.part`);
        try {
          await copyFile(path, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
          await chmod(copy, 0o600);
          await utimes(copy, now(), now());
          await rename(copy, join(folder, content.sha256));
        } finally {
          await rm(copy, { force: true });
        }
        index.write(nameOf(key), JSON.stringify({ ...content, tail: content.tail.toString("base64") }));
        await makePlace(folder, now().getTime(), bounds);
      } catch {
        // A full or read-only disk: the next run downloads it again.
      }
    },
  };
}

const nameOf = (key: string): string => createHash("sha256").update(key).digest("hex");

function parseEntry(text: string | null): CachedContent | null {
  if (text === null) return null;
  const { size, sha256, tail } = parseJson(text) as Record<keyof CachedContent, unknown>;
  const isEntry =
    Number.isSafeInteger(size) && typeof sha256 === "string" && contentName.test(sha256) && typeof tail === "string";
  return isEntry ? { size: size as number, sha256, tail: Buffer.from(tail, "base64") } : null;
}

/** Opens a file if it has this content, and removes it otherwise. Throws the error of the system. */
async function openUnchanged(path: string, content: CachedContent): Promise<FileHandle | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  let unchanged = false;
  try {
    const found = await file.stat();
    if (found.isFile()) {
      requireOwn(found, path);
      unchanged = found.size === content.size && (await digestOf(file, content.size)) === content.sha256;
    }
  } finally {
    if (!unchanged) {
      await file.close();
      await rm(path, { recursive: true, force: true });
    }
  }
  return unchanged ? file : null;
}

async function digestOf(file: FileHandle, size: number): Promise<string> {
  const hash = createHash("sha256");
  const piece = Buffer.allocUnsafeSlow(Math.min(readBytes, size + 1));
  for (let position = 0; position <= size; ) {
    const { bytesRead } = await file.read(piece, 0, piece.length, position);
    if (bytesRead === 0) break;
    hash.update(piece.subarray(0, bytesRead));
    position += bytesRead;
  }
  return hash.digest("hex");
}

/** Removes what nobody has used for long, then what was used longest ago until the rest is small enough. */
async function makePlace(folder: string, now: number, bounds: CacheBounds): Promise<void> {
  const names = (await readdir(folder)).filter((name) => contentName.test(name) || copyName.test(name));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { size, mtimeMs } = await lstat(path);
      return { path, size, used: mtimeMs, longest: copyName.test(name) ? copyAge : bounds.age };
    }),
  );
  files.sort((left, right) => right.used - left.used);
  let bytes = 0;
  for (const { path, size, used, longest } of files) {
    bytes += size;
    if (now - used > longest || bytes > bounds.bytes) await rm(path, { recursive: true, force: true });
  }
}
