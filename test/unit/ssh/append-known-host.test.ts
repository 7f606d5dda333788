import { execFileSync } from "node:child_process";
import { chownSync, linkSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appendKnownHost } from "../../../src/ssh/append-known-host.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-append-"));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (name: string) => join(directory, name);

test("a file that is missing is made with its folder, for the user alone", async () => {
  await appendKnownHost(at(".ssh/known_hosts"), "web01 ssh-ed25519 AAAA");
  expect(readFileSync(at(".ssh/known_hosts"), "utf8")).toBe("web01 ssh-ed25519 AAAA\n");
  expect([statSync(at(".ssh")).mode & 0o777, statSync(at(".ssh/known_hosts")).mode & 0o777]).toEqual([0o700, 0o600]);
});

test("a last line without an end is not damaged", async () => {
  writeFileSync(at("known_hosts"), "db01 ssh-ed25519 BBBB");
  await appendKnownHost(at("known_hosts"), "web01 ssh-ed25519 AAAA");
  await appendKnownHost(at("known_hosts"), "web02 ssh-ed25519 CCCC");
  expect(readFileSync(at("known_hosts"), "utf8")).toBe(
    "db01 ssh-ed25519 BBBB\nweb01 ssh-ed25519 AAAA\nweb02 ssh-ed25519 CCCC\n",
  );
});

test("lines that are written at once stay whole", async () => {
  const lines = Array.from({ length: 50 }, (_, index) => `web${index} ssh-ed25519 ${"A".repeat(400)}`);
  await Promise.all(lines.map((line) => appendKnownHost(at("known_hosts"), line)));
  expect(readFileSync(at("known_hosts"), "utf8").trimEnd().split("\n").sort()).toEqual([...lines].sort());
});

test("a link to a file of one's own is followed, but nothing is made where a link leads to", async () => {
  writeFileSync(at("real"), "");
  symlinkSync(at("real"), at("known_hosts"));
  symlinkSync(at("missing"), at("dangling"));
  await appendKnownHost(at("known_hosts"), "web01 ssh-ed25519 AAAA");
  expect(readFileSync(at("real"), "utf8")).toBe("web01 ssh-ed25519 AAAA\n");
  await expect(appendKnownHost(at("dangling"), "line")).rejects.toThrow(expect.objectContaining({ code: "ENOENT" }));
});

test.skipIf(process.getuid?.() !== 0)("a link to a file of somebody else is not followed", async () => {
  writeFileSync(at("theirs"), "");
  chownSync(at("theirs"), 65_534, 65_534);
  symlinkSync(at("theirs"), at("soft"));
  linkSync(at("theirs"), at("hard"));
  for (const name of ["soft", "hard"]) {
    await expect(appendKnownHost(at(name), "line")).rejects.toThrow("it is a link to a file of somebody else");
  }
  expect(readFileSync(at("theirs"), "utf8")).toBe("");
});

test("a pipe is no known_hosts, and is not waited for", async () => {
  execFileSync("mkfifo", [at("pipe")]);
  await expect(appendKnownHost(at("pipe"), "line")).rejects.toThrow("it is not an ordinary file");
});
