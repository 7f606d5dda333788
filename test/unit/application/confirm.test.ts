import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { confirm } from "../../../src/application/confirm.ts";
import { mustAsk, planAndConfirm } from "../../../src/application/plan-and-confirm.ts";
import { exitCodes } from "../../../src/errors.ts";
import { aChange, anEnvironment, anInventory } from "../../support/builders.ts";
import { aContext, connectionsOf, fleetOptionsOf } from "../../support/context.ts";

/** A prompt on a terminal, and what has been asked on it. */
function aPrompt() {
  const [input, output] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true })];
  const chunks: string[] = [];
  output.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
  return { input, output, asked: () => chunks.join("") };
}

const { signal } = new AbortController();
const interrupted = { exitCode: exitCodes.interrupted, message: expect.stringContaining("nothing was done") };

describe("asking", () => {
  test("a terminal that is closed while it asks is a no", async () => {
    const prompt = aPrompt();
    const answer = confirm(1, prompt, signal);
    await vi.waitFor(() => expect(prompt.asked()).toContain("Only"));
    prompt.input.destroy(Object.assign(new Error("read EIO"), { code: "EIO" }));
    expect(await answer).toBe(false);
  });

  test.each<[string, boolean]>([
    ["yes\n", true],
    ["  yes \r\n", true],
    ["y\n", false],
    ["YES\n", false],
    ["no\n", false],
    ["\n", false],
    ["yes please\n", false],
  ])("%j is taken as %s", async (answer, taken) => {
    const prompt = aPrompt();
    prompt.input.write(answer);
    expect(await confirm(1, prompt, signal)).toBe(taken);
  });

  test("says how many changes it is about, and what goes on", async () => {
    for (const [changes, text] of [
      [1, "Make this change?"],
      [12, "Make these 12 changes?"],
    ] as const) {
      const prompt = aPrompt();
      prompt.input.write("no\n");
      await confirm(changes, prompt, signal);
      expect(prompt.asked()).toContain(text);
      expect(prompt.asked()).toContain('Only "yes" goes on');
    }
  });

  test("breaks the question between words where the terminal is narrow", async () => {
    const { input, output, asked } = aPrompt();
    input.write("no\n");
    await confirm(12, { input, output: Object.assign(output, { columns: 30 }) }, signal);
    expect(stripVTControlCharacters(asked())).toContain('Make these 12 changes? Only\n  "yes" goes on: ');
  });

  test("the end of the input is a no, also after an answer that was not finished", async () => {
    for (const text of ["", "ye"]) {
      const prompt = aPrompt();
      prompt.input.end(text);
      expect(await confirm(1, prompt, signal)).toBe(false);
    }
  });

  test("Ctrl-C is an interrupt", async () => {
    const prompt = aPrompt();
    prompt.input.write("\u0003");
    await expect(confirm(1, prompt, signal)).rejects.toMatchObject(interrupted);
  });

  test("so is a signal, before and while it asks", async () => {
    await expect(confirm(1, aPrompt(), AbortSignal.abort())).rejects.toMatchObject(interrupted);
    const controller = new AbortController();
    const asking = confirm(1, aPrompt(), controller.signal);
    setImmediate(() => controller.abort());
    await expect(asking).rejects.toMatchObject(interrupted);
  });
});

describe("whether somebody is asked", () => {
  const environments = [anEnvironment()];
  const inventory = anInventory({ environments });
  const options = { autoApprove: false, raisedLimits: { removals: null, updates: null } };
  const create = { changes: [aChange({ kind: "environment", action: "create" })], guards: [] };
  const disable = { changes: [aChange({ kind: "environment", action: "disable" })], guards: [] };

  test("when there is something to do", () => {
    expect(mustAsk(create, inventory, options)).toBe(true);
    expect(mustAsk({ changes: [], guards: [] }, inventory, options)).toBe(false);
  });

  test("not with --auto-approve", () => {
    expect(mustAsk(create, inventory, { ...options, autoApprove: true })).toBe(false);
  });

  test("not when a guard refuses it anyway, but when its limit was raised", () => {
    expect(mustAsk(disable, inventory, options)).toBe(false);
    expect(mustAsk(disable, inventory, { ...options, raisedLimits: { removals: 1, updates: null } })).toBe(true);
  });

  test("without a terminal nothing is read, and the run is refused", async () => {
    const { context, output, errors } = aContext();
    const refusing = planAndConfirm(
      inventory,
      { ...fleetOptionsOf(), ...options, full: false, shard: null, journal: null },
      context,
      connectionsOf(context),
    );
    await expect(refusing).rejects.toMatchObject({
      exitCode: exitCodes.refused,
      hint: expect.stringContaining("--auto-approve"),
    });
    expect([output(), errors()]).toEqual(["", ""]);
  });
});
