import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LanguageServer, startLanguageServer } from "../support/language-server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const inventory = join(root, "inventory");

/** A schema as an editor finds it, from the first line of a file. */
const modelines = {
  customer: "# yaml-language-server: $schema=../../schema/customer.schema.json",
  groups: "# yaml-language-server: $schema=../../schema/groups.schema.json",
  dtsync: "# yaml-language-server: $schema=../schema/dtsync.schema.json",
};

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly $defs?: Readonly<Record<string, Described>>;
}
const schema = (name: string) =>
  JSON.parse(readFileSync(join(root, "schema", `${name}.schema.json`), "utf8")) as Described;

let editor: LanguageServer;
beforeAll(async () => {
  editor = await startLanguageServer();
});
afterAll(() => editor?.close());

describe("an editor with yaml-language-server", () => {
  const files = readdirSync(inventory, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));

  test.each(files)("finds nothing wrong in the example %s, and knows its schema", async (name) => {
    const text = readFileSync(join(inventory, name), "utf8");
    expect(await editor.open(join(inventory, name), text)).toEqual([]);
    const [first = ""] = Object.keys(schema(schemaOf(text)).properties ?? {}).filter((key) =>
      text.includes(`\n${key}:`),
    );
    const line = text.split("\n").findIndex((content) => content.startsWith(`${first}:`));
    expect(await editor.hover(join(inventory, name), { line, character: 1 })).toContain(
      `${schemaOf(text)}.schema.json`,
    );
  });

  test("finds nothing wrong in what init writes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dtsync-editor-"));
    try {
      execFileSync(process.execPath, [join(root, "dist/cli.js"), "init"], { cwd: folder, stdio: "ignore" });
      const written = readdirSync(join(folder, "inventory"), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".yaml"))
        .map((name) => join(folder, "inventory", name));
      expect(written).not.toEqual([]);
      for (const path of written) expect(await editor.open(path, readFileSync(path, "utf8"))).toEqual([]);
      const [path = ""] = written;
      const broken = `${readFileSync(path, "utf8")}\nhots: []\n`;
      expect(await editor.open(`${path}.broken.yaml`, broken)).toHaveLength(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("shows where a key or value is wrong", async () => {
    const problems = async (name: string, text: string) => {
      const found = await editor.open(join(inventory, name), text);
      return found.map(({ message, range }) => `${range.start.line + 1} ${message}`).sort();
    };
    const customer = `${modelines.customer}\ncustomer: abc\nenvironments:\n  p1:\n    tgas: []\n    state: gone\n`;
    expect(await problems("customers/broken.yaml", customer)).toEqual([
      expect.stringMatching(/^5 .*tgas/),
      expect.stringMatching(/^6 .*"enabled", "disabled", "absent"/),
    ]);
    expect(await problems("groups/broken.yaml", `${modelines.groups}\ngroups:\n  - nmae: a\n`)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^3 .*"?name"?/), expect.stringMatching(/^3 .*nmae/)]),
    );
    expect(await problems("broken.yaml", `${modelines.dtsync}\nversion: 1\ncluster: {}\n`)).toEqual(
      expect.arrayContaining([expect.stringMatching(/clusters/)]),
    );
  });

  test("offers the keys of an environment with what they mean, and the values of a choice", async () => {
    const path = join(inventory, "customers/typed.yaml");
    await editor.open(path, `${modelines.customer}\ncustomer: abc\nenvironments:\n  p1:\n    \n`);
    const offered = await editor.complete(path, { line: 4, character: 4 });
    const { properties = {} } = schema("customer").$defs?.["environment"] ?? {};
    expect(offered.map(({ label }) => label).sort()).toEqual(Object.keys(properties).sort());
    for (const { label, documentation } of offered) {
      expect(documentation, label).toMatch(/^\w.*\.$/s);
      const { description = documentation } = properties[label] ?? {};
      expect(documentation).toBe(description);
    }

    const state = join(inventory, "customers/chosen.yaml");
    await editor.open(state, `${modelines.customer}\ncustomer: abc\nenvironments:\n  p1:\n    state: \n`);
    const values = await editor.complete(state, { line: 4, character: 11 });
    expect(values.map(({ label }) => label)).toEqual(expect.arrayContaining(["enabled", "disabled", "absent"]));
  });

  test("explains a key where the pointer rests, with an example", async () => {
    const path = join(inventory, "customers/read.yaml");
    await editor.open(path, `${modelines.customer}\ncustomer: abc\nenvironments:\n  p1: { tags: [a] }\n`);
    const explained = await editor.hover(path, { line: 2, character: 3 });
    expect(explained).toContain(schema("customer").properties?.["environments"]?.description);
    expect(explained).toContain("Example");
    expect(await editor.hover(path, { line: 3, character: 9 })).toMatch(/tags/i);
  });
});

function schemaOf(text: string): string {
  return /^# yaml-language-server: \$schema=.*\/([a-z]+)\.schema\.json$/m.exec(text)?.[1] ?? "none";
}
