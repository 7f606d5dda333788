import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolders } from "../files/make-folders.ts";

/**
 * Appends a line to the user's known_hosts, which is made where it is missing. The line goes out in one piece, so that
 * several runs may do so at once. Throws the error of the file system, or one that says what is there instead: only an
 * ordinary file is written, and never one of somebody else that a link leads to.
 */
export async function appendKnownHost(path: string, line: string): Promise<void> {
  makeFolders(dirname(path), 0o700);
  const { file, linked } = await openForAppending(path);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error("it is not an ordinary file");
    if ((linked || stats.nlink > 1) && stats.uid !== process.getuid?.()) {
      throw new Error("it is a link to a file of somebody else");
    }
    // Without the end of the last line the new one would become a part of it.
    const last = Buffer.alloc(1, "\n");
    if (stats.size > 0) await file.read(last, 0, 1, stats.size - 1);
    await file.appendFile(`${last.toString() === "\n" ? "" : "\n"}${line}\n`);
  } finally {
    await file.close();
  }
}

const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;

async function openForAppending(path: string): Promise<{ readonly file: FileHandle; readonly linked: boolean }> {
  const flags = O_RDWR | O_APPEND | O_NONBLOCK | O_NOCTTY;
  try {
    return { file: await open(path, flags | O_CREAT | O_NOFOLLOW, 0o600), linked: false };
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ELOOP") throw error;
    // Nothing is made where a link leads to.
    return { file: await open(path, flags), linked: true };
  }
}
