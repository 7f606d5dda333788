import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLog, type LogSettings } from "../../../src/application/log.ts";
import { DtsyncError } from "../../../src/errors.ts";
import type { LogLevel } from "../../../src/ports.ts";
import { createRedactor } from "../../../src/secrets/redactor.ts";
import { noon } from "../../support/builders.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const run = "0123456789ab";
const at = noon.toISOString();
const signal = new AbortController().signal;

async function aLog(given: Partial<LogSettings> = {}, { terminal = false, redactor = createRedactor() } = {}) {
  let written = "";
  const write = (text: string) => {
    written += text;
  };
  const log = createLog({ write, redact: redactor.redact, clock: fakeClock(noon), runId: run, terminal });
  await log.open({ level: null, format: "text", file: null, color: false, ...given }, signal);
  return { log, written: () => written };
}

type Given = Awaited<ReturnType<typeof aLog>>["log"];

function everyLevel(log: Given): void {
  log.error("a");
  log.warn("b");
  log.info("c", () => ({ host: "web01.example.com", ms: 3 }));
  log.debug("d");
}

const objects = (lines: string): readonly Record<string, unknown>[] =>
  lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("on standard error", () => {
  test.each<[LogLevel | null, string]>([
    ["error", "error: a\n"],
    ["warn", "error: a\nwarn: b\n"],
    [null, "error: a\nwarn: b\n"],
    ["info", `${at} ${run} error: a\n${at} ${run} warn: b\n${at} ${run} info: c  host=web01.example.com ms=3\n`],
    [
      "debug",
      `${at} ${run} error: a\n${at} ${run} warn: b\n${at} ${run} info: c  host=web01.example.com ms=3\n${at} ${run} debug: d\n`,
    ],
  ])("--log-level %s shows what is at least as grave", async (level, text) => {
    const { log, written } = await aLog({ level });
    everyLevel(log);
    expect(written()).toBe(text);
  });

  test("the level is coloured on a terminal alone", async () => {
    const shown = async (color: boolean, terminal: boolean) => {
      const { log, written } = await aLog({ color }, { terminal });
      log.warn("b");
      return written();
    };
    expect(await shown(true, true)).toBe("\u001b[33mwarn:\u001b[39m b\n");
    expect(await shown(false, true)).toBe("warn: b\n");
    expect(await shown(true, false)).toBe("warn: b\n");
  });

  test("JSON is one object a line, whatever the level", async () => {
    const { log, written } = await aLog({ level: "info", format: "json" });
    everyLevel(log);
    expect(objects(written())).toEqual([
      { time: at, level: "error", run, message: "a" },
      { time: at, level: "warn", run, message: "b" },
      { time: at, level: "info", run, message: "c", host: "web01.example.com", ms: 3 },
    ]);
  });

  test("fields of what nobody wants are not made", async () => {
    const { log } = await aLog({ level: "warn" });
    const fields = () => {
      throw new Error("made");
    };
    log.info("c", fields);
    log.debug("d", fields);
  });

  test("the last words of a command are shown at every level, in the words of the format", async () => {
    const say = async (given: Partial<LogSettings>) => {
      const { log, written } = await aLog({ level: "error", ...given });
      log.say("it failed", { details: ["one", "two"], hint: "do this", exitCode: 4 });
      log.say("by the way", { level: "info" });
      return written();
    };
    expect(await say({})).toBe("dtsync: it failed\n  one\n  two\n  do this\ndtsync: by the way\n");
    expect(objects(await say({ format: "json" }))).toEqual([
      { time: at, level: "error", run, message: "it failed", details: ["one", "two"], hint: "do this", exitCode: 4 },
      { time: at, level: "info", run, message: "by the way" },
    ]);
  });
});

describe("what comes from outside", () => {
  const hostile = fc.string({ unit: "binary", maxLength: 40 });

  test("stays on one line and harms no terminal, and JSON gives it back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (message, value) => {
        const text = await aLog({ level: "debug" });
        const json = await aLog({ level: "debug", format: "json" });
        for (const { log } of [text, json]) log.debug(message, () => ({ value, list: [value] }));
        for (const { written } of [text, json]) {
          expect(written().split("\n")).toHaveLength(2);
          expect(written()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
        }
        expect(objects(json.written())).toEqual([
          {
            time: at,
            level: "debug",
            run,
            message: message,
            value: value,
            list: [value],
          },
        ]);
      }),
    );
  });

  test("is never a secret, wherever it stands", async () => {
    const secret = fc.string({ unit: "binary", minLength: 6, maxLength: 40 }).filter((text) => text.trim().length >= 6);
    await fc.assert(
      fc.asyncProperty(secret, fc.constantFrom<LogSettings["format"]>("text", "json"), async (token, format) => {
        const redactor = createRedactor();
        redactor.conceal(token);
        const { log, written } = await aLog({ level: "debug", format }, { redactor });
        const path = `/api/${encodeURIComponent(token)}?q=${token}`;
        log.debug(`with ${token}`, () => ({
          path,
          list: [`a${token}b`],
          header: Buffer.from(token).toString("base64"),
        }));
        log.say(`because of ${token}`, { details: [token], hint: `not ${token}` });
        const shown = format === "json" ? written().replaceAll("(secret)", "") : written();
        expect(shown).not.toContain(token.trim());
        expect(shown).not.toContain(JSON.stringify(token.trim()).slice(1, -1));
      }),
    );
  });

  test("has a bound", async () => {
    const { log, written } = await aLog({ level: "debug" });
    log.debug("a", () => ({ reason: "x".repeat(1_000_000) }));
    expect(written().length).toBeLessThan(11_000);
    log.debug("b", () => ({ list: Array.from({ length: 60 }, (_, index) => `host${index}`) }));
    expect(written()).toContain(",host49,… and 10 more");
  });
});

describe("in a file", () => {
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dtsync-log-"));
    file = join(directory, "logs", "run.log");
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test.each<[LogLevel | null, readonly string[], string]>([
    [null, ["error", "warn", "info"], "error: a\nwarn: b\n"],
    ["debug", ["error", "warn", "info", "debug"], "error: a\nwarn: b\n"],
    ["warn", ["error", "warn"], "error: a\nwarn: b\n"],
    ["error", ["error"], "error: a\n"],
  ])("is what --log-level %s asks for, and standard error has warnings and errors", async (level, kept, shown) => {
    const { log, written } = await aLog({ level, file });
    everyLevel(log);
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => /^\S+Z [0-9a-f]{12} (\w+): /.exec(line)?.[1])).toEqual(kept);
    expect(written()).toBe(shown);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("the last words stand there, too", async () => {
    const { log } = await aLog({ file });
    log.say("it failed", { hint: "do this", exitCode: 4 });
    expect(readFileSync(file, "utf8")).toBe(`${at} ${run} error: it failed  hint="do this" exitCode=4\n`);
  });

  test("is added to what earlier runs logged", async () => {
    for (const message of ["first", "second"]) (await aLog({ file, format: "json" })).log.info(message);
    expect(objects(readFileSync(file, "utf8")).map(({ message }) => message)).toEqual(["first", "second"]);
  });

  test("is not written through a link, and the run does not begin", async () => {
    const other = join(directory, "other");
    writeFileSync(other, "");
    const link = join(directory, "link");
    symlinkSync(other, link);
    await expect(aLog({ file: link })).rejects.toThrow(
      `${link} cannot be written (it is a link, and links are not followed)`,
    );
    await expect(aLog({ file: link })).rejects.toMatchObject({ exitCode: 1 });
    await expect(aLog({ file: directory })).rejects.toThrow(DtsyncError);
    symlinkSync(join(directory, "nowhere"), join(directory, "dangling"));
    await expect(aLog({ file: join(directory, "dangling") })).rejects.toThrow("links are not followed");
    expect(existsSync(join(directory, "nowhere"))).toBe(false);
  });

  test.skipIf(!existsSync("/dev/full"))("that is full is told once, and the run goes on", async () => {
    const { log, written } = await aLog({ file: "/dev/full" });
    log.info("one");
    log.info("two");
    log.warn("three");
    expect(written()).toMatch(
      /^warn: \/dev\/full cannot be written any more, and the log ends there: the disk is full: ENOSPC.*\nwarn: three\n$/,
    );
  });
});
