import { describe, expect, test } from "vitest";
import { formatText } from "../../../src/format/format-text.ts";
import { readSchema } from "../../../src/format/key-order.ts";

function format(text: string, kind: "dtsync" | "customer" | "groups" = "customer"): string {
  const formatted = formatText(text, readSchema(kind));
  if ("diagnostics" in formatted)
    throw new Error(formatted.diagnostics.map(({ diagnostic }) => diagnostic.message).join());
  const again = formatText(formatted.text, readSchema(kind));
  expect(again).toEqual(formatted);
  return formatted.text;
}

const faultsOf = (text: string) => {
  const formatted = formatText(text, readSchema("customer"));
  return "diagnostics" in formatted ? formatted.diagnostics.map(({ diagnostic }) => diagnostic.rule) : [];
};

describe("the layout", () => {
  test("has keys in the order of the schema, names and lists in that of the user, unknown keys last", () => {
    const text = `environments:
  t1: { hosts: [b, a], tags: [z, a], name: T }
  p1: {}
mistake: 1
customer: abc
`;
    expect(format(text)).toBe(`customer: abc
environments:
  t1: { name: T, tags: [z, a], hosts: [b, a] }
  p1: {}
mistake: 1
`);
  });

  test("knows what kind of item a list of hosts has", () => {
    const text =
      "customer: abc\nenvironments: { p1: { hosts: [{ oneagent: {}, group: g, file: f }, { state: absent, name: n }] } }\n";
    expect(format(text)).toContain("hosts: [{ file: f, group: g, oneagent: {} }, { name: n, state: absent }]");
  });

  test("orders the keys of dtsync.yaml and of files with groups, too", () => {
    expect(format("safety: {}\nclusters:\n  b: { token: { env: B }, url: u }\n  a: {}\nversion: 1\n", "dtsync")).toBe(
      "version: 1\nclusters:\n  b: { url: u, token: { env: B } }\n  a: {}\nsafety: {}\n",
    );
    expect(format("groups:\n- access: { b: x, a: y }\n  name: noc\n", "groups")).toBe(
      "groups:\n  - name: noc\n    access: { b: x, a: y }\n",
    );
  });

  test("keeps brackets that fit in 120 columns, and no others", () => {
    const tags = (count: number) => Array.from({ length: count }, (_, index) => `cost-centre:${10 + index}`);
    expect(format(`customer: abc\nenvironment: {tags: [\n ${tags(6).join(",\n ")},\n ]}\n`)).toBe(
      `customer: abc\nenvironment: { tags: [${tags(6).join(", ")}] }\n`,
    );
    expect(format(`customer: abc\nenvironment: {tags: [${tags(10).join(",")}], trial: true}\n`)).toBe(
      `customer: abc\nenvironment:\n  tags:\n${tags(10)
        .map((tag) => `    - ${tag}\n`)
        .join("")}  trial: true\n`,
    );
  });

  test("takes quotation marks away where nothing can be misread, and nowhere else", () => {
    const text = `customer: "abc"
name: 'it''s "A"'
environments:
  p1:
    tags: ["a:b", 'c', "yes", "1.5", "2024-01-01", "*", "a: b", "a #b", "[x]", "~", " x", "", "null", "0x1f"]
  p2:
    tags:
      - "a, b"
      - "[b]"
      - 'back\\slash "x"'
      - "zero\\u200bwidth"
`;
    expect(format(text)).toBe(`customer: abc
name: it's "A"
environments:
  p1:
    tags: [a:b, c, "yes", "1.5", "2024-01-01", "*", "a: b", "a #b", "[x]", "~", " x", "", "null", "0x1f"]
  p2:
    tags:
      - a, b
      - "[b]"
      - back\\slash "x"
      - "zero\\u200bwidth"
`);
  });

  test("keeps one blank line between entries, and none at the ends", () => {
    expect(format("\n\ncustomer: abc\n\n\n\nname: A\nenvironments:\n\n  p1: {}\n\n\n  p2: {}\n\n\n")).toBe(
      "customer: abc\n\nname: A\nenvironments:\n  p1: {}\n\n  p2: {}\n",
    );
  });

  test("keeps blocks of text, and writes other text on one line", () => {
    const text =
      "customer: abc\nname: |-\n     one\n       two\n\n     three\n\n\nenvironments:\n  p1:\n    name: a\n      b\n";
    expect(format(text)).toBe(
      "customer: abc\nname: |-\n  one\n    two\n\n  three\n\nenvironments:\n  p1:\n    name: a b\n",
    );
    expect(format("customer: abc\nname: |2\n   x\n  y\n")).toBe("customer: abc\nname: |2\n   x\n  y\n");
    expect(format("customer: abc\nname: |+\n  x\n\n")).toBe('customer: abc\nname: "x\\n\\n"\n');
  });

  test("has line feeds and no marks of a document", () => {
    expect(format("%YAML 1.2\n---\r\ncustomer: abc\r\nname: A # x\r\n...\r\n# end\r\n")).toBe(
      "customer: abc\nname: A  # x\n# end\n",
    );
  });

  test("leaves keys in their order where an alias refers to an anchor", () => {
    const text = "environments:\n  p1: &a { tags: [x] }\n  p2: *a\ncustomer: abc\n";
    expect(format(text)).toBe(text);
  });

  test.each(["", "# nothing but a comment\n", "customer: abc\n", "{}\n", "- a\n", "text\n"])("leaves %j", (text) => {
    expect(format(text)).toBe(text);
  });
});

describe("comments", () => {
  test("go where their entry goes", () => {
    const text = `# about the file

# yaml-language-server: $schema=x
# about the name
name: A # end of name
# about the id
customer: abc
environments: # all of them
  # the first
  p1:
    hosts: # two
    - # the database
      state: absent # gone
      name: db01
      # end of the host
    # the web server
    -   web01
    # end of hosts
  # end of environments
# end of file
`;
    expect(format(text)).toBe(`# yaml-language-server: $schema=x
# about the file

# about the id
customer: abc
# about the name
name: A  # end of name
environments:  # all of them
  # the first
  p1:
    hosts:  # two
      # the database
      - name: db01
        state: absent  # gone
        # end of the host
      # the web server
      - web01
    # end of hosts
  # end of environments
# end of file
`);
  });

  test("turn brackets into blocks", () => {
    const text = `customer: abc
environments: {
  # production
  p1: { tags: [a, # first
    b # second
  ] },
  t1: {} # test
}
`;
    expect(format(text)).toBe(`customer: abc
environments:
  # production
  p1:
    tags:
      - a  # first
      - b  # second
  t1: {}  # test
`);
  });

  test("stay with items of a list that have no value", () => {
    const text = "hosts:\n-   # first\n  # below the first\n- &x\n# above the third\n-\n\n# above web\n- web\n";
    expect(format(text)).toBe(
      "hosts:\n  -  # first\n    # below the first\n  - &x\n  # above the third\n  -\n\n  # above web\n  - web\n",
    );
  });

  test("stay with entries that have no value", () => {
    const text =
      "customer: abc\nenvironments:\n  p1:\n    # nothing yet\n  # the next one\n  p2: # none\n  p3: [] # empty\n    # deeper\n";
    expect(format(text)).toBe(text.replaceAll(/: # none|\[\] # empty/g, (found) => found.replace(" #", "  #")));
  });
});

describe("what cannot be formatted", () => {
  test.each([
    ["customer: [abc\n", "yaml-syntax"],
    ["customer: abc\ncustomer: abd\n", "duplicate-key"],
    ["customer: abc\n---\ncustomer: abd\n", "several-documents"],
    ["customer: !text abc\n", "unknown-tag"],
    ["{ a: 1 }: b\n", "invalid-key"],
  ])("is a fault: %j", (text, rule) => {
    expect(faultsOf(text)).toEqual([rule]);
  });

  test("is text of a size that nobody writes", () => {
    const item = "    - host.example.com # comment\n";
    const text = (items: number) => `customer: abc\nenvironments:\n  p1:\n   hosts:\n${item.repeat(items)}`;
    expect(faultsOf(text(1_000))).toEqual([]);
    expect(faultsOf(text(20_000))).toEqual(["file-too-large"]);
  });
});
