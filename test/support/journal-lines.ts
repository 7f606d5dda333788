import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import type { StepLine } from "../../src/state/step-journal.ts";

const schema = JSON.parse(readFileSync(new URL("../../schema/journal.schema.json", import.meta.url), "utf8")) as object;
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

/** Lines of steps in a journal, each of which the schema knows. */
export function journalLines(text: string): readonly StepLine[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines
    .map((line) => {
      const value: unknown = JSON.parse(line);
      expect({ line, faults: validate(value) ? null : validate.errors }).toEqual({ line, faults: null });
      return value as StepLine;
    })
    .filter(({ format }) => format === "dtsync-step/1");
}

/** Steps that began, and did not end. */
export function openSteps(lines: readonly StepLine[]): readonly StepLine[] {
  const key = ({ host, step, time }: StepLine) => JSON.stringify([host, step, time]);
  const ended = new Set(lines.filter(({ event }) => event === "end").map(key));
  return lines.filter((line) => line.event === "begin" && !ended.has(key(line)));
}
