import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Context } from "../../../src/application/context.ts";
import { createProgram } from "../../../src/commands/program.ts";
import { DtsyncError } from "../../../src/errors.ts";
import { documentFaults, documentKinds } from "../../../src/load/schema/document-schemas.ts";
import { aContext } from "../../support/context.ts";
import { savedDocuments, savedPlan, savedReport } from "../../support/saved-documents.ts";
import { withFiles } from "../load/load-files.ts";

async function show(parameters: readonly string[], given: Partial<Context> = {}) {
  const { context, output, errors } = aContext(given);
  const { program, exitCode } = createProgram(context);
  try {
    await program.parseAsync(["show", ...parameters], { from: "user" });
    return { code: exitCode() as number, output: output(), errors: errors() };
  } catch (error) {
    if (!(error instanceof DtsyncError)) throw error;
    return { code: error.exitCode as number, output: output(), errors: error.message };
  }
}

/** Shows a value that a file holds. */
const showValue = (value: unknown, ...parameters: readonly string[]) =>
  withFiles({ "saved.json": JSON.stringify(value) }, (folder) => show([join(folder, "saved.json"), ...parameters]));

describe("dtsync show", () => {
  test.each(documentKinds)("shows what was saved by %s, in each format", async (kind) => {
    const document = savedDocuments[kind];
    expect(documentFaults(kind, document)).toEqual([]);
    const [text, markdown, json] = await Promise.all(
      ["text", "markdown", "json"].map((format) => showValue(document, "--format", format)),
    );
    for (const shown of [text, markdown, json]) expect(shown).toMatchObject({ code: 0, errors: "" });
    expect(JSON.parse(json?.output ?? "")).toEqual(document);
    expect(markdown?.output).toMatch(new RegExp(`^### dtsync ${kind}\n`));
    const last = {
      plan: /^Plan: \d+ to create, .*\.\n$/m,
      apply: /^Applied \d+ changes: .*\.\n$/m,
      validate: /^Invalid: 1 fault\. .*\n$/m,
      diff: /^Declared differently: .*\.\n$/m,
    };
    expect(text?.output).toMatch(last[kind]);
  });

  test("shows in an apply what was not done, with its reason", async () => {
    const { output } = await showValue(savedReport);
    expect(output).toContain("the cluster refuses [http-403]");
    expect(output).toContain("host/db01.abc.example.com: no route to host");
  });

  test("reads standard input where the file is -", async () => {
    const text = JSON.stringify(savedReport);
    const prompt = { output: new PassThrough() };
    const pieces = [text.slice(0, 100), text.slice(100)].map((piece) => Buffer.from(piece));
    expect(await show(["-"], { prompt: { ...prompt, input: Readable.from(pieces) } })).toEqual(
      await showValue(savedReport),
    );
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(10_000_000, "[");
      })(),
    );
    const cut = await show(["-"], { prompt: { ...prompt, input: endless } });
    expect(cut).toMatchObject({ code: 3, errors: expect.stringContaining("larger than 100 MB") });
  });

  test("ends the wait for standard input with the run", async () => {
    const stop = new AbortController();
    const prompt = { input: new PassThrough(), output: new PassThrough() };
    const { context } = aContext({ prompt, signal: stop.signal });
    const ended = createProgram(context).program.parseAsync(["show", "-"], { from: "user" });
    setTimeout(() => stop.abort(), 10);
    await expect(ended).rejects.toThrow(/abort/i);
  });

  test("lets no control character of a file reach the terminal", async () => {
    const evil = "\u001b]0;owned\u0007\u202e";
    const [change] = savedPlan.changes;
    const plan = {
      ...savedPlan,
      clusters: { emea: { url: evil, version: evil, requests: 1 } },
      changes: [{ ...change, customer: evil, source: { file: evil, line: 1 }, notes: [evil] }],
      warnings: [evil],
    };
    for (const format of ["text", "markdown"]) {
      const { code, output } = await showValue(plan, "--format", format);
      expect(code).toBe(0);
      expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
    }
  });

  test("says everything that is wrong with a document, each with its place", async () => {
    const [first, ...others] = savedReport.results;
    const results = [{ ...first, status: "fine", action: "install", error: { code: 1 } }, ...others, others[0]];
    const { code, output, errors } = await showValue({ ...savedReport, results, more: 1, held: 1 }, "--format", "json");
    expect(code).toBe(3);
    const { faults, error } = JSON.parse(output) as { faults: { pointer: string; message: string }[]; error: unknown };
    expect(error).toMatchObject({ exitCode: 3 });
    const pointers = ["/more", "/held", "/results/0/status", "/results/0/action", "/results/0/error/code"];
    expect(faults.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining([...pointers, "/results/0/error/message"]),
    );
    for (const { pointer, message } of faults) expect(errors).toContain(`  ${pointer} ${message}\n`);
    const twice = await showValue({ ...savedReport, results: [first, first] });
    expect(twice.errors).toContain("/results/1/id must be unique, and /results/0 has it too");
  });

  test.each<[string, unknown, string]>([
    ["of another version", { ...savedReport, format: "dtsync-apply/2" }, '/format must be one of "dtsync-plan/1"'],
    ["of something else", { a: 1 }, "/format must be one of"],
    ["a list", [], "/format must be one of"],
    ["null", null, "/format must be one of"],
  ])("refuses a document that is %s", async (_what, value, words) => {
    expect(await showValue(value)).toMatchObject({ code: 3, output: "", errors: expect.stringContaining(words) });
  });

  test("refuses what is not there, no ordinary file, too large, too deep, or no JSON", async () => {
    const files = { "a.md": "# Title", "deep.json": "[".repeat(100_000), "latin.json": new Uint8Array([0xe4]) };
    await withFiles(files, async (folder) => {
      execFileSync("mkfifo", [join(folder, "pipe")]);
      writeFileSync(join(folder, "large.json"), "{");
      truncateSync(join(folder, "large.json"), 100_000_001);
      for (const name of ["missing", "pipe", ".", "large.json", ...Object.keys(files)]) {
        const { code, errors } = await show([join(folder, name)]);
        expect([name, code]).toEqual([name, 3]);
        expect(errors).toContain("cannot be shown (");
      }
    });
  });

  test("repeats nothing of a file that is no JSON", async () => {
    await withFiles({ netrc: "pass-word" }, async (folder) => {
      const { code, errors, output } = await show([join(folder, "netrc"), "--format", "json"]);
      expect(code).toBe(3);
      expect(errors).toContain("cannot be shown (it is not JSON)");
      expect(errors + output).not.toContain("pass-word");
    });
  });
});
