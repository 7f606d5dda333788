import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asRoot, newMarker, parseSections, prelude, quote, type ScriptCall } from "../../../src/ssh/remote-script.ts";

test("any word survives quoting for a shell", () => {
  const word = fc
    .string({ unit: "binary" })
    .filter((text) => !text.includes("\u0000") && Buffer.from(text).toString() === text);
  // Many words for each shell, since it is the shell that takes time.
  fc.assert(
    fc.property(fc.array(word, { minLength: 20, maxLength: 40 }), (words) => {
      const script = `printf '%s\\0' ${words.map(quote).join(" ")}`;
      const printed = execFileSync("/bin/sh", ["-c", script]).toString();
      expect(printed.split("\u0000").slice(0, -1)).toEqual(words);
    }),
    { numRuns: 10 },
  );
});

const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");
const script = [
  `printf '%s\\n' ${quote(ascii)} "it's" "é\t%b" '^x^y'`,
  "if true; then",
  "  printf 'two lines\\n'",
  "fi",
  `# ${"'!x`\\".repeat(200)}`,
  "^x^y 2>/dev/null",
  "IFS= read -r first",
  "printf '%s|' \"$first\"",
  "cat",
  "exit 0",
].join("\n");
const printed = `${ascii}\nit's\né\t%b\n^x^y\ntwo lines\nthe first|the rest\n`;

/** What a call prints with some input, in a login shell. */
function run(shell: string, call: ScriptCall, input: string): string {
  return execFileSync(shell, ["-c", call.command], {
    input: Buffer.concat([call.head ?? Buffer.of(), Buffer.from(input)]),
  }).toString();
}

describe.each(["sh", "bash", "dash", "zsh", "fish", "csh", "tcsh", "ksh", "mksh"])("the login shell %s", (shell) => {
  const missing = spawnSync(shell, ["-c", "exit 0"]).error !== undefined;

  test.skipIf(missing)(`runs a script whatever it holds${missing ? ` (skipped: ${shell} is missing)` : ""}`, () => {
    for (const [text, isLong] of [
      [script, false],
      [`${script}\n# ${"long ".repeat(2_000)}`, true],
    ] as const) {
      const call = asRoot(text, "none");
      expect(call.head !== null).toBe(isLong);
      expect(call.command.length).toBeLessThanOrEqual(9_000);
      expect(run(shell, call, "the first\nthe rest\n")).toBe(printed);
    }
  });
});

test("what a shell printed without a line end does not hide the first section", () => {
  const marker = newMarker();
  const output = execFileSync("/bin/sh", [
    "-c",
    `printf '\\033[1mwelcome$ '; ${asRoot(`${prelude(marker)}\nsection one`, "none").command}`,
  ]);
  expect([...parseSections(output.toString(), marker).keys()]).toEqual(["one"]);
});

test("sections are told from the output of programs, also when these print markers of another run", () => {
  const marker = newMarker();
  const script = `${prelude(marker)}\necho noise\nsection one 0\necho first; echo '${newMarker()} fake'\nsection two 1\nsection end`;
  const sections = parseSections(execFileSync("/bin/sh", ["-c", script]).toString(), marker);
  expect([...sections.keys()]).toEqual(["one", "two", "end"]);
  expect(sections.get("one")?.lines).toEqual(["first", expect.stringContaining("fake")]);
  expect(sections.get("two")).toEqual({ words: ["1"], lines: [] });
});

test("what a shell prints before a script is dropped; an answer without end is refused", () => {
  const marker = newMarker();
  const noise = `${marker}x\n${"noise\n".repeat(500_000)}`;
  expect([...parseSections(`${noise}${marker} end\n`, marker).keys()]).toEqual(["end"]);
  expect(parseSections(noise, marker).size).toBe(0);
  for (const text of ["x".repeat(300_000), `${marker} more\n`.repeat(20_000), "\n".repeat(300_000)]) {
    expect(() => parseSections(`${marker} one\n${text}`, marker)).toThrow(
      expect.objectContaining({ code: "too-much-output" }),
    );
  }
});

test("a section stays what it was first said to be", () => {
  const output = "#m ended 9\nfailed\n#m ended 0\nall is well\n#m end\n";
  expect(parseSections(output, "#m").get("ended")).toEqual({ words: ["9"], lines: ["failed"] });
});
