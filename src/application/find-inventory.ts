import { existsSync, type Stats, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** Where the inventory is when nobody says it. */
export const usualInventory = "inventory";

/**
 * The inventory of a folder where nobody names one, as a path from there: the folder `inventory` in it, else the nearest
 * folder that is one, from the folder itself up. It is not looked for above the Git work tree, nor in folders of
 * other users, who must not be able to slip one in.
 */
export function findInventory(start: string): string {
  if (existsSync(join(start, usualInventory))) return usualInventory;
  const first = resolve(start);
  const owner = statOf(first)?.uid;
  for (let folder = first; statOf(folder)?.uid === owner; folder = dirname(folder)) {
    if (existsSync(join(folder, "dtsync.yaml"))) return relative(first, folder) || ".";
    if (existsSync(join(folder, ".git")) || dirname(folder) === folder) break;
  }
  return usualInventory;
}

const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });
