import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readOrdinaryFile, readOrdinaryText } from "../../../src/files/read-ordinary-file.ts";

let directory = "";
const path = (name: string) => join(directory, name);
const limits = { largest: 1_000 };

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-test-"));
  writeFileSync(path("file"), "text – here\n");
  writeFileSync(path("empty"), "");
  writeFileSync(path("just"), "x".repeat(1_000));
  writeFileSync(path("more"), "x".repeat(1_001));
  symlinkSync("file", path("link"));
  symlinkSync("/dev/zero", path("link-to-device"));
  execFileSync("mkfifo", [path("pipe")]);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("gives what an ordinary file holds, behind a link too", () => {
  expect(readOrdinaryText(path("file"), limits)).toBe("text – here\n");
  expect(readOrdinaryText(path("link"), limits)).toBe("text – here\n");
  expect(readOrdinaryFile(path("empty"), limits)).toHaveLength(0);
});

test("a file may be as large as the limit, and no larger", () => {
  expect(readOrdinaryFile(path("just"), limits)).toHaveLength(1_000);
  expect(() => readOrdinaryFile(path("more"), limits)).toThrow("it is larger than 0.001 MB");
});

test.each([
  ["a pipe", "pipe"],
  ["a device", "/dev/zero"],
  ["a link to a device", "link-to-device"],
  ["a folder", "."],
])("%s is none, and nothing waits for it", (_what, name) => {
  const place = name.startsWith("/") ? name : path(name);
  expect(() => readOrdinaryFile(place, limits)).toThrow("it is not an ordinary file");
});

test("a socket is none", async () => {
  const server = createServer().listen(path("socket"));
  await once(server, "listening");
  try {
    expect(() => readOrdinaryFile(path("socket"), limits)).toThrow("it is not an ordinary file");
  } finally {
    server.close();
  }
});

test("a link can be refused", () => {
  expect(() => readOrdinaryFile(path("link"), { ...limits, refuseLink: true })).toThrow("it is not an ordinary file");
});

test("what the kernel makes up, such as the variables of this process, is empty", () => {
  expect(readOrdinaryFile("/proc/self/environ", limits)).toHaveLength(0);
});

test("what was opened can be refused before it is read", () => {
  const check = () => {
    throw new Error("not this one");
  };
  expect(() => readOrdinaryFile(path("file"), { ...limits, check })).toThrow("not this one");
});
