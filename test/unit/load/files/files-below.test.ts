import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { filesBelow } from "../../../../src/load/files/files-below.ts";

function folder(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "dtsync-below-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "vars/web"), { recursive: true });
  writeFileSync(join(root, "vars/b"), "");
  writeFileSync(join(root, "vars/web/a"), "");
  writeFileSync(join(root, "file"), "");
  return root;
}

const every = () => true;

test("files are told whole and sorted, and what is no folder has none", () => {
  const root = folder();
  symlinkSync(join(root, "file"), join(root, "vars/web/link"));
  expect(filesBelow(root, "vars", every)).toEqual({ files: ["vars/b", "vars/web/a", "vars/web/link"] });
  expect(filesBelow(root, "vars", (name) => name === "a")).toEqual({ files: ["vars/web/a"] });
  expect(filesBelow(root, "nothing", every)).toBeNull();
  expect(filesBelow(root, "file", every)).toEqual({ files: [] });
});

test.each([
  ["leads in a circle", (root: string) => symlinkSync(join(root, "vars"), join(root, "vars/web/circle")), "too-deep"],
  ["leads out of the inventory", (root: string) => symlinkSync(tmpdir(), join(root, "vars/web/out")), "outside-folder"],
  [
    "leads to nothing",
    (root: string) => symlinkSync(join(root, "gone"), join(root, "vars/web/gone")),
    "unreadable-file",
  ],
])("a link that %s keeps the files from being told", (_what, link, rule) => {
  const root = folder();
  link(root);
  expect(filesBelow(root, "vars", every)).toEqual({ diagnostic: expect.objectContaining({ rule }) });
});
