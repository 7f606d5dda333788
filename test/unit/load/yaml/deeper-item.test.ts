import { expect, test } from "vitest";
import { parseYaml } from "../../../../src/load/yaml/parse-yaml.ts";
import { createPositions, placeAt, valuePlace } from "../../../../src/load/yaml/positions.ts";

function read(text: string) {
  const positions = createPositions("a.yaml", text);
  const { value, diagnostics } = parseYaml(text, positions);
  return {
    positions,
    value: value as { readonly tags: readonly string[] },
    faults: diagnostics.map(({ offset, diagnostic: { hint } }) => {
      const { line, column } = placeAt(positions, offset);
      return [line, column, hint];
    }),
  };
}

const asIn = (line: number, blanks: string) =>
  `Indent it by ${blanks} like the item in line ${line}, or put the whole text in quotation marks.`;

test("an item that is further in than the one above is a fault, and taken as an item all the same", () => {
  const { positions, value, faults } = read("tags:\n - a\n    b\n   - c\n\n     - d\n - e\n");
  expect(value).toEqual({ tags: ["a b", "c", "d", "e"] });
  expect(faults).toEqual([
    [4, 4, asIn(2, "1 blank")],
    [6, 6, asIn(2, "1 blank")],
  ]);
  expect(valuePlace(positions, value.tags, 2).place).toMatchObject({ line: 6, column: 8 });
});

test.each([
  ["at the beginning of lines", "tags:\n- a\n  - b\n", [[3, 3, asIn(2, "0 blanks")]]],
  ["in lines that end as in Windows", "tags:\r\n  - a\r\n    - b\r\n", [[3, 5, asIn(2, "2 blanks")]]],
  ["in a list within a list", "tags:\n  - - a\n      - b\n", [[3, 7, asIn(2, "4 blanks")]]],
])("it is found %s", (_where, text, expected) => {
  expect(read(text).faults).toEqual(expected);
});

test.each([
  ["a text that goes on", "tags:\n  - a\n    b\n", "a b"],
  ["one with a dash inside of a line", "tags:\n  - a - b\n    c - d\n", "a - b c - d"],
  ["one with a word that begins with a dash", "tags:\n  - a\n    -b\n", "a -b"],
  ["one in quotation marks", 'tags:\n  - "a\n    - b"\n', "a - b"],
  ["a block of text", "tags:\n  - |\n    a\n    - b\n", "a\n- b\n"],
])("%s is none", (_what, text, expected) => {
  const { value, faults } = read(text);
  expect([value, faults]).toEqual([{ tags: [expected] }, []]);
});
