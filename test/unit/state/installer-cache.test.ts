import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CacheBounds, openInstallerCache } from "../../../src/state/installer-cache.ts";
import { noon } from "../../support/builders.ts";

let base: string;
let time: number;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "dtsync-installers-test-"));
  time = noon.getTime();
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const open = (bounds?: CacheBounds) =>
  openInstallerCache({ XDG_CACHE_HOME: base, XDG_STATE_HOME: join(base, "state") }, () => new Date(time), bounds);

const folder = () => join(base, "dtsync/installers");
const kept = () => readdirSync(folder()).filter((name) => name !== "index");

/** Keeps a text, and gives the path that it has in the cache. */
async function keep(key: string, text: string, bounds?: CacheBounds): Promise<string> {
  const path = join(base, "downloaded");
  writeFileSync(path, text);
  const sha256 = createHash("sha256").update(text).digest("hex");
  await open(bounds).keep(key, path, { size: text.length, sha256, tail: Buffer.from("tail") });
  return join(folder(), sha256);
}

async function found(key: string): Promise<string | null> {
  const installer = await open().find(key);
  if (installer === null) return null;
  const text = await installer.file.readFile("utf8");
  await installer.file.close();
  expect(installer.tail.toString()).toBe("tail");
  return text;
}

test("what was kept is found again by its key, and readable by its owner alone", async () => {
  const path = await keep("a", "#!/bin/sh");
  expect(await found("a")).toBe("#!/bin/sh");
  expect(await found("b")).toBeNull();
  expect(statSync(folder()).mode & 0o077).toBe(0);
  expect(statSync(path).mode & 0o077).toBe(0);
});

test.each<[string, (path: string) => void]>([
  ["changed", (path) => writeFileSync(path, "#!/bin/su")],
  ["cut off", (path) => writeFileSync(path, "#!/bin")],
  ["made longer", (path) => writeFileSync(path, "#!/bin/sh\nmore")],
  [
    "replaced by a link to the same content",
    (path) => {
      writeFileSync(`${base}/other`, "#!/bin/sh");
      rmSync(path);
      symlinkSync(`${base}/other`, path);
    },
  ],
  ["made writable for others", (path) => chmodSync(path, 0o666)],
  ["removed", (path) => rmSync(path)],
])("one that was %s is not used, and a new one takes its place", async (_how, spoil) => {
  const path = await keep("a", "#!/bin/sh");
  spoil(path);
  expect(await found("a")).toBeNull();
  await keep("a", "#!/bin/sh");
  expect(await found("a")).toBe("#!/bin/sh");
});

test("a folder that others can write to is not used", async () => {
  await keep("a", "#!/bin/sh");
  chmodSync(folder(), 0o777);
  expect(await found("a")).toBeNull();
});

test("what a key means is believed only where this user wrote it on this machine", async () => {
  await keep("a", "#!/bin/sh");
  rmSync(join(base, "state"), { recursive: true });
  expect(await found("a")).toBeNull();
});

test("the ones that were used longest ago make place, and those that nobody used for long", async () => {
  const bounds = { bytes: 25, age: 1_000_000 };
  const first = await keep("a", "a".repeat(10), bounds);
  time += 1_000;
  await keep("b", "b".repeat(10), bounds);
  time += 1_000;
  expect(await found("a")).not.toBeNull();
  time += 1_000;
  await keep("c", "c".repeat(10), bounds);
  expect(kept()).toHaveLength(2);
  expect(existsSync(first)).toBe(true);
  time += 2_000_000;
  await keep("d", "d", bounds);
  expect(kept()).toHaveLength(1);
});

test("an installer that somebody reads stays whole while it is replaced", async () => {
  await keep("a", "first");
  const installer = await open().find("a");
  await keep("a", "second");
  expect(await installer?.file.readFile("utf8")).toBe("first");
  await installer?.file.close();
  expect(await found("a")).toBe("second");
});
