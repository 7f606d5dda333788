import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder, and those above it that are not there; `mode` is that of all that are made. Throws the error of the system.
 *
 * The recursive way of Node.js never ends where a folder cannot be made though the one above it is there, and the system says
 * that something is missing: below `/proc`, or where a mount has gone.
 */
export function makeFolders(path: string, mode = 0o777): void {
  const folder = resolve(path);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
    const above = dirname(folder);
    const lacksAbove = error instanceof Error && "code" in error && error.code === "ENOENT" && above !== folder;
    if (!lacksAbove || statSync(above, { throwIfNoEntry: false })?.isDirectory()) throw error;
    makeFolders(above, mode);
    makeFolders(folder, mode);
  }
}
