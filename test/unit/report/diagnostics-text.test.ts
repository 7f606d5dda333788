import { describe, expect, test } from "vitest";
import { painter } from "../../../src/lib/printable.ts";
import type { Diagnostic } from "../../../src/model/diagnostic.ts";
import { renderDiagnosticsText } from "../../../src/report/diagnostics-text.ts";
import { sourceExcerpt } from "../../../src/report/source-excerpt.ts";

const fault = (given: Partial<Diagnostic> = {}): Diagnostic => ({
  severity: "error",
  rule: "unknown-key",
  message: 'unknown key "enviroments"',
  hint: 'Did you mean "environments"?',
  file: "customers/abc.yaml",
  line: 2,
  column: 1,
  ...given,
});

const source: readonly string[] = ["customer: abc", "enviroments: {}", "name: x"];
const lineOf = (_: string, line: number): string | null => source[line - 1] ?? null;
const render = (faults: readonly Diagnostic[], lines = lineOf) => renderDiagnosticsText(faults, painter(false), lines);

describe("faults as text", () => {
  test("are two lines each where no source is shown", () => {
    expect(renderDiagnosticsText([fault()], painter(false))).toBe(
      'customers/abc.yaml:2:1 error unknown key "enviroments" [unknown-key]\n    Did you mean "environments"?\n',
    );
  });

  test("show the line with a caret under the place", () => {
    expect(render([fault(), fault({ line: 3, column: 7, severity: "warning", rule: "reaches-nothing" })])).toBe(
      [
        'customers/abc.yaml:2:1 error unknown key "enviroments" [unknown-key]',
        "   2 | enviroments: {}",
        "     | ^",
        '    Did you mean "environments"?',
        'customers/abc.yaml:3:7 warning unknown key "enviroments" [reaches-nothing]',
        "   3 | name: x",
        "     |       ^",
        '    Did you mean "environments"?',
        "",
      ].join("\n"),
    );
  });

  test("show no line that is not there", () => {
    expect(render([fault({ line: 9 })])).not.toContain("|");
  });

  test("show no line of a file in which a secret was found, and the lines of the others", () => {
    const text = render([
      fault({ file: "a.yaml" }),
      fault({ file: "a.yaml", rule: "secret-in-file", line: 3 }),
      fault({ file: "b.yaml" }),
    ]);
    expect(text.match(/\|/g)).toHaveLength(2);
    expect(text.indexOf("|")).toBeGreaterThan(text.indexOf("b.yaml"));
  });

  test("show no line where the place is only the start of a file, or the value was given by --set", () => {
    for (const rule of ["missing-file", "not-read", "unreadable-file", "file-too-large", "outside-folder"]) {
      expect(render([fault({ rule, line: 1, column: 1 })])).not.toContain("|");
    }
    expect(render([fault({ message: "wrong (given by --set defaults.cluster)" })])).not.toContain("|");
    expect(render([fault({ line: 1, column: 1 })])).toContain("| customer: abc");
  });
});

describe("an excerpt", () => {
  test("makes control characters visible and keeps the caret in its place", () => {
    const [line, pointer] = sourceExcerpt("\tname: a\u001b[2Jb\u202e!", 12, 14);
    expect(line).toBe("  12 | \\tname: a\\u001b[2Jb\\u202e!");
    expect(line[pointer.indexOf("^")]).toBe("\\");
    expect(line.slice(pointer.indexOf("^"))).toBe("\\u202e!");
  });

  test("counts wide characters twice and marks not at all", () => {
    const [, pointer] = sourceExcerpt("日本e\u0301😀x", 1, 7);
    expect(pointer).toBe(`     | ${" ".repeat(7)}^`);
  });

  test("cuts long lines around the column, never through a character", () => {
    for (const column of [1, 61, 5_000, 99_999, 100_000]) {
      const [line, pointer] = sourceExcerpt("😀".repeat(50_000), 7, column);
      expect(line.length).toBeLessThan(120);
      expect(line).not.toMatch(/\p{Surrogate}/u);
      expect(pointer.endsWith("^")).toBe(true);
    }
    const text = `${"a".repeat(500)}X${"b".repeat(500)}`;
    const [line, pointer] = sourceExcerpt(text, 1, 501);
    expect(line).toBe(`   1 | …${"a".repeat(60)}X${"b".repeat(39)}…`);
    expect(line[pointer.indexOf("^")]).toBe("X");
  });

  test("fits in the columns of a narrow terminal, with the caret in its place", () => {
    const text = `${"a".repeat(500)}X${"b".repeat(500)}`;
    for (const columns of [40, 60, 80]) {
      const [line, pointer] = sourceExcerpt(text, 1, 501, columns);
      expect(line).toHaveLength(columns);
      expect(line[pointer.indexOf("^")]).toBe("X");
    }
  });

  test("points behind the end of a line that is shorter", () => {
    expect(sourceExcerpt("ab", 1, 9)).toEqual(["   1 | ab", "     |   ^"]);
  });
});
