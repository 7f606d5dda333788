import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageFolder } from "../package-folder.ts";

/**
 * Gives a copy of the example inventory, which lies at the root of the package, for as long as `use` takes, and the folder that
 * it is in.
 */
export async function withExampleInventory<T>(use: (inventory: string, directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "dtsync-demo-"));
  try {
    const inventory = join(directory, "inventory");
    await cp(fileURLToPath(new URL("inventory", packageFolder)), inventory, { recursive: true });
    return await use(inventory, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
