import { Readable } from "node:stream";
import fc from "fast-check";
import { expect } from "vitest";
import { contentOf, kindOf, parseDocument } from "../../src/application/saved-document.ts";
import { createProgram } from "../../src/commands/program.ts";
import { DtsyncError } from "../../src/errors.ts";
import { documentKinds } from "../../src/load/schema/document-schemas.ts";
import { aContext } from "../support/context.ts";
import { savedDocuments } from "../support/saved-documents.ts";
import { damagedJson, damageToJson } from "./damage.ts";
import { expectMeantWords, fuzz } from "./fuzz.ts";

/*
 * Law: whatever a saved plan or report has become, it is shown without control characters, or refused with what is wrong.
 */

const cases = fc.record({
  kind: fc.constantFrom(...documentKinds),
  format: fc.constantFrom("text", "markdown", "json"),
  damage: damageToJson,
});

fuzz("saved documents", cases, async ({ kind, format, damage }) => {
  const bytes = damagedJson(savedDocuments[kind], damage);
  const prompt = { input: Readable.from([Buffer.from(bytes)]), output: process.stdout };
  const { context, output, errors } = aContext({ prompt });
  const { program, exitCode } = createProgram(context);
  const failed = await program.parseAsync(["show", "-", "--format", format], { from: "user" }).then(
    () => null,
    (error: unknown) => error,
  );
  if (failed !== null && !(failed instanceof DtsyncError)) throw failed;
  expect([0, 3]).toContain(failed?.exitCode ?? exitCode());
  if (format !== "json") {
    expectMeantWords(errors(), failed?.message ?? "");
    expect(output()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  } else if (failed === null && exitCode() === 0) {
    const again = parseDocument(output());
    expect(kindOf(again)).toBe(kind);
    expect(contentOf(kind, again)).toHaveProperty("content");
  }
});
