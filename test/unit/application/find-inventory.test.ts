import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findInventory } from "../../../src/application/find-inventory.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dtsync-find-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Makes files, whose folders are made too. */
async function write(...files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(join(folder, file, ".."), { recursive: true });
    await writeFile(join(folder, file), "");
  }
}

const foundFrom = (path: string): string => findInventory(join(folder, path));

describe("without an option or variable the inventory is", () => {
  test("the folder of that name, also where the present folder is one", async () => {
    await write("inventory/dtsync.yaml", "dtsync.yaml");
    expect(foundFrom(".")).toBe("inventory");
  });

  test("the present folder or the nearest one above", async () => {
    await write("dtsync.yaml", "repository/dtsync.yaml", "repository/customers/emea/abc.yaml");
    expect(foundFrom("repository")).toBe(".");
    expect(foundFrom("repository/customers")).toBe("..");
    expect(foundFrom("repository/customers/emea")).toBe("../..");
  });

  test("not looked for above the Git work tree", async () => {
    await write("dtsync.yaml", "repository/.git", "repository/customers/abc.yaml");
    expect(foundFrom("repository/customers")).toBe("inventory");
  });

  test("the folder of that name where there is none at all", async () => {
    await write("customers/abc.yaml");
    expect(foundFrom("customers")).toBe("inventory");
    expect(foundFrom("missing")).toBe("inventory");
  });

  test.runIf(process.getuid?.() === 0)("not one in a folder of another user", async () => {
    await write("dtsync.yaml", "mine/file");
    const { chown } = await import("node:fs/promises");
    await chown(folder, 65_534, 65_534);
    expect(foundFrom("mine")).toBe("inventory");
    await chown(join(folder, "mine"), 65_534, 65_534);
    expect(foundFrom("mine")).toBe("..");
  });
});
