import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ownIdentity, type ProcessIdentity } from "../../../src/state/process-identity.ts";
import { LockHeld, takeLock } from "../../../src/state/run-lock.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { onFullDisk } from "../../support/full-disk.ts";

let base = "";
let folder = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "dtsync-test-"));
  folder = join(base, "locks");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const own = ownIdentity();
const name = "https://dynatrace.example.com";

function take(process: ProcessIdentity = own, { patience = 0, signal = new AbortController().signal } = {}) {
  const waits: string[] = [];
  const clock = fakeClock(new Date(0));
  const taken = takeLock({ folder, name, process, clock, signal, patience, onWait: (owner) => waits.push(owner) });
  return { taken, waits };
}

describe("a lock", () => {
  test("is free again after its release, and leaves nothing", async () => {
    (await take().taken).release();
    (await take().taken).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is had by one at a time, whose name the others are told", async () => {
    const lock = await take().taken;
    const second = take(own, { patience: 5_000 });
    await expect(second.taken).rejects.toThrow(LockHeld);
    expect(second.waits).toEqual([expect.stringContaining(`process ${process.pid}, since `)]);
    lock.release();
  });

  test("leaves nothing behind on a full disk, and is there again when it has room", async () => {
    await onFullDisk(() => expect(take().taken).rejects.toThrow("ENOSPC"));
    expect(readdirSync(folder)).toEqual([]);
    (await take().taken).release();
  });

  test("is waited for", async () => {
    const lock = await take().taken;
    const second = take(own, { patience: Number.POSITIVE_INFINITY });
    lock.release();
    (await second.taken).release();
    expect(second.waits.length).toBeLessThanOrEqual(1);
  });

  test("is had by one of many that try at once", async () => {
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => take().taken));
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test.each([
    ["of a process that has ended", { ...own, start: "1" }],
    ["from before the machine started", { ...own, boot: "another" }],
  ])("%s is taken over", async (_what, dead) => {
    await take(dead).taken;
    const lock = await take().taken;
    expect(readdirSync(folder)).toHaveLength(1);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of a process elsewhere is not taken over", async () => {
    await take({ ...own, machine: "another.example.com" }).taken;
    await expect(take().taken).rejects.toThrow("on another.example.com");
  });

  test("in another form is taken over", async () => {
    (await take().taken).release();
    const lock = await take().taken;
    const [file = ""] = readdirSync(folder);
    writeFileSync(join(folder, file), "{}");
    const second = await take().taken;
    // Its first owner does not remove what is no longer its own.
    lock.release();
    expect(readFileSync(join(folder, file), "utf8")).toContain("dtsync-lock/1");
    second.release();
  });

  test("is not waited for after an interrupt", async () => {
    await take().taken;
    const interrupt = new AbortController();
    const { taken } = take(own, { patience: Number.POSITIVE_INFINITY, signal: interrupt.signal });
    interrupt.abort(new Error("interrupted"));
    await expect(taken).rejects.toThrow("interrupted");
  });

  test("is not kept where others can write", async () => {
    (await take().taken).release();
    chmodSync(folder, 0o777);
    await expect(take().taken).rejects.toThrow("others can write to");
  });
});
