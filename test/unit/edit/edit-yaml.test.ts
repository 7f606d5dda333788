import { describe, expect, test } from "vitest";
import type { Edit } from "../../../src/edit/edit.ts";
import { editYaml } from "../../../src/edit/edit-yaml.ts";

function edit(text: string, ...edits: readonly Edit[]): string {
  const edited = editYaml(text, edits);
  if ("message" in edited) throw new Error(`${edited.message}; ${edited.hint}`);
  // The second time there is nothing left to do, but for items, which a list may have twice.
  if (edits.every(({ action }) => action === "set")) expect(editYaml(edited.text, edits)).toEqual(edited);
  return edited.text;
}

const refusalOf = (text: string, ...edits: readonly Edit[]): string => {
  const edited = editYaml(text, edits);
  return "message" in edited ? edited.message : edited.text;
};

const set = (path: Edit["path"], value: Extract<Edit, { action: "set" }>["value"], ...before: string[]): Edit => ({
  action: "set",
  path,
  value,
  before,
});
const append = (path: Edit["path"], ...items: Extract<Edit, { action: "append" }>["items"]): Edit => ({
  action: "append",
  path,
  items,
});
const remove = (path: Edit["path"]): Edit => ({ action: "remove", path });

const hosts = ["environments", "p1", "hosts"];

describe("items come to the end of a list", () => {
  test("in its indentation, below the comments that stand there", () => {
    const text = `customer: abc   # ours
environments:
    p1:
        hosts:
        - web01.example.com   # the first
        # - web02 comes back in spring

    # the next one
    t1: {}
`;
    expect(
      edit(text, append(hosts, "web03.example.com", { name: "db01.example.com", address: "10.1.2.3" })),
    ).toBe(`customer: abc   # ours
environments:
    p1:
        hosts:
        - web01.example.com   # the first
        # - web02 comes back in spring
        - web03.example.com
        - { name: db01.example.com, address: 10.1.2.3 }

    # the next one
    t1: {}
`);
  });

  test("in brackets, on one line or one a line, with a comma at the end or without", () => {
    expect(edit("a: { hosts: [x, y] } # c\n", append(["a", "hosts"], "z[1-2]"))).toBe(
      'a: { hosts: [x, y, "z[1-2]"] } # c\n',
    );
    expect(edit("a: [x, ]\n", append(["a"], "w"))).toBe("a: [x, w, ]\n");
    expect(edit("a: [\n  x, # one\n  y # two\n]\n", append(["a"], "z", "w"))).toBe(
      "a: [\n  x, # one\n  y, # two\n  z,\n  w\n]\n",
    );
    expect(edit("a: [\n  x,\n  y, # two\n]\n", append(["a"], "z"))).toBe("a: [\n  x,\n  y, # two\n  z,\n]\n");
    expect(edit("a: [\n  x,\n  y]\n", append(["a"], "z"))).toBe("a: [\n  x,\n  y,\n  z]\n");
  });

  test("where there was none, an empty one, a null, or no mapping either", () => {
    const added = append(["p1", "hosts"], "web01", "web02");
    expect(edit("p1:\nt1: {}\n", added)).toBe("p1:\n  hosts:\n    - web01\n    - web02\nt1: {}\n");
    expect(edit("p1: # to come\n", added)).toBe("p1: # to come\n  hosts:\n    - web01\n    - web02\n");
    expect(edit("p1: ~\n", added)).toBe("p1: { hosts: [web01, web02] }\n");
    expect(edit("p1: {} # later\n", added)).toBe("p1: { hosts: [web01, web02] } # later\n");
    expect(edit("p1: { hosts: } # later\n", added)).toBe("p1: { hosts: [web01, web02] } # later\n");
    expect(edit("p1:\n  hosts: []\n", added)).toBe("p1:\n  hosts: [web01, web02]\n");
    expect(edit("# nothing yet", added)).toBe("# nothing yet\np1:\n  hosts:\n    - web01\n    - web02");
    expect(edit("", added)).toBe("p1:\n  hosts:\n    - web01\n    - web02\n");
  });

  test("as a block in place of empty brackets, where it takes more than a line", () => {
    const names = Array.from({ length: 6 }, (_value, index) => `web0${index}.shop.example.com`);
    expect(edit("p1: {} # later\nt1:\n", append(["p1", "hosts"], ...names))).toBe(
      `p1: # later\n  hosts:\n${names.map((name) => `    - ${name}\n`).join("")}t1:\n`,
    );
  });
});

describe("a key gets a value", () => {
  test("in place of the one that it has, with the comment behind it", () => {
    expect(edit("a: 'x'   # why\nb: 1\n", set(["a"], "w"))).toBe("a: w   # why\nb: 1\n");
    expect(edit("a:   # why\n  b: 1\n  c: 2\nd: 3\n", set(["a"], true))).toBe("a: true   # why\nd: 3\n");
    expect(edit("a: |\n  text\n  more\nb: 1\n", set(["a"], "short"))).toBe("a: short\nb: 1\n");
    expect(edit("a: { b: 1, c: { d: 2 } }\n", set(["a", "c", "d"], 3))).toBe("a: { b: 1, c: { d: 3 } }\n");
    expect(edit("- web[01-04]\n- x\n", set([0], "web[01,03-04]"))).toBe("- web[01,03-04]\n- x\n");
    expect(edit("h:\n  - web01 # first\n  - x\n", set(["h", 0], { name: "web01", state: "absent" }))).toBe(
      "h:\n  - { name: web01, state: absent } # first\n  - x\n",
    );
    expect(edit("h:\n  - name: a\n    address: b\n  - x\n", set(["h", 0], "a"))).toBe("h:\n  - a\n  - x\n");
    expect(edit("h:\n  - a # c\n", set(["h", 0], { name: "a", ssh: { port: 22 } }))).toBe(
      "h:\n  - name: a # c\n    ssh:\n      port: 22\n",
    );
  });

  test("at the end of its mapping, or before the keys that it is to precede", () => {
    const text = "customer: abc\n\nenvironments:\n  p1:\n    # all of them\n    hosts: [a]\n";
    expect(edit(text, set(["name"], "ABC", "cluster", "environments"))).toBe(text.replace("abc\n", "abc\nname: ABC\n"));
    expect(edit(text, set(["environments", "p1", "name"], "P 1", "hosts"))).toBe(
      text.replace("    # all", "    name: P 1\n    # all"),
    );
    expect(edit(text, set(["environments", "t1", "hosts"], []))).toBe(`${text}  t1:\n    hosts: []\n`);
    expect(edit("a: { c: 1 }\n", set(["a", "b"], 2, "c"), set(["a", "d"], "x: y"))).toBe(
      'a: { b: 2, c: 1, d: "x: y" }\n',
    );
    expect(edit("- name: a\n", set([0, "state"], "absent"), set([0, "id"], 1, "name"))).toBe(
      "- name: a\n  state: absent\n  id: 1\n",
    );
  });

  test("divided by a blank line where the others are", () => {
    expect(edit("a: 1\n\nb: 2\n", set(["c"], 3))).toBe("a: 1\n\nb: 2\n\nc: 3\n");
    expect(edit("a: 1\n\nb: 2\nc: 3\n", set(["d"], 3))).toBe("a: 1\n\nb: 2\nc: 3\nd: 3\n");
  });
});

describe("brackets that an edit makes too long for a line", () => {
  const site = {
    name: "Site of a customer with a long name",
    tags: ["cost-centre:4711", "team:blue"],
    hosts: ["web[01-12].shop.example.com", { name: "db01", oneagent: { hostGroup: "x" } }],
  };
  const names = [
    "web[01-12].shop.example.com",
    "api[01-12].shop.example.com",
    "db[01-12].shop.example.com",
    "mail.shop.example.com",
  ];

  test("become a block, in which only what is new is written anew", () => {
    const block = `environments: # ours
  p1: { hosts: [a], name: 'P 1' }
  t1:
    name: Site of a customer with a long name
    tags:
      - cost-centre:4711
      - team:blue
    hosts:
      - web[01-12].shop.example.com
      - name: db01
        oneagent:
          hostGroup: x
`;
    const text = "customer: abc\nenvironments: { p1: { hosts: [a], name: 'P 1' } } # ours\n# end\ngroups: [x]\n";
    expect(edit(text, set(["environments", "t1"], site))).toBe(`customer: abc\n${block}# end\ngroups: [x]\n`);
    expect(
      edit("{ customer: abc, environments: { p1: { hosts: [a], name: 'P 1' } } }", set(["environments", "t1"], site)),
    ).toBe(`customer: abc\n${block.replace(" # ours", "").trimEnd()}`);
  });

  test("become a list with an item a line, and stay in brackets inside where those fit", () => {
    expect(edit('p1:\r\n  hosts: [a, "b"] # c\r\nt1: {}\r\n', append(["p1", "hosts"], ...names))).toBe(
      `p1:\r\n  hosts: # c\r\n    - a\r\n    - "b"\r\n${names.map((name) => `    - ${name}\r\n`).join("")}t1: {}\r\n`,
    );
    const long = "a name that takes sixty columns of the line with some to come";
    expect(edit(`p1: { name: ${long}, hosts: [a], "tags":[b] }\n`, append(["p1", "hosts"], ...names.slice(0, 2)))).toBe(
      `p1:\n  name: ${long}\n  hosts: [a, "web[01-12].shop.example.com", "api[01-12].shop.example.com"]\n  "tags": [b]\n`,
    );
    expect(
      edit(`h:\n  - { name: ${long}, oneagent: { hostGroup: a } } # why\n  - b\n`, set(["h", 0, "address"], long)),
    ).toBe(`h:\n  - name: ${long} # why\n    oneagent: { hostGroup: a }\n    address: ${long}\n  - b\n`);
  });

  test("take several lines inside of brackets that do", () => {
    const added = `t1: {
      name: Site of a customer with a long name,
      tags: [cost-centre:4711, team:blue],
      hosts: ["web[01-12].shop.example.com", { name: db01, oneagent: { hostGroup: x } }]
    }`;
    expect(edit('{\n  "environments": {\n    "p1": {} # one\n  }\n}\n', set(["environments", "t1"], site))).toBe(
      `{\n  "environments": {\n    "p1": {}, # one\n    ${added}\n  }\n}\n`,
    );
    expect(edit("{\n  customer: abc,\n  groups: []\n}\n", set(["environments", "t1"], site, "groups"))).toBe(
      `{\n  customer: abc,\n  environments: {\n    ${added}\n  },\n  groups: []\n}\n`,
    );
    expect(edit("e: {\n  p1: { hosts: [a], t: 1 },\n}\n", append(["e", "p1", "hosts"], ...names))).toBe(
      `e: {\n  p1: {\n    hosts: [\n      a,\n${names
        .map((name) => `      ${name.startsWith("mail") ? name : `"${name}"`}`)
        .join(",\n")}\n    ],\n    t: 1\n  },\n}\n`,
    );
  });

  test("stay as they are where they fit, or where a block would say something else", () => {
    expect(edit("e: { p1: {} }\n", set(["e", "t1"], { name: "abc t1", hosts: ["a"] }))).toBe(
      "e: { p1: {}, t1: { name: abc t1, hosts: [a] } }\n",
    );
    expect(edit("h:\n  - &x { name: web01, tags: [y] } # why\n  - b\n", set(["h", 0, "site"], site))).toBe(
      "h:\n  - &x { name: web01, tags: [y], site: { name: Site of a customer with a long name, tags: [cost-centre:4711, team:blue], " +
        'hosts: ["web[01-12].shop.example.com", { name: db01, oneagent: { hostGroup: x } }] } } # why\n  - b\n',
    );
  });
});

describe("a key or item goes", () => {
  test("with its line and the comment in it", () => {
    expect(edit("a: 1 # x\n# about b\nb: 2\n", remove(["a"]))).toBe("# about b\nb: 2\n");
    expect(edit("a: 1\nb:\n  - x\n  - y", remove(["b", 1]))).toBe("a: 1\nb:\n  - x");
    expect(edit("- name: a\n  port: 1\n", remove([0, "name"]))).toBe("- port: 1\n");
    expect(edit("a: [x, y, z]\n", remove(["a", 1]), remove(["a", 1]))).toBe("a: [x]\n");
    expect(edit("a: 1\n", remove(["b"]), remove(["a", "c"]), remove(["c", 1]))).toBe("a: 1\n");
  });

  test("and leaves empty brackets when it was the last one", () => {
    expect(edit("p1:\n  # why\n  suspended: { until: 2026-12-01 }\nt1: {}\n", remove(["p1", "suspended"]))).toBe(
      "p1: {}\nt1: {}\n",
    );
    expect(edit("a: [x]\nb: { c: 1 }\n", remove(["a", 0]), remove(["b", "c"]))).toBe("a: []\nb: {}\n");
  });
});

describe("what is around an edit stays", () => {
  test("line ends of Windows, a mark at the beginning, a missing end of the last line", () => {
    expect(edit("\ufeffa: 1\r\nb:\r\n  c: 2\r\nd: 3", set(["b", "e"], [1]), set(["f"], "x"))).toBe(
      "\ufeffa: 1\r\nb:\r\n  c: 2\r\n  e:\r\n    - 1\r\nd: 3\r\nf: x",
    );
  });

  test("text in several lines at the end of a block", () => {
    expect(edit("a:\n  b: |\n    text\n\n\nc: 1\n", set(["a", "d"], 1))).toBe(
      "a:\n  b: |\n    text\n  d: 1\n\n\nc: 1\n",
    );
    expect(edit("a:\n  b: |+\n    text\n\nc: 1\n", set(["a", "d"], 1))).toBe("a:\n  b: |+\n    text\n\n  d: 1\nc: 1\n");
  });

  test("text that needs quotation marks gets them", () => {
    const values = ["yes", "1.313", "a: b", "#x", "", "10.1.2.3", "2026-12-01", "*-p*", "tab\there", "{customer}-x"];
    for (const value of values)
      expect(edit("a: 1\nb: { c: 1 }\n", set(["a"], value), set(["b", "c"], value))).toMatch(/a: /);
    expect(edit("a: 1\n", set(["a"], "1.313"))).toBe('a: "1.313"\n');
    expect(edit("a: 1\n", set(["a"], "2026-12-01"))).toBe("a: 2026-12-01\n");
    expect(edit("a: 1\n", set(["yes"], 1))).toBe('a: 1\n"yes": 1\n');
  });
});

describe("an edit is refused", () => {
  test("where other places would change with it, or the text says something else than it seems to", () => {
    expect(refusalOf("a: &x { b: 1 }\nc: *x\n", set(["a", "b"], 2))).toBe(
      '"a" has the anchor &x, and other places of the file take over what it holds',
    );
    expect(refusalOf("a: &x { b: 1 }\nc: *x\n", set(["c", "b"], 2))).toBe('"c" is the alias *x');
    expect(refusalOf("a: { d: &x { b: 1 } }\nc: *x\n", set(["a"], 2))).toContain("the anchor &x");
    expect(refusalOf("a: &x { b: 1 }\nc: *x\n", remove(["a"]))).toContain("the anchor &x");
    expect(refusalOf("a: !!map { b: 1 }\n", set(["a", "b"], 2))).toBe('"a" has the YAML tag !!map');
    expect(refusalOf("a: &x { b: 1 }\n", set(["a", "b"], 2))).toBe("a: &x { b: 2 }\n");
  });

  test("where the path leads into something else, and in text that is not YAML", () => {
    expect(refusalOf("a: x\n", set(["a", "b"], 1))).toBe('"a" is not a mapping');
    expect(refusalOf("a: x\n", append(["a"], 1))).toBe('"a" is not a list');
    expect(refusalOf("a: []\n", set(["a", 0], 1))).toBe('there is no "a[0]"');
    expect(refusalOf("a: [\n", set(["a"], 1))).toContain("closed");
    expect(refusalOf("a: 1\n", remove(["a"]))).toBe("nothing would be left in the file");
  });
});
