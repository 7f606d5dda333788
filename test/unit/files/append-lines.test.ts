import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openLineFile } from "../../../src/files/append-lines.ts";

/** A pipe by name, and its reader in this process. */
describe("a pipe", () => {
  let directory: string;
  let path: string;
  let reader: number;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dtsync-lines-"));
    path = join(directory, "pipe");
    execFileSync("mkfifo", [path]);
    reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function aWriter(limit: number) {
    const failures: unknown[] = [];
    const gaps: number[] = [];
    const file = await openLineFile(path, {
      limit,
      signal: new AbortController().signal,
      onFailure: (error) => failures.push(error),
      onGap: (lines) => gaps.push(lines),
    });
    return { file, failures, gaps };
  }

  function read(): string {
    const chunk = Buffer.alloc(1_000_000);
    let text = "";
    try {
      for (let count = readSync(reader, chunk); count > 0; count = readSync(reader, chunk)) {
        text += chunk.toString("utf8", 0, count);
      }
    } catch {
      // Nothing is there now.
    }
    return text;
  }

  test("that is not read in time lacks whole lines, keeps no more than the limit, and is told how many", async () => {
    const { file, failures, gaps } = await aWriter(200_000);
    const lines = Array.from({ length: 10_000 }, (_, index) => `${String(index).padStart(99, " ")}\n`);
    for (const line of lines) file.write(line);
    let text = "";
    await vi.waitFor(() => {
      text += read();
      expect(gaps).toHaveLength(1);
    });
    file.write("after\n");
    text += read();
    const kept = lines.length - (gaps[0] ?? 0);
    expect(kept).toBeGreaterThan(2_000);
    expect(kept).toBeLessThan(4_000);
    expect(text).toBe(`${lines.slice(0, kept).join("")}after\n`);
    expect(failures).toEqual([]);
    closeSync(reader);
  });

  test("whose reader has gone is told once", async () => {
    const { file, failures } = await aWriter(100);
    file.write("one\n");
    closeSync(reader);
    file.write("two\n");
    file.write("three\n");
    expect(failures).toMatchObject([{ code: "EPIPE" }]);
  });
});
