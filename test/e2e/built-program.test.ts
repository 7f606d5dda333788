import { execFile } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { loadInventory } from "../../src/load/load-inventory.ts";
import { documentFaults, documentKinds } from "../../src/load/schema/document-schemas.ts";
import { anEnvironment, anInventory, planOf } from "../support/builders.ts";
import { describeAll } from "../unit/load/load-files.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
/** A module as the build compiled it, before it was put together with others. */
const compiled = (path: string) => fileURLToPath(new URL(`../../build/${path}`, import.meta.url));
const corpus = fileURLToPath(new URL("../corpus/", import.meta.url));
const example = fileURLToPath(new URL("../../inventory", import.meta.url));

test("the code of the schemas that the build wrote finds what the schemas say, over the corpus", async () => {
  expect(existsSync(compiled("load/schema/validators.cjs"))).toBe(true);
  const built = (await import(compiled("load/load-inventory.js"))) as {
    readonly loadInventory: typeof loadInventory;
  };
  for (const name of readdirSync(corpus)) {
    const directory = `${corpus}${name}/inventory`;
    const { diagnostics } = await built.loadInventory({
      directory,
      set: [],
      rootCertificate: null,
      home: "/home/user",
      today: "2026-11-26",
    });
    expect(describeAll(diagnostics), name).toBe(readFileSync(`${corpus}${name}/expected.txt`, "utf8"));
  }
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
}

test("the code of the documents' schemas that the build wrote finds what the schemas say", async () => {
  for (const kind of documentKinds) expect(existsSync(compiled(`load/schema/${kind}-validator.cjs`))).toBe(true);
  const built = (await import(compiled("load/schema/document-schemas.js"))) as {
    readonly documentFaults: typeof documentFaults;
  };
  const plan = planOf({ inventory: anInventory({ environments: [anEnvironment()] }) });
  const wrong = [[], {}, { ...plan, changes: [{}] }, { ...plan, changes: [{ ...plan.changes[0], kind: "host" }] }];
  for (const kind of documentKinds) {
    for (const value of [plan, ...wrong])
      expect(built.documentFaults(kind, value)).toEqual(documentFaults(kind, value));
  }
  expect(built.documentFaults("plan", plan)).toEqual([]);
});

test("a run that waits for what cannot happen any more ends with 1, and not with the 13 of Node.js", async () => {
  const script = `const { createAwaitEnd } = await import(process.argv[1]);
    try { await createAwaitEnd(process)(() => new Promise(() => {})); } catch ({ message }) { console.log(message); process.exitCode = 1; }`;
  const ended = await new Promise<Ended>((resolve) => {
    execFile(process.execPath, ["--input-type=module", "--eval", script, compiled("unsettled.js")], (error, stdout) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout }),
    );
  });
  expect(ended).toEqual({ code: 1, stdout: "the run waits for something that cannot happen any more\n" });
});

test("validate says the same whether it kept something or not, and other commands keep nothing", async () => {
  const directory = mkdtempSync(join(tmpdir(), "dtsync-built-test-"));
  try {
    const inventory = join(directory, "inventory");
    const cache = join(directory, "cache");
    cpSync(example, inventory, { recursive: true });
    const run = (command: string, ...parameters: readonly string[]) =>
      new Promise<Ended>((resolve) => {
        execFile(
          process.execPath,
          [cli, command, ...parameters, "--inventory", inventory],
          { env: { PATH: process.env["PATH"], HOME: directory, XDG_CACHE_HOME: cache } },
          (error, stdout) => resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout }),
        );
      });
    await run("explain", "abc-p1");
    expect(existsSync(cache)).toBe(false);
    const cold = await run("validate", "--format", "json");
    expect(cold.code).toBe(0);
    const kept = readdirSync(join(cache, "dtsync"));
    expect(kept).toHaveLength(2);
    expect(await run("validate", "--format", "json")).toEqual(cold);
    appendFileSync(join(inventory, "dtsync.yaml"), "nonsense: true\n");
    const faulty = await run("validate", "--format", "json");
    expect(faulty).toMatchObject({ code: 3, stdout: expect.stringContaining("nonsense") });
    expect(await run("validate", "--format", "json")).toEqual(faulty);
    rmSync(cache, { recursive: true });
    expect(await run("validate", "--format", "json")).toEqual(faulty);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
