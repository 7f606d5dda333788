import { dirname, join } from "node:path";
import { makeOwnFolder, ownFolder, readOwnText, requireOwnFolder } from "../files/own-files.ts";
import { writeWhole } from "../files/write-file.ts";
import type { ProcessVariables } from "../ports.ts";

/** The file of the origins that a user trusts: `$XDG_CONFIG_HOME/dtsync/origins`, else `~/.config/dtsync/origins`. */
export const originsFile = (variables: ProcessVariables): string =>
  join(ownFolder("configuration", variables), "origins");

/** Bytes. */
const largestFile = 1_000_000;

/**
 * The text of the file; empty when there is none. Throws an Error that says why it is not used: it, or the folder that it
 * is in, is not what it should be, or somebody else can change it.
 */
export function readOriginsFile(path: string): string {
  try {
    requireOwnFolder(dirname(path));
    return readOwnText(path, largestFile);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

/** Adds a line to the file, which is made where there is none. Throws what `readOriginsFile` throws, and errors of the system. */
export async function addOrigin(path: string, origin: string): Promise<void> {
  makeOwnFolder(dirname(path));
  const text = readOriginsFile(path);
  const start = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  await writeWhole(path, `${start}${origin}\n`, { secret: true });
}
