import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { asRoot, newMarker, parseSections, prelude, quote } from "../../../src/ssh/remote-script.ts";

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

test("a script runs whatever it holds, directly where no sudo is needed", () => {
  const script = `printf '%s\\n' "it's" '$HOME' "a\\b"; printf 'two lines\\n'`;
  expect(execFileSync("/bin/sh", ["-c", asRoot(script, "none")]).toString()).toBe("it's\n$HOME\na\\b\ntwo lines\n");
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
