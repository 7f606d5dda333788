import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutLine, wrapText } from "../../../src/application/wrap-text.ts";
import { displayWidth } from "../../../src/lib/display-width.ts";
import { painter } from "../../../src/lib/printable.ts";

const paint = painter(true);
const lines = (text: string, columns: number) => wrapText(text, columns).split("\n");

describe("wrapping", () => {
  test("breaks between words, and goes on a little further in", () => {
    expect(lines("the cluster does not answer\n    try it again in some minutes\n", 20)).toEqual([
      "the cluster does",
      "  not answer",
      "    try it again",
      "      in some",
      "      minutes",
      "",
    ]);
  });

  test("goes on below the second column of a table, and below the text of an item", () => {
    expect(lines("  tags  cost-centre:4711, managed-by:dtsync", 28)).toEqual([
      "  tags  cost-centre:4711,",
      "        managed-by:dtsync",
    ]);
    expect(lines("    + create environment abc-p1 on emea", 28)).toEqual([
      "    + create environment",
      "      abc-p1 on emea",
    ]);
  });

  test("keeps the table of a command's options in two columns", () => {
    expect(lines("  --target <what>  only this: a customer or host", 40)).toEqual([
      "  --target <what>  only this: a customer",
      "                   or host",
    ]);
  });

  test("leaves a word whole that is longer than a line", () => {
    const address = `https://dynatrace.example.com/${"x".repeat(60)}`;
    expect(lines(`see ${address} first`, 30)).toEqual(["see", `  ${address}`, "  first"]);
  });

  test.each([
    ["a command", `$ dtsync apply ${"--target abc ".repeat(5)}`],
    ["options", `  --set clusters.emea.url=http://127.0.0.1:9301 ${"--set x ".repeat(5)}`],
    ["a line of a file", `   6 |   p1: { name: "production of all the shops in the north" }`],
    ["what points at a place in it", `     | ${" ".repeat(40)}^`],
  ])("leaves %s whole", (_what, line) => {
    expect(wrapText(line, 30)).toBe(line);
  });

  test("begins and ends styles on every line, and does not count them", () => {
    const wrapped = wrapText(paint("red", "one two three four five"), 12);
    expect(wrapped.split("\n")).toEqual([
      paint("red", "one two"),
      `  ${paint("red", "three four")}`,
      `  ${paint("red", "five")}`,
    ]);
  });

  test("leaves everything as it is where there is no terminal, and what fits", () => {
    const text = `${"word ".repeat(100)}\n`;
    expect(wrapText(text, null)).toBe(text);
    expect(wrapText(text, 500)).toBe(text);
  });

  test("loses no word, keeps their order, and makes no line too long that could be shorter", () => {
    const word = fc.stringMatching(/^[a-zäß日本✔]{1,12}$/u);
    const line = fc
      .tuple(fc.stringMatching(/^ {0,8}$/), fc.array(word, { minLength: 1, maxLength: 20 }))
      .map(([blanks, words]) => blanks + words.join(" "));
    fc.assert(
      fc.property(line, fc.integer({ min: 20, max: 80 }), (text, columns) => {
        const wrapped = lines(text, columns);
        expect(wrapped.join(" ").trim().split(/ +/)).toEqual(text.normalize().trim().split(/ +/));
        for (const each of wrapped) {
          // The sign of an item stays with its first word.
          if (displayWidth(each) > columns) expect(each.replace(/^ *✔ /, "").trim()).not.toContain(" ");
        }
      }),
    );
  });
});

describe("cutting", () => {
  test("says that something is left out, and ends what was begun", () => {
    const cut = cutLine(`${paint("red", "12 failed")}, longest: web01`, 8);
    expect(stripVTControlCharacters(cut)).toBe("12 fail…");
    expect(cut).toBe(`${paint("red", "12 fail")}…`);
  });

  test("never gives more columns than there are", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z 日本]{0,60}$/u), fc.integer({ min: 4, max: 30 }), (text, columns) => {
        expect(displayWidth(cutLine(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
