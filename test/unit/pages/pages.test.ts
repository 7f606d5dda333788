import { describe, expect, test } from "vitest";
import { readPages } from "../../../src/application/documentation.ts";
import { painter } from "../../../src/lib/printable.ts";
import { findEntries } from "../../../src/pages/find-entries.ts";
import { plainText } from "../../../src/pages/inline-text.ts";
import { readBlocks } from "../../../src/pages/markdown-blocks.ts";
import { renderBlocks } from "../../../src/pages/page-text.ts";

const layout = (width: number, isColoured = false) => ({ width, isColoured, paint: painter(isColoured) });
const render = (page: string, width = 40) => renderBlocks(readBlocks(page), layout(width));

const page = `---
title: for a site
---
# A page

<!-- a comment
over lines -->
A **bold** word, \`code\`, [a link](other.md#part), [another](https://example.com) and
\\*no list\\*, in two lines.

## Below

- one that is so long that it needs two lines
  - inside
- two
1. first

::: tip
Words of a site.
:::

\`\`\`yaml file=x.yaml
a: 1

b:   a line that is longer than the width of the page
\`\`\`
`;

describe("a page on a terminal", () => {
  test("has headings at the edge, the rest below them, and lines that fit", () => {
    expect(render(page)).toBe(`A PAGE

  A bold word, \`code\`, a link, another
  (https://example.com) and *no list*,
  in two lines.

Below

  - one that is so long that it needs
    two lines
    - inside
  - two
  1. first

  Words of a site.

    a: 1

    b:   a line that is longer than the width of the page
`);
  });

  test("has code in colour and without marks, if there are colours", () => {
    const text = renderBlocks(readBlocks("A **bold** `word`."), layout(80, true));
    expect(text).toBe("  A \u001b[1mbold\u001b[22m \u001b[36mword\u001b[39m.\n");
  });

  test("has tables in columns, of which the wide one gives way", () => {
    expect(
      render("| code | meaning |\n|---|---|\n| `a\\|b` | some words that take more than a line |\n| `c` | |\n"),
    ).toBe(
      `  code   meaning
  ─────  ───────────────────────────────
  \`a|b\`  some words that take more than
         a line

  \`c\`
`,
    );
  });

  test("has rows one below the other where columns would be too narrow", () => {
    const head = "| name | first | second | third |\n|---|---|---|---|\n";
    expect(render(`${head}| \`x\` | many words that need their room | many others that do, too | |\n`)).toBe(
      `  \`x\`
    first: many words that need their
    room
    second: many others that do, too

`,
    );
  });
});

test.each([
  ["a_b and c_d", "a_b and c_d"],
  ["*so* and _so_", "so and so"],
  ["`[x](y)` ``a`b``", "[x](y) a`b"],
  ["[`x[]`](y.md)", "x[]"],
  ["2 * 3 * 4", "2 * 3 * 4"],
])("%s is shown as %s", (text, shown) => {
  expect(plainText(text)).toBe(shown);
});

describe("what is said of a word", () => {
  const blocks = readBlocks(
    "# Page\n\n## Codes\n\n| code | meaning |\n|---|---|\n| `http-STATUS` | refused |\n| `a`, `b-exit-N` | bad |\n| 5 | partly |\n| `safety.limit` | most |\n\n" +
      "### `stuck`\n\nWords.\n\n#### Deeper\n\n### `next`\n\nOthers.\n",
  );
  test.each([
    ["http-403", ["http-STATUS"]],
    ["http-STATUS", ["http-STATUS"]],
    ["HTTP-403", ["http-STATUS"]],
    ["http-x", []],
    ["limit", ["safety.limit"]],
    ["b-exit-6", ["a, b-exit-N"]],
    ["a", ["a, b-exit-N"]],
    ["5", ["5"]],
    ["Page", []],
  ])("%s", (word, rows) => {
    const found = findEntries(blocks, word).map((entry) =>
      entry.kind === "row" ? plainText(entry.cells[0] ?? "") : "",
    );
    expect(found).toEqual(rows);
  });

  test("below a heading is all up to the next one that is not below it", () => {
    const [entry] = findEntries(blocks, "stuck");
    expect(entry).toMatchObject({ kind: "section", blocks: [{ level: 3 }, { text: "Words." }, { level: 4 }] });
  });
});

describe("every page of the documentation", () => {
  test.each(readPages().map((each) => [each.topic, each] as const))("%s can be read at 60 columns", (_topic, each) => {
    const { title, blocks } = each;
    expect(title).not.toBe("");
    const prose = blocks.filter(({ kind }) => kind !== "code");
    const text = renderBlocks(prose, layout(60));
    expect(text.split("\n").filter((line) => line.length > 60)).toEqual([]);
    expect(text.replace(/`[^`]*`/g, "")).not.toMatch(/\]\(|\*\*\w|^\s*\|/m);
  });
});
