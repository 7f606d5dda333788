import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addOrigin, originsFile, readOriginsFile } from "../../../src/secrets/origins-file.ts";

let home = "";
let file = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "dtsync-test-"));
  file = originsFile({ HOME: home });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test("it is in the user's folder for configuration; a relative one does not count", () => {
  expect(file).toBe(join(home, ".config/dtsync/origins"));
  expect(originsFile({ HOME: home, XDG_CONFIG_HOME: "/srv/config" })).toBe("/srv/config/dtsync/origins");
  expect(originsFile({ HOME: home, XDG_CONFIG_HOME: "config" })).toBe(file);
});

test("without a file there is no text; a line that is added makes it, for its owner alone", async () => {
  expect(readOriginsFile(file)).toBe("");
  await addOrigin(file, "https://a.example.com");
  await addOrigin(file, "https://b.example.com");
  expect(readOriginsFile(file)).toBe("https://a.example.com\nhttps://b.example.com\n");
  expect([modeOf(dirname(file)), modeOf(file)]).toEqual(["700", "600"]);
  expect(readdirSync(dirname(file))).toEqual(["origins"]);
});

describe("with a file that is there", () => {
  beforeEach(() => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, "# ours\nhttps://a.example.com", { mode: 0o600 });
  });

  test("what stands there stays", async () => {
    await addOrigin(file, "https://b.example.com");
    expect(readFileSync(file, "utf8")).toBe("# ours\nhttps://a.example.com\nhttps://b.example.com\n");
  });

  test.each([
    ["the group can write to it", () => chmodSync(file, 0o620), /others can write to .*origins/],
    ["all can write to it", () => chmodSync(file, 0o602), /others can write to .*origins/],
    ["others can write to its folder", () => chmodSync(dirname(file), 0o777), /others can write to .*dtsync \(/],
    [
      "it is a link",
      () => {
        rmSync(file);
        writeFileSync(join(home, "elsewhere"), "https://a.example.com\n", { mode: 0o600 });
        symlinkSync(join(home, "elsewhere"), file);
      },
      /not an ordinary file/,
    ],
    [
      "it is a folder",
      () => {
        rmSync(file);
        mkdirSync(file);
      },
      /not an ordinary file/,
    ],
  ])("it is not used when %s, nor written", async (_what, arrange, message) => {
    arrange();
    expect(() => readOriginsFile(file)).toThrow(message);
    await expect(addOrigin(file, "https://b.example.com")).rejects.toThrow(message);
    expect(readdirSync(dirname(file))).toEqual(["origins"]);
  });
});
