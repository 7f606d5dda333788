import { expect, test } from "vitest";
import { createFaultList, inFile, mostFaultsOfFile } from "../../../../src/load/diagnostics/fault-list.ts";

const fault = { rule: "a-rule", message: "a message", hint: "a hint" };
const at = (file: string, line: number) => inFile({ file, line, column: 1 });

test("faults are sorted by place and the same one counts once", () => {
  const faults = createFaultList();
  faults.warning(at("b", 1), fault);
  faults.error(at("a", 2), fault);
  faults.error(at("a", 2), fault);
  faults.error({ ...at("a", 2), setPath: "x.y" }, fault);
  expect(faults.sorted().map(({ file, line, severity, message }) => [file, line, severity, message])).toEqual([
    ["a", 2, "error", "a message"],
    ["a", 2, "error", "a message (given by --set x.y)"],
    ["b", 1, "warning", "a message"],
  ]);
});

test("of a file with too many the rest is one, which is an error as soon as one of them is", () => {
  const faults = createFaultList();
  for (let line = 1; line <= mostFaultsOfFile + 5; line += 1) faults.warning(at("a", line), fault);
  faults.error(at("b", 1), fault);
  const rest = () => faults.sorted().filter(({ rule }) => rule === "too-many-faults");
  expect(faults.sorted()).toHaveLength(mostFaultsOfFile + 2);
  expect(rest()).toMatchObject([{ file: "a", severity: "warning" }]);
  faults.error(at("a", 9999), fault);
  faults.warning(at("a", 10_000), fault);
  expect(rest()).toMatchObject([{ file: "a", severity: "error" }]);
});
