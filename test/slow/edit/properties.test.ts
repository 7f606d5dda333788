import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCollection, isPair, type Node, type Pair, parse, parseDocument } from "yaml";
import type { Edit, YamlPath, YamlValue } from "../../../src/edit/edit.ts";
import { editData } from "../../../src/edit/edit-data.ts";
import { editYaml } from "../../../src/edit/edit-yaml.ts";
import { parseYaml } from "../../../src/load/yaml/parse-yaml.ts";
import { createPositions } from "../../../src/load/yaml/positions.ts";
import { createChance, customerData, writeYaml } from "../format/random-yaml.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.ya?ml$/.test(path))
    .sort()
    .map((path) => readFileSync(join(root, folder, path), "utf8").replace(/^\ufeff/, ""));

/** The data of a text, or null where an editor has nothing to do with it. */
function dataOf(text: string): object | null {
  if (text.length > 20_000) return null;
  const { readable, value, diagnostics } = parseYaml(text, createPositions("", text));
  return readable && diagnostics.length === 0 && typeof value === "object" && value !== null ? value : null;
}

const texts = [...filesBelow("inventory"), ...filesBelow("test/corpus")].filter((text) => dataOf(text) !== null);

function pathsIn(value: unknown, way: YamlPath = []): readonly YamlPath[] {
  if (typeof value !== "object" || value === null) return [way];
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : Object.entries(value);
  return [way, ...entries.flatMap(([key, inner]) => pathsIn(inner, [...way, key]))];
}

const valueAt = (data: unknown, path: YamlPath): unknown =>
  path.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], data);

const values: fc.Arbitrary<YamlValue> = fc.oneof(
  fc.constantFrom<YamlValue>("web[01-02].example.com", "a: b", "yes", "", "10.1.2.3", "2026-12-01", 7, true, null),
  fc.constantFrom<YamlValue>([], {}, ["a", "b"], { a: 1 }, [{ name: "a", ssh: { port: 22 } }]),
  fc.constant<YamlValue>({ p9: { name: "P 9", tags: ["a:b"], hosts: ["web01.example.com", { name: "x" }] } }),
);

/** An edit that the data of a text admits; `pick` chooses among all places that there are. */
function editOf(data: object, pick: number, value: YamlValue): Edit {
  const paths = pathsIn(data);
  const path = paths[pick % paths.length] ?? [];
  const found = valueAt(data, path);
  const way = Math.floor(pick / paths.length) % 3;
  if (Array.isArray(found) && way === 0) return { action: "append", path, items: [value, "z"] };
  if (typeof found === "object" && found !== null && !Array.isArray(found) && (way === 0 || path.length === 0))
    return { action: "set", path: [...path, "new-key"], value, before: way === 1 ? Object.keys(found).slice(1) : [] };
  if (path.length === 0) return { action: "append", path, items: [value] };
  return way === 1 ? { action: "remove", path } : { action: "set", path, value };
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length - 1;

/**
 * First and last line that an edit may touch: those of what it is about, from its key or dash to its end. In brackets, and where
 * nothing would be left, they are those of what it stands in.
 */
function linesOf(text: string, path: YamlPath, isRemoved: boolean): readonly [number, number] {
  const document = parseDocument(text, { uniqueKeys: false });
  let node: Node | null = document.contents;
  let start = 0;
  let end = text.length;
  for (const [depth, step] of path.entries()) {
    if (!isCollection(node)) break;
    const index: number =
      typeof step === "number" ? step : node.items.findIndex((item) => isPair(item) && String(item.key) === step);
    const item = node.items[index] as Pair<Node, Node | null> | Node | undefined;
    const isOnly = isRemoved && node.items.length === 1;
    // The next key takes its place behind the dash.
    const isBehindDash = isRemoved && index === 0 && typeof path[depth - 1] === "number";
    if (!item || node.flow || (depth === path.length - 1 && (isOnly || isBehindDash))) break;
    const key: Node | null = isPair(item) ? (item as Pair<Node, Node | null>).key : (item as Node);
    const inner: Node | null = isPair(item) ? ((item as Pair<Node, Node | null>).value ?? null) : (item as Node);
    start = key?.range?.[0] ?? start;
    if (typeof step === "number") start = text.lastIndexOf("-", start);
    end = inner?.range?.[1] ?? key?.range?.[1] ?? end;
    node = inner;
  }
  return [lineOf(text, start), lineOf(text, end)];
}

function check(text: string, edit: Edit): "edited" | "refused" {
  const data = dataOf(text);
  const edited = editYaml(text, [edit]);
  if ("message" in edited) return "refused";
  expect(dataOf(edited.text) ?? {}, text).toEqual(editData(data, edit));
  const [before, after] = [text.split("\n"), edited.text.split("\n")];
  const differs = before.findIndex((line, index) => line !== after[index]);
  if (differs < 0) return "edited";
  const same = (index: number): boolean => before.at(-1 - index) === after.at(-1 - index);
  let end = 0;
  while (end < Math.min(before.length, after.length) - differs && same(end)) end += 1;
  const [first, last] = linesOf(text, edit.path, edit.action === "remove");
  // Between the first and the last line that are not as they were nothing of the old text lies outside of the item.
  if (before.length - end > differs) {
    const told = `${text}\n---\n${edited.text}\n${JSON.stringify(edit)}`;
    expect(differs, told).toBeGreaterThanOrEqual(first);
    expect(before.length - end - 1, told).toBeLessThanOrEqual(last);
  }
  return "edited";
}

/** What an editor may refuse: whatever is shared, tagged, explicit, in several lines, a map without braces in a list, or would leave nothing. */
const isUnusual = (text: string): boolean => /[&*!?|>\ufeff]|^[[{]|\[[^\]{}]*: /m.test(text);

describe("an edit says what it is to say, and no line outside of it changes", () => {
  test("in the example and in every file of the corpus", () => {
    let refused = 0;
    let edits = 0;
    fc.assert(
      fc.property(fc.nat(texts.length - 1), fc.nat(5000), values, (index, pick, value) => {
        const text = texts[index] ?? "";
        const data = dataOf(text);
        if (data === null) return;
        const edit = editOf(data, pick, value);
        edits += 1;
        if (check(text, edit) === "edited") return;
        refused += 1;
        const wouldBeEmpty = edit.action === "remove" && edit.path.length === 1 && Object.keys(data).length === 1;
        expect(isUnusual(text) || wouldBeEmpty, `${JSON.stringify(edit)}\n${text}`).toBe(true);
      }),
      { numRuns: 700 },
    );
    expect(refused).toBeLessThan(edits / 20);
  });

  test("in random files, with line ends of Windows or without a last line end, too", () => {
    fc.assert(
      fc.property(
        customerData,
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.nat(5000),
        values,
        fc.constantFrom("as it is", "windows", "open"),
        (random, start, pick, value, ends) => {
          const written = writeYaml(random, { chance: createChance(start), comments: true });
          const text =
            ends === "windows" ? written.replaceAll("\n", "\r\n") : ends === "open" ? written.trimEnd() : written;
          const data = dataOf(text);
          if (data === null || Object.keys(data).length === 0) return;
          expect(data).toEqual(parse(text));
          check(text, editOf(data, pick, value));
        },
      ),
      { numRuns: 200 },
    );
  });

  test("in brackets of any kind, which never become too long for a line", () => {
    const body = fc.record(
      { name: fc.constantFrom("'P 1'", "one", '"a: b"'), tags: fc.constant("[a:b, c]"), hosts: fc.constant("[ a,b ]") },
      { requiredKeys: [] },
    );
    const bodyText = body.map(
      (keys) =>
        `{ ${Object.entries(keys)
          .map((pair) => pair.join(": "))
          .join(", ")} }`,
    );
    const environments = fc.dictionary(fc.stringMatching(/^[a-z][1-9]$/), bodyText, { minKeys: 1, maxKeys: 6 });
    const wrap = fc.constantFrom<(entries: readonly string[]) => string>(
      (entries) => `customer: abc\nenvironments: { ${entries.join(", ")} } # ours\n\n# all\ngroups: []\n`,
      (entries) => `{ customer: abc, environments: { ${entries.join(", ")} } }`,
      (entries) => `{\n  "customer": "abc", # x\n  "environments": {${entries.join(",")}},\n  "groups": []\n}\n`,
      (entries) => `customer: abc\nenvironments: {\n  ${entries.join(", # one\n  ")},\n}\n`,
      (entries) => `customer: abc\nenvironments:\n  { ${entries.join(", ")} } # ours\n`,
      (entries) => `- x\n- { environments: { ${entries.join(", ")} } } # ours\n- y\n`,
    );
    const hosts = fc.array(fc.constantFrom("web[01-12].shop.example.com", "mail.example.com"), { minLength: 1 });
    fc.assert(
      fc.property(environments, wrap, hosts, fc.boolean(), (given, write, items, isNew) => {
        const entries = Object.entries(given);
        const text = write(entries.map((pair) => pair.join(": ")));
        const way: YamlPath = text.startsWith("-") ? [1, "environments"] : ["environments"];
        const edit: Edit = isNew
          ? { action: "set", path: [...way, "new1"], value: { name: "New", tags: ["a:b"], hosts: items } }
          : { action: "append", path: [...way, entries[0]?.[0] ?? "", "hosts"], items };
        expect(check(text, edit)).toBe("edited");
        const edited = editYaml(text, [edit]);
        const lines = "text" in edited ? edited.text.split("\n") : [];
        const widths = lines.map((line) => line.replace(/ #.*/, "").length);
        expect(Math.max(...widths), lines.join("\n")).toBeLessThanOrEqual(120);
        // What is beside the way stays as it was written.
        for (const [key, source] of entries.slice(1)) expect(lines.join("\n")).toContain(`${key}: ${source}`);
      }),
      { numRuns: 300 },
    );
  });
});
