import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseFast } from "../../../../src/load/yaml/parse-fast.ts";
import { parseFully } from "../../../../src/load/yaml/parse-yaml.ts";
import { createPositions, type Positions } from "../../../../src/load/yaml/positions.ts";

/** A value with the offsets of everything in it, so that two readings can be compared. */
function located(value: unknown, positions: Positions): unknown {
  if (typeof value !== "object" || value === null) return value;
  const content = Array.isArray(value)
    ? value.map((item) => located(item, positions))
    : Object.entries(value).map(([key, item]) => [key, located(item, positions)]);
  return { offsets: positions.offsets.get(value), list: Array.isArray(value), content };
}

/** True when the fast parser read the text, in which case it read the same as the full one. */
function agrees(text: string): boolean {
  const fastPositions = createPositions("f", text);
  const fast = parseFast(text, fastPositions);
  if ("stoppedAt" in fast) {
    expect(fast.stoppedAt).toBeGreaterThanOrEqual(0);
    expect(fast.stoppedAt).toBeLessThanOrEqual(text.length);
    return false;
  }
  const fullPositions = createPositions("f", text);
  const full = parseFully(text, fullPositions);
  expect(full.diagnostics, JSON.stringify(text)).toEqual([]);
  expect(located(fast.value, fastPositions), JSON.stringify(text)).toEqual(located(full.value, fullPositions));
  return true;
}

function yamlFiles(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? yamlFiles(path) : /\.ya?ml$/.test(name) ? [path] : [];
  });
}

const texts = [...yamlFiles("inventory"), ...yamlFiles("test/corpus")].map((path) => readFileSync(path, "utf8"));
const examples = yamlFiles("inventory").map((path) => readFileSync(path, "utf8"));

/** Files of Windows have the second. */
const lineEnds = ["\n", "\r\n"];

test("everything that it reads it reads like the full parser, over the example and the corpus", () => {
  expect(texts.length).toBeGreaterThan(40);
  for (const text of texts) for (const lineEnd of lineEnds) agrees(text.replaceAll("\n", lineEnd));
});

test("it reads the example itself, or it would be of no use", () => {
  for (const text of examples)
    for (const lineEnd of lineEnds) expect(agrees(text.replaceAll("\n", lineEnd))).toBe(true);
});

const pieces = [
  "a: 1",
  "b: x y",
  "'q': \"r\"",
  "- i",
  "-",
  ":",
  "? k",
  "# c",
  " #d",
  "{a: b, c: [d]}",
  "[x, 'y']",
  "[a: 1]",
  "{a, b: }",
  "&a",
  "*a",
  "!t",
  "|",
  ">",
  "%",
  "@x",
  "`",
  "- - a",
  "- k: v",
  "  ",
  "\n",
  "\n\n",
  ": ",
  "- ",
  ",",
  "]",
  "}",
  "~",
  "1.50: x",
  "0o7",
  "1_0",
  '"a\\n"',
  "'it''s'",
  "a b: c",
  "null",
  "true",
  "no",
  "k:",
  "http://x:80",
  "a#b",
  "x: y: z",
  "\u00e9: \u{1f600}",
  "<<: {a: b}",
];

test("random pieces of YAML are read like the full parser reads them, or left to it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...pieces), fc.constantFrom("", "\n", "\n  ", "\n    ", " ")), {
        maxLength: 14,
      }),
      fc.constantFrom(...lineEnds),
      (parts, lineEnd) => {
        agrees(
          parts
            .map(([piece, gap]) => piece + gap)
            .join("")
            .replaceAll("\n", lineEnd),
        );
      },
    ),
    { numRuns: 6_000 },
  );
});

test("mutations of real files are read like the full parser reads them, or left to it", () => {
  const mutation = fc.record({
    text: fc.constantFrom(...texts),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 12 }),
    insert: fc.oneof(fc.constantFrom(...pieces, "\n", "  ", "\n  "), fc.string({ maxLength: 3 })),
  });
  fc.assert(
    fc.property(mutation, fc.constantFrom(...lineEnds), ({ text: written, at, length, insert }, lineEnd) => {
      const text = written.replaceAll("\n", lineEnd);
      const index = Math.floor(at * text.length);
      agrees(text.slice(0, index) + insert + text.slice(index + length));
    }),
    { numRuns: 3_000 },
  );
});
