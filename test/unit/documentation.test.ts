import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createProgram } from "../../src/commands/program.ts";
import { exitCodes } from "../../src/errors.ts";
import { loadInventory } from "../../src/load/load-inventory.ts";
import { aContext } from "../support/context.ts";
import { blocksOf, commandsOf, inlineCode, pagePaths, readPage, withoutBlocks } from "../support/pages.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = pagePaths.map((path) => ({ path, text: readPage(path) }));
const page = readPage;
const { slug } = (await import(new URL("../../docs/.vitepress/slug.js", import.meta.url).href)) as {
  readonly slug: (heading: string) => string;
};

const { program } = createProgram(aContext().context);
const optionsOf = new Map(
  program.commands.map((command) => [
    command.name(),
    ["--help", ...command.options.flatMap(({ long }) => (long ? [long] : []))],
  ]),
);
const allOptions = new Set(["--version", ...[...optionsOf.values()].flat()]);

/** Calls of the program in a piece of code, nested ones too: command and options up to the next call. */
function callsIn(code: string): readonly { readonly command: string; readonly options: readonly string[] }[] {
  return code
    .split(/\bdtsync (?=[a-z])/)
    .slice(1)
    .map((rest) => {
      const [line = ""] = rest.replaceAll("\\\n", " ").split(/\n|&&|\||'|;/);
      const words = line.trim().split(/\s+/);
      return { command: words[0] ?? "", options: words.filter((word) => /^--[a-z]/.test(word)).map(optionName) };
    });
}

/** The words of each call of the program in a command, without their quotes. */
function wordsOfCalls(command: string): readonly (readonly string[])[] {
  return command
    .split(/\bdtsync (?=[a-z])/)
    .slice(1)
    .map((rest) => {
      const [call = ""] = rest.split(/&&|\||;|>|\)| #|'$/);
      return call
        .trim()
        .split(/\s+/)
        .map((word) => word.replace(/^["'](.*)["']$/, "$1"));
    });
}

/** Why the program would not take these words as its arguments; nothing runs. */
function refusalOf([name = "", ...words]: readonly string[]): string | null {
  const command = createProgram(aContext().context).program.commands.find((known) => known.name() === name);
  if (command === undefined) return `there is no command ${name}`;
  command.exitOverride().configureOutput({ writeErr: () => {} });
  try {
    const { operands, unknown } = command.parseOptions([...words]);
    const known = command.registeredArguments;
    if (unknown.length > 0) return `unknown: ${unknown.join(" ")}`;
    if (operands.length > known.length && known.at(-1)?.variadic !== true) return `too many: ${operands.join(" ")}`;
    return operands.length < known.filter(({ required }) => required).length ? "an argument is missing" : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const optionName = (word: string) => word.replace(/[=\\,].*$/, "");

const anchorsOf = (text: string) =>
  new Set([...withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => slug(heading)));

describe.each(pages)("$path", ({ path, text }) => {
  test("links to files and headings that exist", () => {
    const broken = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = ""]) => link)
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? path : join(dirname(path), file);
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && !anchorsOf(page(target)).has(anchor);
      });
    expect(broken).toEqual([]);
  });

  test("calls commands with options that they have", () => {
    const shell = blocksOf(text).filter(({ info }) => !/^(?:yaml|json|text)\b/.test(info));
    const calls = [...shell.map((block) => block.text), ...inlineCode(text)].flatMap(callsIn);
    const unknown = calls.flatMap(({ command, options }) => {
      const known = optionsOf.get(command);
      if (known === undefined) return [`dtsync ${command}`];
      return options.filter((option) => !known.includes(option)).map((option) => `dtsync ${command} ${option}`);
    });
    expect(unknown).toEqual([]);
  });

  test("says of every block what it is in", () => {
    expect(blocksOf(text).filter(({ info }) => !/^(?:sh|console|yaml|json|text)\b/.test(info))).toEqual([]);
  });

  test("shows commands whose arguments are taken", () => {
    const refused = blocksOf(text)
      .flatMap(commandsOf)
      .flatMap((shown) => wordsOfCalls(shown.text).map((words) => ({ words, refusal: refusalOf(words) })));
    expect(refused.filter(({ refusal }) => refusal !== null)).toEqual([]);
  });

  test("names options and npm scripts that exist", () => {
    const named = inlineCode(text)
      .filter((code) => /^--[a-z]/.test(code))
      .map((code) => optionName(code.split(" ")[0] ?? ""));
    expect(named.filter((option) => !allOptions.has(option))).toEqual([]);
    const { scripts } = JSON.parse(page("package.json")) as { scripts: Readonly<Record<string, string>> };
    const called = [...text.matchAll(/\bnpm (?:run (?:--\S+ )*([a-z:0-9]+)|(test))\b/g)].map(
      ([, run, test]) => run ?? test,
    );
    expect(called.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
  });

  // Files that are added to an inventory are validated by test/e2e/pages.test.ts.
  test("shows complete files that are valid together", async () => {
    const files = blocksOf(text).flatMap((block) => {
      const name = /\sfile=(\S+)/.exec(block.info)?.[1];
      return name === undefined ? [] : [{ name, text: block.text }];
    });
    if (!files.some(({ name }) => name === "dtsync.yaml")) return;
    const directory = mkdtempSync(join(tmpdir(), "dtsync-documentation-"));
    try {
      for (const file of files) {
        mkdirSync(dirname(join(directory, file.name)), { recursive: true });
        writeFileSync(join(directory, file.name), file.text);
      }
      const loaded = await loadInventory({ directory, set: [], rootCertificate: null, home: directory });
      expect(loaded.diagnostics).toEqual([]);
      expect(loaded.summary.environments).toBeGreaterThan(0);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test("shows YAML and JSON that can be parsed", () => {
    for (const { info, text: content } of blocksOf(text)) {
      if (/^yaml\b/.test(info)) expect(() => parse(content, { strict: true }), content).not.toThrow();
      if (/^json\b/.test(info)) expect(() => JSON.parse(content), content).not.toThrow();
    }
  });
});

describe("the documentation", () => {
  test("has complete files in the README and in the reference of the inventory", () => {
    for (const path of ["README.md", "docs/inventory.md"]) expect(page(path)).toMatch(/^```yaml file=dtsync\.yaml$/m);
  });

  test("has a map of all pages, and no page twice", () => {
    const linked = [...page("docs/README.md").matchAll(/^\| \[[^\]]+\]\(([^)]+)\) \|/gm)].map(([, link = ""]) =>
      join("docs", link),
    );
    expect(linked.toSorted()).toEqual(pagePaths.filter((path) => path !== "docs/README.md").toSorted());
  });

  test("describes every command and every option", () => {
    const commands = inlineCode(page("docs/commands.md"));
    const described = new Set(
      commands.filter((code) => /^--[a-z]/.test(code)).map((code) => optionName(code.split(" ")[0] ?? "")),
    );
    expect([...allOptions].filter((option) => !described.has(option))).toEqual(["--version", "--help"]);
    const named = new Set(commands.flatMap(callsIn).map(({ command }) => command));
    expect([...optionsOf.keys()].filter((command) => !named.has(command))).toEqual([]);
  });

  test("describes every setting of the inventory", () => {
    const reference = inlineCode(page("docs/inventory.md")).join(" ");
    const settings = ["dtsync", "customer", "groups"].flatMap((kind) =>
      propertyNames(JSON.parse(page(`schema/${kind}.schema.json`))),
    );
    expect(settings.length).toBeGreaterThan(50);
    expect([...new Set(settings)].filter((name) => !new RegExp(`\\b${name}\\b`).test(reference))).toEqual([]);
  });

  test("lists the exit codes", () => {
    const rows = [...page("docs/exit-codes.md").matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(rows).toEqual(Object.values(exitCodes).sort((left, right) => left - right));
  });

  test("lists the error codes of changes, and no others", () => {
    const section = page("docs/exit-codes.md").split("## Error codes of changes")[1] ?? "";
    const listed = new Set(
      [...section.matchAll(/^\| ((?:`[^`]+`(?:, )?)+) \|/gm)].flatMap(([, cell = ""]) => inlineCode(cell)),
    );
    const used = new Set(errorCodes());
    expect(used.size).toBeGreaterThan(30);
    expect([...used].filter((code) => !listed.has(code))).toEqual([]);
    expect([...listed].filter((code) => !used.has(code))).toEqual([]);
  });

  test("says of each error code what happened and what to do", () => {
    const section = page("docs/exit-codes.md").split("## Error codes of changes")[1] ?? "";
    const rows = section.split("\n").filter((line) => line.startsWith("| `"));
    expect(rows.filter((row) => !/^\| .+ \| .+ \| .+ \|$/.test(row))).toEqual([]);
  });

  test("says of each error code that a host may end with how to look and what to do", () => {
    const explained = page("docs/hosts.md").split("## What each error means")[1] ?? "";
    const rows = explained.split("### How installers end")[0]?.match(/^\| `.+$/gm) ?? [];
    const codes = rows.flatMap((row) => inlineCode(row.split(" | ")[0] ?? ""));
    expect(codes.toSorted()).toEqual([...new Set(errorCodes(mayBeOfHost))].toSorted());
    expect(rows.filter((row) => !/^\| .+ \| .+ \| .+ \|$/.test(row))).toEqual([]);
    // A row without anything to type would leave somebody alone with it; these have nothing to look for.
    const untyped = rows.filter((row) => !inlineCode(row.slice(row.indexOf(" | "))).some((code) => code.includes(" ")));
    expect(untyped.flatMap((row) => inlineCode(row.split(" | ")[0] ?? ""))).toEqual([
      ...["proxy-command", "unsupported-system", "installer-exit-N", "uninstaller-exit-N"],
    ]);
  });

  test("says of each exit code of the installer what it means", () => {
    const explained = page("docs/hosts.md").split("### How installers end")[1] ?? "";
    const listed = [...explained.matchAll(/^\| ((?:\d+(?:, )?)+) \|/gm)].flatMap(([, cell = ""]) => cell.split(", "));
    const known = [...page("src/kinds/host/exit-code-problem.ts").matchAll(/^ {2}"(\d+)": /gm)].map(([, code]) => code);
    expect(known.length).toBeGreaterThan(15);
    expect(listed).toEqual(known);
  });

  test("says of every exit code but 0 what to do first", () => {
    const section = page("docs/troubleshooting.md").split("## The run ended")[1]?.split("\n#")[0] ?? "";
    const rows = [...section.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect([0, ...rows]).toEqual(Object.values(exitCodes).sort((left, right) => left - right));
  });

  test("begins trouble from words that the program prints", () => {
    const program = sourcesIn([""]);
    const symptoms = page("docs/troubleshooting.md")
      .split("## It cannot be installed")[0]
      ?.split("\n")
      .filter((line) => /^\| (?:`[^`]+`(?:, )?)+ \|/.test(line))
      .flatMap((line) => inlineCode(line.split(" | ")[0] ?? ""))
      .flatMap((symptom) => symptom.split("…").map((words) => words.trim()))
      .filter((words) => words.length > 2);
    expect(symptoms?.length).toBeGreaterThan(30);
    expect(symptoms?.filter((words) => !program.includes(words))).toEqual([]);
  });
});

/** Names under `properties` anywhere in a schema. */
function propertyNames(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap(propertyNames);
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "properties" && typeof value === "object" && value !== null
      ? [...Object.keys(value), ...Object.values(value).flatMap(propertyNames)]
      : key === "examples"
        ? []
        : propertyNames(value),
  );
}

/** Whether a module has a part in what becomes of changes of hosts: not those of other kinds, nor what settles writes to clusters. */
const mayBeOfHost = (module: string): boolean =>
  /^src\/(?:dynatrace|ssh|execute|kinds\/host)\//.test(module) && module !== "src/execute/settle-write.ts";

/** The text of all modules below folders of `src`, or of those of them that are wanted. */
function sourcesIn(folders: readonly string[], wanted: (module: string) => boolean = () => true): string {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, "src", folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => join("src", folder, name)),
    )
    .filter(wanted)
    .map(page)
    .join("\n");
}

/** The codes that stand in the modules that make results; those with a number in them by their pattern. */
function errorCodes(wanted?: (module: string) => boolean): readonly string[] {
  const text = sourcesIn(["dynatrace", "ssh", "kinds", "execute", "plan"], wanted);
  const literal = [
    /new (?:HostError|Unfeasible)\(\s*"([a-z-]+)"/g,
    /\bcode = [^;]*\? "([a-z-]+)" : "network"/g,
    /\bcode: "([a-z-]+)"/g,
    /\b(?:failed|skipped)\(\s*(?:[\w.]+,\s*)?"([a-z-]+)"/g,
    /return \["([a-z-]+)",/g,
  ].flatMap((pattern) => [...text.matchAll(pattern)].map(([, code = ""]) => code));
  const patterns = [
    ["http-STATUS", "`http-${"],
    ["installer-exit-N", '"installer" | "uninstaller"'],
    ["uninstaller-exit-N", '"installer" | "uninstaller"'],
  ] as const;
  return [...literal, ...patterns.flatMap(([code, source]) => (text.includes(source) ? [code] : []))];
}

test("the page about security names tests that exist", () => {
  const named = [...page("docs/security.md").matchAll(/`(test\/[^`]+)`/g)].map(([, path = ""]) => path);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url)))).toEqual([]);
});
