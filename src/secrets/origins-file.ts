import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { readOrdinaryText } from "../files/read-ordinary-file.ts";
import type { ProcessVariables } from "../ports.ts";

/**
 * The file of the origins that a user trusts: `$XDG_CONFIG_HOME/dtsync/origins`, else `~/.config/dtsync/origins`. A relative
 * folder does not count, as in the XDG specification: it would lead into the checkout, where a merge request can put a file.
 */
export function originsFile(variables: ProcessVariables): string {
  const chosen = variables["XDG_CONFIG_HOME"] ?? "";
  const base = isAbsolute(chosen) ? chosen : join(variables["HOME"] || homedir(), ".config");
  return join(base, "dtsync/origins");
}

/** Bytes. */
const largestFile = 1_000_000;

/**
 * The text of the file; empty when there is none. Throws an Error that says why it is not used: it, or the folder that it
 * is in, is not what it should be, or somebody else can change it.
 */
export async function readOriginsFile(path: string): Promise<string> {
  try {
    refuseOthers(await lstat(dirname(path)), dirname(path));
    const check = (opened: Stats) => refuseOthers(opened, path);
    return readOrdinaryText(path, { largest: largestFile, refuseLink: true, check });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

/**
 * Adds a line to the file, which is made where there is none. It is written whole under a name that nobody can guess and
 * then moved into place. Throws what `readOriginsFile` throws, and errors of the system.
 */
export async function addOrigin(path: string, origin: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const text = await readOriginsFile(path);
  const start = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  const unfinished = join(folder, `.origins-${randomBytes(12).toString("hex")}`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(unfinished, flags, 0o600);
  try {
    await file.writeFile(`${start}${origin}\n`).finally(() => file.close());
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Whether group or others may write. */
const writableByOthers = 0o022;

function refuseOthers({ uid, mode }: Pick<Stats, "uid" | "mode">, path: string): void {
  const user = process.getuid?.();
  if (user !== undefined && uid !== user && uid !== 0) throw new Error(`${path} belongs to another user`);
  if ((mode & writableByOthers) !== 0) throw new Error(`others can write to ${path} (chmod go-w takes that away)`);
}
