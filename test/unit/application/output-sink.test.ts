import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSink, type SinkStream } from "../../../src/application/output-sink.ts";

let directory: string;
let descriptor: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dtsync-sink-"));
  descriptor = openSync(join(directory, "file"), "w");
});

afterEach(() => {
  closeSync(descriptor);
  rmSync(directory, { recursive: true, force: true });
});

/** A sink on a stream that Node.js takes for a terminal, whatever the descriptor is. */
function aSink(stream: Writable, limit = Number.POSITIVE_INFINITY) {
  const failures: (string | undefined)[] = [];
  const terminal = Object.assign(stream, { isTTY: true }) as SinkStream;
  const device = openSync("/dev/null", "w");
  const sink = openSink(device, terminal, { limit, onFailure: ({ code }) => failures.push(code) });
  closeSync(device);
  return { sink, failures };
}

const failing = (code: string) =>
  new Writable({ write: (_chunk, _encoding, callback) => callback(Object.assign(new Error(code), { code })) });

describe("a stream", () => {
  test("gets no text that the runner of a pipeline takes for a command", () => {
    const stream = new PassThrough();
    const { sink } = aSink(stream);
    sink.write("host/web01: it said ##[stop-commands]x\n::error::y\n");
    expect(String(stream.read())).toBe("host/web01: it said #\\u0023[stop-commands]x\n\\u003a:error::y\n");
  });

  test("that fails is told once, and nothing is written there any more", async () => {
    const { sink, failures } = aSink(failing("EPIPE"));
    sink.write("one");
    await new Promise(setImmediate);
    sink.write("two");
    await new Promise(setImmediate);
    expect(failures).toEqual(["EPIPE"]);
  });

  test("that throws does not stop who writes", () => {
    const { sink, failures } = aSink(
      Object.assign(new PassThrough(), {
        write: () => {
          throw Object.assign(new Error("gone"), { code: "EIO" });
        },
      }),
    );
    sink.write("one");
    sink.write("two");
    expect(failures).toEqual(["EIO"]);
  });

  test("that nobody reads keeps no more than the limit, and tells how much is missing when it is read again", async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    const { sink } = aSink(stream, 1_000);
    for (let line = 1; line <= 10_000; line += 1) sink.write(`line ${line}\n`);
    expect(stream.writableLength).toBeLessThan(1_100);
    let read = "";
    stream.on("data", (chunk: Buffer) => {
      read += chunk.toString();
    });
    await new Promise(setImmediate);
    const kept = read.match(/^line \d+$/gm)?.length ?? 0;
    expect(read).toContain(`… ${10_000 - kept} messages were left out here`);
    sink.write("after\n");
    await new Promise(setImmediate);
    expect(read).toMatch(/^line 1\nline 2\n[\s\S]*in time\nafter\n$/);
  });

  test("says whether there was anything to write", () => {
    const { sink } = aSink(new PassThrough());
    expect(sink.used()).toBe(false);
    sink.write("");
    expect(sink.used()).toBe(true);
  });
});

describe("a file", () => {
  test("gets the whole text", () => {
    const sink = openSink(descriptor, new PassThrough(), { limit: 0, onFailure: () => undefined });
    sink.write("ä".repeat(1_000_000));
    sink.write("end");
    expect(readFileSync(join(directory, "file"), "utf8")).toBe(`${"ä".repeat(1_000_000)}end`);
  });

  test("that cannot be written is told once", () => {
    const full = openSync("/dev/full", "w");
    const failures: (string | undefined)[] = [];
    try {
      const sink = openSink(full, new PassThrough(), { limit: 0, onFailure: ({ code }) => failures.push(code) });
      sink.write("one");
      sink.write("two");
    } finally {
      closeSync(full);
    }
    expect(failures).toEqual(["ENOSPC"]);
  });
});
