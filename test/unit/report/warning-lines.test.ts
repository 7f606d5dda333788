import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../../src/model/diagnostic.ts";
import { warningLines } from "../../../src/report/warning-lines.ts";

const warnings = (rule: string, number: number): readonly Diagnostic[] =>
  Array.from({ length: number }, (_, index) => ({
    severity: "warning",
    rule,
    message: `suspect ${index + 1}`,
    hint: "Correct it.",
    file: "customers/abc.yaml",
    line: index + 1,
    column: 3,
  }));

describe("warnings of the inventory beside the result of another command", () => {
  test("are shown as they are while they are few", () => {
    expect(warningLines([])).toEqual([]);
    expect(warningLines(warnings("unused-role", 3))).toEqual([
      "customers/abc.yaml:1:3 suspect 1 [unused-role]",
      "customers/abc.yaml:2:3 suspect 2 [unused-role]",
      "customers/abc.yaml:3:3 suspect 3 [unused-role]",
    ]);
  });

  test("are cut off for each rule by itself, with the number of the others", () => {
    const all = [...warnings("environment-without-hosts", 1237), ...warnings("unused-role", 1), ...warnings("a", 4)];
    const lines = warningLines(all);
    expect(lines).toHaveLength(3 + 1 + 3 + 2);
    expect(lines.slice(-2)).toEqual([
      "and 1,234 more warnings of environment-without-hosts (dtsync validate lists all)",
      "and 1 more warning of a (dtsync validate lists all)",
    ]);
    expect(lines).toContain("customers/abc.yaml:1:3 suspect 1 [unused-role]");
  });
});
