import { execFileSync, spawn } from "node:child_process";
import fs, {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inspectTarget, UnwritableFile, writeNew, writeTarget, writeWhole } from "../../../src/files/write-file.ts";
import { deviceFor } from "../../support/device.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "write-file-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (file: string) => lstatSync(file).mode & 0o777;

describe("writing a file", () => {
  it("makes a new one with its folder and leaves nothing else", async () => {
    const file = join(folder, "reports", "plan.json");
    await writeWhole(file, "new");
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(readdirSync(join(folder, "reports"))).toEqual(["plan.json"]);
  });

  it("keeps the permissions of the file that it replaces, whatever the mask of the process", async () => {
    const file = join(folder, "report.md");
    writeFileSync(file, "a longer text that stood there");
    chmodSync(file, 0o666);
    const before = lstatSync(file).ino;
    await writeWhole(file, "new");
    expect(readFileSync(file, "utf8")).toBe("new");
    expect(modeOf(file)).toBe(0o666);
    expect(lstatSync(file).ino).not.toBe(before);
  });

  it("lets only the owner read a secret file, new or not", async () => {
    const file = join(folder, "plan.json");
    await writeWhole(file, "one", { secret: true });
    expect(modeOf(file)).toBe(0o600);
    chmodSync(file, 0o644);
    await writeWhole(file, "two", { secret: true });
    expect(modeOf(file)).toBe(0o600);
  });

  it.each([
    ["a link to a file", (file: string, victim: string) => symlinkSync(victim, file), /link/],
    ["a link to nothing", (file: string) => symlinkSync(join(folder, "nothing"), file), /link/],
    ["a folder", (file: string) => mkdirSync(file), /folder/],
    [
      "a read-only file",
      (file: string) => {
        writeFileSync(file, "kept");
        chmodSync(file, 0o444);
      },
      /read-only/,
    ],
  ])("refuses %s and leaves it as it is", async (_what, make, message) => {
    const victim = join(folder, "victim");
    writeFileSync(victim, "kept");
    const file = join(folder, "report.json");
    make(file, victim);
    const before = lstatSync(file);
    await expect(writeWhole(file, "new")).rejects.toThrow(UnwritableFile);
    await expect(writeWhole(file, "new")).rejects.toThrow(message);
    expect(lstatSync(file).ino).toBe(before.ino);
    expect(readFileSync(victim, "utf8")).toBe("kept");
    expect(readdirSync(folder).sort()).toEqual(["report.json", "victim"]);
  });

  it("does not write through a link that is put there after it looked", async () => {
    const victim = join(folder, "victim");
    writeFileSync(victim, "kept");
    const file = join(folder, "report.json");
    const target = await inspectTarget(file);
    symlinkSync(victim, file);
    await writeTarget(target, "new");
    expect(readFileSync(victim, "utf8")).toBe("kept");
    expect(lstatSync(file).isFile()).toBe(true);
  });

  it("writes through a device, which stays one", async (context) => {
    const device = deviceFor("null", folder) ?? context.skip("no device can be made here");
    await writeWhole(device, "new");
    expect(lstatSync(device).isCharacterDevice()).toBe(true);
  });

  it("says what a device cannot take", async (context) => {
    const device = deviceFor("full", folder) ?? context.skip("no device can be made here");
    await expect(writeWhole(device, "new")).rejects.toThrow("ENOSPC");
  });

  it("gives a pipe more than it holds at once, as soon as somebody reads it", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const long = "0123456789".repeat(50_000);
    const writing = writeWhole(pipe, long);
    const reader = spawn("cat", [pipe]);
    const read = text(reader.stdout);
    await writing;
    expect(await read).toBe(long);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  it("stops waiting for a reader at an interrupt", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const interrupt = new AbortController();
    const writing = writeWhole(pipe, "new", { signal: interrupt.signal });
    setTimeout(() => interrupt.abort(), 50);
    await expect(writing).rejects.toThrow("nobody reads this pipe");
  });

  it("tells its reader what an interrupted run did", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const reader = spawn("cat", [pipe]);
    const read = text(reader.stdout);
    await writeWhole(pipe, "new", { signal: AbortSignal.abort() });
    expect(await read).toBe("new");
  });

  it("stops when the reader takes nothing at an interrupt", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const reader = spawn("sh", ["-c", 'exec 3<"$0"; echo open; read wait', pipe]);
    const interrupt = new AbortController();
    const writing = writeWhole(pipe, "0123456789".repeat(50_000), { signal: interrupt.signal });
    reader.stdout.once("data", () => setTimeout(() => interrupt.abort(), 50));
    await expect(writing).rejects.toThrow(/does not take|nobody reads/);
    reader.stdin.end("\n");
  });

  it("fails when the reader goes away", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const writing = writeWhole(pipe, "0123456789".repeat(50_000));
    spawn("head", ["-c", "1", pipe]);
    await expect(writing).rejects.toThrow("EPIPE");
  });

  it("leaves no draft when the name cannot be taken", async () => {
    const file = join(folder, "report.json");
    const target = await inspectTarget(file);
    mkdirSync(file);
    await expect(writeTarget(target, "new")).rejects.toThrow("EISDIR");
    expect(readdirSync(folder)).toEqual(["report.json"]);
  });
});

describe("making a file", () => {
  /** With some of the functions of `fs.promises` in the place of its own. */
  async function withFunctions(some: Partial<typeof fs.promises>, work: () => Promise<void>): Promise<void> {
    const own = { ...fs.promises };
    Object.assign(fs.promises, some);
    syncBuiltinESMExports();
    try {
      await work();
    } finally {
      Object.assign(fs.promises, own);
      syncBuiltinESMExports();
    }
  }

  it("shows it only when it is whole, and leaves nothing else", async () => {
    const file = join(folder, "abc.yaml");
    const { writeFile } = fs.promises;
    const halfWritten: typeof writeFile = async (path, text, options) => {
      await writeFile(path, "", options);
      expect(fs.existsSync(file)).toBe(false);
      await fs.promises.appendFile(path as string, text as string);
    };
    await withFunctions({ writeFile: halfWritten }, () => writeNew(file, "whole"));
    expect(readFileSync(file, "utf8")).toBe("whole");
    expect(modeOf(file)).toBe(0o666 & ~process.umask());
    expect(readdirSync(folder)).toEqual(["abc.yaml"]);
  });

  it.each(["EPERM", "ENOTSUP"])("makes it where a file has one name alone (%s)", async (code) => {
    const link = () => Promise.reject(Object.assign(new Error(`${code}: link`), { code }));
    const file = join(folder, "abc.yaml");
    await withFunctions({ link }, () => writeNew(file, "whole"));
    expect(readFileSync(file, "utf8")).toBe("whole");
    await withFunctions({ link }, () => expect(writeNew(file, "other")).rejects.toThrow("EEXIST"));
    expect(readFileSync(file, "utf8")).toBe("whole");
    expect(readdirSync(folder)).toEqual(["abc.yaml"]);
  });

  it.each([
    ["a file", (file: string) => writeFileSync(file, "ours")],
    ["a link to nothing", (file: string) => symlinkSync(join(folder, "nothing"), file)],
    ["a folder", (file: string) => mkdirSync(file)],
  ])("leaves %s alone that has the name", async (_what, make) => {
    const file = join(folder, "abc.yaml");
    make(file);
    await expect(writeNew(file, "whole")).rejects.toThrow("EEXIST");
    expect(readdirSync(folder)).toEqual(["abc.yaml"]);
  });
});
