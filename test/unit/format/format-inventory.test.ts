import { join } from "node:path";
import { expect, test } from "vitest";
import { formatInventory } from "../../../src/format/format-inventory.ts";
import { fakeToken, settingsFile, withFiles } from "../load/load-files.ts";

test("a file with control characters stays as it is for these alone, whatever else validate has to say of it", async () => {
  const files = {
    "dtsync.yaml": settingsFile,
    "customers/abc.yaml": `customer: abc # ${fakeToken()}\nname: a\u0007b\n`,
    "customers/xyz.yaml": `customer: xyz # ${fakeToken()}\nname:   A\n`,
  };
  await withFiles(files, async (folder) => {
    const { changed, diagnostics } = await formatInventory(folder);
    expect(diagnostics.map(({ file, line, column, rule }) => `${file}:${line}:${column} ${rule}`)).toEqual([
      "customers/abc.yaml:2:8 control-character",
    ]);
    expect(changed.map(({ path, target }) => [path, target])).toEqual([
      ["customers/xyz.yaml", join(folder, "customers/xyz.yaml")],
    ]);
  });
});

test("what validate does not read stays as it is, and folders that are files are faults here, too", async () => {
  const files = {
    "dtsync.yaml": settingsFile,
    "customers/.abc.yaml": "customer:   abc\n",
    "customers/.abc.yaml.swp": "customer:   abc\n",
    groups: "groups:   []\n",
  };
  await withFiles(files, async (folder) => {
    const { changed, diagnostics } = await formatInventory(folder);
    expect(diagnostics.map(({ file, rule }) => `${file} ${rule}`)).toEqual(["groups not-a-folder"]);
    expect(changed).toEqual([]);
  });
});
