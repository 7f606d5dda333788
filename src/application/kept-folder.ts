import { lstat } from "node:fs/promises";
import { UnwritableFile } from "../files/write-file.ts";

/** The folder, below the current one, where an apply keeps its report and its journal. */
export const keptFolderName = ".dtsync";

/** A repository may bring a link of this name along, and nobody asked for what is written here. Throws UnwritableFile. */
export async function refuseLink(folder: string): Promise<void> {
  const found = await lstat(folder).catch(() => null);
  if (found !== null && !found.isDirectory()) throw new UnwritableFile(`${keptFolderName} is not a folder`);
}
