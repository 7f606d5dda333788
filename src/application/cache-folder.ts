import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { ProcessVariables } from "../ports.ts";

/** Results that can be made again at any time. Where they cannot be kept or read, nothing is kept: that is no failure. */
export interface CacheFolder {
  /** What was kept under this name, whole and unchanged, or null. */
  read(name: string): string | null;
  write(name: string, text: string): void;
}

/** Inventories come and go; what has not been written for the longest time makes place. */
const mostFiles = 40;
/** Characters. */
const longestText = 64_000_000;

/** `$XDG_CACHE_HOME/dtsync`, else `~/.cache/dtsync`, readable by its owner alone. */
export function openCacheFolder(variables: ProcessVariables): CacheFolder {
  const base = variables["XDG_CACHE_HOME"] || join(variables["HOME"] || homedir(), ".cache");
  const folder = join(base, "dtsync");
  return {
    read(name) {
      try {
        const kept = readFileSync(join(folder, name), "utf8");
        const text = kept.slice(kept.indexOf("\n") + 1);
        return kept === withDigest(text) ? text : null;
      } catch {
        return null;
      }
    },
    write(name, text) {
      if (text.length > longestText) return;
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        // At once, because another run may read it meanwhile. What an unfinished one leaves makes place in its time.
        const unfinished = join(folder, `${name}.${process.pid}`);
        writeFileSync(unfinished, withDigest(text), { mode: 0o600 });
        renameSync(unfinished, join(folder, name));
        makePlace(folder);
      } catch {
        // A full or read-only disk: the next run reads everything again.
      }
    },
  };
}

const withDigest = (text: string): string => `${createHash("sha256").update(text).digest("hex")}\n${text}`;

function makePlace(folder: string): void {
  const files = readdirSync(folder);
  if (files.length <= mostFiles) return;
  const ages = files.map((name) => ({ path: join(folder, name), written: statSync(join(folder, name)).mtimeMs }));
  ages.sort((left, right) => right.written - left.written);
  for (const { path } of ages.slice(mostFiles)) rmSync(path, { force: true });
}
