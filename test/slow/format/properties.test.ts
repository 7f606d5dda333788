import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CST, Lexer, parse, stringify } from "yaml";
import { formatText } from "../../../src/format/format-text.ts";
import { readSchema } from "../../../src/format/key-order.ts";
import type { LoadResult } from "../../../src/load/load-inventory.ts";
import { parseYaml } from "../../../src/load/yaml/parse-yaml.ts";
import { createPositions } from "../../../src/load/yaml/positions.ts";
import { loadFiles } from "../../unit/load/load-files.ts";
import { createChance, customerData, shuffled, validCustomer, writeYaml } from "./random-yaml.ts";

const schema = readSchema("customer");

function format(text: string): string {
  const formatted = formatText(text, schema);
  if ("diagnostics" in formatted) throw new Error(`${formatted.diagnostics[0]?.diagnostic.message}\n${text}`);
  return formatted.text;
}

const commentsIn = (text: string) =>
  [...new Lexer().lex(text)]
    .filter((lexeme) => CST.tokenType(lexeme) === "comment")
    .map((comment) => comment.trimEnd())
    .sort();

const plain = (data: unknown) => stringify(data, { aliasDuplicateObjects: false });

const seed = fc.integer({ min: 0, max: 0xffff_ffff });

describe("formatting", () => {
  test("keeps data and comments, and changes nothing the second time", () => {
    fc.assert(
      fc.property(customerData, seed, (data, start) => {
        const text = writeYaml(data, { chance: createChance(start), comments: true });
        // The text says what it should: else the test would show nothing.
        expect(parse(text), text).toEqual(parse(plain(data)));
        const formatted = format(text);
        expect(parse(formatted), text).toEqual(parse(text));
        expect(commentsIn(formatted), text).toEqual(commentsIn(text));
        expect(format(formatted), text).toBe(formatted);
        expect(formatted, text).toMatch(/[^\n]\n$/);
        expect(formatted, text).not.toMatch(/\n\n\n|[^\S\n]\n|\t/);
      }),
      { numRuns: 200 },
    );
  });

  test("leaves every comment beside the same items of a list, empty ones included", () => {
    const item = fc.constantFrom(
      "-",
      "-  # behind",
      "- a",
      "- a  # behind",
      "- &x",
      "- !!null  # behind",
      "- - # behind",
    );
    const line = fc.oneof(item, fc.constantFrom("# alone", "  # deeper"));
    const words = (lines: readonly string[]) => lines.map((text) => text.trim().replace(/ +/g, " "));
    fc.assert(
      fc.property(item, fc.array(line, { maxLength: 6 }), fc.constantFrom("", "  "), (first, others, indent) => {
        // Each comment has a number, so that none can be taken for another.
        const lines = [first, ...others].map((text, index) => indent + text.replace(/#.*/, `$& ${index}`));
        const text = `tags:\n${lines.join("\n")}\n`;
        const formatted = format(text);
        expect(words(formatted.trimEnd().split("\n").slice(1)), text).toEqual(words(lines));
        expect(format(formatted), text).toBe(formatted);
      }),
      { numRuns: 1_000 },
    );
  });

  test("gives the same bytes whatever the order of keys", () => {
    fc.assert(
      fc.property(customerData, seed, (data, start) => {
        const chance = createChance(start);
        expect(format(plain(shuffled(data, chance)))).toBe(format(plain(data)));
      }),
      { numRuns: 150 },
    );
  });

  test("moves comments and blank lines with the keys that they belong to", () => {
    const parts = [
      "# about the id\ncustomer: abc # id\n",
      "# about the name\nname: ABC\n",
      "ssh:\n  # about the user\n  user: root\n  # about the port\n  port: 22\n",
      "environments:\n  p1: {}\n  # at the end\n",
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: 4 }), fc.constantFrom("", "\n"), (order, blank) => {
        expect(format(order.join(blank))).toBe(parts.join(blank).replace("abc # id", "abc  # id"));
      }),
    );
  });

  test("leaves the resolved inventory as it is", async () => {
    // Everything but places, which move, and the folder of each run.
    const comparable = ({ inventory, summary, diagnostics }: LoadResult) => [
      JSON.stringify(inventory, (key, value) => (key === "place" || key === "directory" ? undefined : value)),
      summary,
      diagnostics.map(({ rule, message }) => `${rule} ${message}`).sort(),
    ];
    await fc.assert(
      fc.asyncProperty(validCustomer, seed, async (data, start) => {
        const text = writeYaml(data, { chance: createChance(start), comments: true });
        const before = await loadFiles({ "customers/abc.yaml": text });
        expect(
          before.diagnostics.filter(({ severity }) => severity === "error"),
          text,
        ).toEqual([]);
        const after = await loadFiles({ "customers/abc.yaml": format(text) });
        expect(comparable(after), text).toEqual(comparable(before));
      }),
      { numRuns: 100 },
    );
  });

  test("never fails on damaged text, nor changes what it says", () => {
    const read = (text: string) => parseYaml(text, createPositions("", text)).value;
    const damage = fc.tuple(
      fc.nat(),
      fc.nat(3),
      fc.constantFrom("", "\n", " ", "#", "-", ": ", "[", "'", "? ", "|", "&a ", "*a"),
    );
    let usable = 0;
    fc.assert(
      fc.property(customerData, seed, damage, (data, start, [place, length, inserted]) => {
        const text = writeYaml(data, { chance: createChance(start), comments: true });
        const at = place % text.length;
        const damaged = text.slice(0, at) + inserted + text.slice(at + length);
        const formatted = formatText(damaged, schema);
        if ("diagnostics" in formatted) {
          expect(formatted.diagnostics.length).toBeGreaterThan(0);
          return;
        }
        usable += 1;
        expect(read(formatted.text), damaged).toEqual(read(damaged));
        expect(commentsIn(formatted.text), damaged).toEqual(commentsIn(damaged));
        const again = formatText(formatted.text, schema);
        expect(again, damaged).toEqual(formatted);
      }),
      { numRuns: 200 },
    );
    expect(usable).toBeGreaterThan(100);
  });
});
