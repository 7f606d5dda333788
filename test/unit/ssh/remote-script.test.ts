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
