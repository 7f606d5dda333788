import { expect, test } from "vitest";
import { createDiagnostics, inFile, mostDiagnosticsOfFile } from "../../../../src/load/diagnostics/diagnostics.ts";

const diagnostic = { rule: "a-rule", message: "a message", hint: "a hint" };
const at = (file: string, line: number) => inFile({ file, line, column: 1 });

test("faults are sorted by place and the same one counts once", () => {
  const diagnostics = createDiagnostics();
  diagnostics.warning(at("b", 1), diagnostic);
  diagnostics.error(at("a", 2), diagnostic);
  diagnostics.error(at("a", 2), diagnostic);
  diagnostics.error({ ...at("a", 2), setPath: "x.y" }, diagnostic);
  expect(diagnostics.sorted().map(({ file, line, severity, message }) => [file, line, severity, message])).toEqual([
    ["a", 2, "error", "a message"],
    ["a", 2, "error", "a message (given by --set x.y)"],
    ["b", 1, "warning", "a message"],
  ]);
});

test("of a file with too many the rest is one, which is an error as soon as one of them is", () => {
  const diagnostics = createDiagnostics();
  for (let line = 1; line <= mostDiagnosticsOfFile + 5; line += 1) diagnostics.warning(at("a", line), diagnostic);
  diagnostics.error(at("b", 1), diagnostic);
  const rest = () => diagnostics.sorted().filter(({ rule }) => rule === "too-many-faults");
  expect(diagnostics.sorted()).toHaveLength(mostDiagnosticsOfFile + 2);
  expect(rest()).toMatchObject([{ file: "a", severity: "warning" }]);
  diagnostics.error(at("a", 9999), diagnostic);
  diagnostics.warning(at("a", 10_000), diagnostic);
  expect(rest()).toMatchObject([{ file: "a", severity: "error" }]);
});
