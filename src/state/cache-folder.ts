import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeExclusively } from "../files/make-exclusively.ts";
import { makeOwnFolder, ownFolder, readOwnText, requireOwnFolder } from "../files/own-files.ts";
import type { ProcessVariables } from "../ports.ts";

/**
 * Results that can be made again at any time. Where they cannot be kept or read, nothing is kept: that is no failure. Only
 * what dtsync wrote for this user on this machine is read: a pipeline may have the folder in a cache that merge requests
 * can write to, so each text carries a code that needs a key from the folder of the state, which no pipeline keeps.
 */
export interface CacheFolder {
  /** What was kept under this name, whole and unchanged, or null. */
  read(name: string): string | null;
  write(name: string, text: string): void;
}

/** Keeps nothing, and has nothing. */
export const noCache: CacheFolder = { read: () => null, write: () => undefined };

/** Inventories come and go; what has not been written for the longest time makes place. */
const mostFiles = 40;
/** Characters. */
const longestText = 64_000_000;
/** Bytes: a character has at most three in UTF-8 for each unit of its length, and the code comes before. */
const largestFile = 3 * longestText + 100;

/**
 * `$XDG_CACHE_HOME/dtsync`, else `~/.cache/dtsync`, or a folder of this name in it: readable by its owner alone, and with a
 * bound of its own.
 */
export function openCacheFolder(variables: ProcessVariables, within = "."): CacheFolder {
  const folder = join(ownFolder("cache", variables), within);
  const keyFile = join(ownFolder("state", variables), "cache-key");
  let known: string | null = null;
  const key = (): string => {
    known ??= readKey(keyFile);
    return known;
  };
  return {
    read(name) {
      try {
        requireOwnFolder(folder);
        const kept = readOwnText(join(folder, name), largestFile);
        const end = kept.indexOf("\n");
        const text = kept.slice(end + 1);
        return isCode(kept.slice(0, end), codeOf(key(), name, text)) ? text : null;
      } catch {
        return null;
      }
    },
    write(name, text) {
      if (text.length > longestText) return;
      try {
        makeOwnFolder(folder);
        // At once, because another run may read it meanwhile. What an unfinished one leaves makes place in its time.
        const unfinished = join(folder, `${name}.${randomBytes(9).toString("base64url")}`);
        try {
          writeFileSync(unfinished, `${codeOf(key(), name, text)}\n${text}`, { mode: 0o600, flag: "wx" });
          renameSync(unfinished, join(folder, name));
        } finally {
          rmSync(unfinished, { force: true });
        }
        makePlace(folder);
      } catch {
        // A full or read-only disk: the next run reads everything again.
      }
    },
  };
}

const keyLength = 64;

/** The key of this user, made when it is first needed. Throws where it cannot be kept, or others could change it. */
function readKey(path: string): string {
  makeOwnFolder(dirname(path));
  if (!existsSync(path)) makeExclusively(path, randomBytes(keyLength / 2).toString("hex"));
  const key = readOwnText(path, keyLength);
  if (key.length !== keyLength) throw new Error(`${path} holds no key`);
  return key;
}

/** The name is covered too: a text that was kept under another one is not given. */
const codeOf = (key: string, name: string, text: string): string =>
  createHmac("sha256", key).update(`${name}\n`).update(text).digest("hex");

const isCode = (found: string, expected: string): boolean =>
  found.length === expected.length && timingSafeEqual(Buffer.from(found), Buffer.from(expected));

function makePlace(folder: string): void {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
  if (files.length <= mostFiles) return;
  const ages = files.map(({ name }) => ({ path: join(folder, name), written: statSync(join(folder, name)).mtimeMs }));
  ages.sort((left, right) => right.written - left.written);
  for (const { path } of ages.slice(mostFiles)) rmSync(path, { force: true });
}
