import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { count, painter, printable, printableLine, showValue, withoutLogCommands } from "../../../src/lib/printable.ts";

const control = String.fromCharCode(27);
const code = (number: number) => String.fromCodePoint(number);

describe("text from outside", () => {
  test.each([
    ["an escape sequence", `${control}[31mred`, "\\u001b[31mred"],
    ["a bell", code(7), "\\u0007"],
    ["a carriage return that would overwrite the line", `good${code(13)}evil`, "good\\u000devil"],
    ["a control character above ASCII", code(0x9b), "\\u009b"],
    ["text that runs backwards", `${code(0x202e)}abc`, "\\u202eabc"],
    ["the Arabic letter mark", code(0x61c), "\\u061c"],
    ["what cannot be seen", `a${code(0x200b)}b${code(0xfeff)}`, "a\\u200bb\\ufeff"],
    ["fillers", `a${code(0x3164)}b${code(0x115f)}${code(0x34f)}`, "a\\u3164b\\u115f\\u034f"],
    ["tags beyond the basic plane", `a${code(0xe0041)}`, "a\\udb40\\udc41"],
    ["another look for a letter", `a${code(0xfe0f)}`, "a\\ufe0f"],
    ["the look of a sign stays", `⚠${code(0xfe0f)} 🏷${code(0xfe0f)}`, `⚠${code(0xfe0f)} 🏷${code(0xfe0f)}`],
    ["other ends of lines", `${code(0x2028)}${code(0x2029)}`, "\\u2028\\u2029"],
    ["letters and signs stay", "Zürich – 東京 🚀", "Zürich – 東京 🚀"],
  ])("%s", (_name, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test("lines stay lines, unless there must be one", () => {
    expect(printable("a\n\tb")).toBe("a\n\tb");
    expect(printableLine("a\n\tb")).toBe("a\\n\\tb");
  });

  test("one line stays one line, and nothing controls the terminal", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printableLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      }),
    );
  });
});

describe("text for the log of a pipeline", () => {
  test.each([
    ["::error file=a,line=1::owned", "\\u003a:error file=a,line=1::owned"],
    ["one\n  ::Add-Mask::two", "one\n  \\u003a:Add-Mask::two"],
    ["held: ##[stop-commands]x", "held: #\\u0023[stop-commands]x"],
    ["###[error]x", "##\\u0023[error]x"],
    ["a ##vso[task.setvariable variable=b]c", "a #\\u0023vso[task.setvariable variable=b]c"],
  ])("has no command in it: %j", (text, shown) => {
    expect(withoutLogCommands(text)).toBe(shown);
  });

  test.each(["::1\n  ::ffff:192.0.2.1", "a ::error::b", "### Heading", "std::vector", "## [link](x)"])(
    "has everything else as it is: %j",
    (text) => {
      expect(withoutLogCommands(text)).toBe(text);
    },
  );

  test("says the same as JSON", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("##[error]", "\n::error::", "\\", '"', "#", "##vso[a]", "x")), (parts) => {
        const data = { [parts.join("")]: [parts.join("")] };
        const shown = withoutLogCommands(JSON.stringify(data, null, 2));
        expect(JSON.parse(shown)).toEqual(data);
        expect(shown).not.toMatch(/##(?:vso)?\[|^\s*::/m);
      }),
    );
  });
});

test("values as a person reads them", () => {
  expect([undefined, null, "", 0, false, [], {}].map((value) => showValue(value))).toEqual([
    "none",
    "none",
    '""',
    "0",
    "false",
    "none",
    "none",
  ]);
  expect(showValue(["b", "a"])).toBe("b, a");
  expect(showValue({ owner: "dba", tier: ["x"] })).toBe("owner=dba, tier=x");
  expect(showValue({ "a\n": `${control}` })).toBe("a\\n=\\u001b");
});

test("counts and colours", () => {
  expect([count(0, "host"), count(1, "host"), count(12_345, "host"), count(2, "is", "are")]).toEqual([
    "0 hosts",
    "1 host",
    "12,345 hosts",
    "2 are",
  ]);
  expect(painter(false)("red", "x")).toBe("x");
  expect(painter(true)("red", "x")).toBe(`${control}[31mx${control}[39m`);
});
