import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/architecture.md"), "utf8");

interface Import {
  /** Below `src`, for example `hosts/connect.ts`. */
  readonly from: string;
  /** A path below `src`, or the name of a package or a module of Node.js. */
  readonly to: string;
  readonly inside: boolean;
  /** `type` leaves nothing behind when compiled; `dynamic` loads when the line is reached. */
  readonly kind: "static" | "type" | "dynamic";
}

const sources = new Map(
  readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .sort()
    .map((path) => [path, readFileSync(join(root, "src", path), "utf8")]),
);

/** Text of a file without comments, so that what they mention does not count. Statements begin a line. */
const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

function importsOf(path: string): readonly Import[] {
  const text = withoutComments(sources.get(path) ?? "");
  const found = (specifier: string, kind: Import["kind"]): Import => {
    const inside = specifier.startsWith(".");
    const to = inside ? normalize(join(dirname(path), specifier)) : packageName(specifier);
    return { from: path, to, inside, kind };
  };
  const statements = [...text.matchAll(/^(?:import|export)\s+(type\s)?[^"'`;()]*?\sfrom\s+"([^"]+)"/gm)];
  const bare = [...text.matchAll(/^import\s+"([^"]+)"/gm)];
  // Also `import("…").Type` in a position of a type, which loads nothing but names a dependency all the same.
  const calls = [...text.matchAll(/\b(?:import|require)\(\s*"([^"]+)"/g)];
  return [
    ...statements.map(([, type, specifier = ""]) => found(specifier, type === undefined ? "static" : "type")),
    ...bare.map(([, specifier = ""]) => found(specifier, "static")),
    ...calls.map(([, specifier = ""]) => found(specifier, "dynamic")),
  ];
}

const packageName = (specifier: string) =>
  specifier.startsWith("node:")
    ? specifier
    : specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/");

const imports = [...sources.keys()].flatMap(importsOf);
const describeImport = ({ from, to }: Import) => `${from} imports ${to}`;

/** Rows of the table whose first heading is given, as cells. */
function table(firstHeading: string): readonly (readonly string[])[] {
  const lines = page.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHeading} |`));
  const length = lines.slice(start).findIndex((line) => !line.startsWith("|"));
  return lines.slice(start + 2, start + length).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const names = (cell: string | undefined): readonly string[] =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

interface Part {
  readonly name: string;
  readonly mayImport: (part: string) => boolean;
  readonly listed: readonly string[];
  readonly mayUse: (module: string) => boolean;
  readonly modules: readonly string[];
}

const parts = table("part").map(([name, , imported, modules]): Part => {
  const [listed, listedModules] = [names(imported), names(modules)];
  const excepted = imported?.startsWith("any") ?? false;
  return {
    name: names(name)[0] ?? "",
    mayImport: excepted ? (part) => !listed.includes(part) : (part) => listed.includes(part),
    listed: excepted ? [] : listed,
    mayUse: modules === "any" ? () => true : (module) => listedModules.includes(module),
    modules: listedModules,
  };
});

/** A part is a file, a folder, or with `*` a folder of every name there; the longest one that a path is in counts. */
const depthIn = (path: string, part: string): number => {
  const [segments, wanted] = [path.split("/"), part.split("/")];
  const inside = wanted.every(
    (name, index) => name === segments[index] || (name === "*" && index < segments.length - 1),
  );
  return inside ? wanted.length : 0;
};
const partOf = (path: string): string => {
  const [nearest] = parts.map(({ name }) => ({ name, depth: depthIn(path, name) })).sort((a, b) => b.depth - a.depth);
  return nearest && nearest.depth > 0 ? nearest.name : (path.split("/")[0] ?? path);
};

const places = table("what").flatMap(([what, only]) => names(what).map((name) => ({ name, only: names(only) })));

const standsIn = (path: string, place: string) => path === place || path.startsWith(`${place}/`);

const usersOf = (module: string) =>
  imports.filter(({ to, inside }) => !inside && to === module).map(({ from }) => from);
/** Files that use a member of a global object, `process.env` for example. */
function usersOfMember(name: string): readonly string[] {
  const [object, member] = name.split(".");
  const pattern = new RegExp(`\\b${object}\\s*(?:\\.\\s*${member}\\b|\\[\\s*"${member}")`);
  return [...sources].filter(([, text]) => pattern.test(withoutComments(text))).map(([path]) => path);
}
const isMember = (name: string): boolean => /^[A-Za-z]+\.[a-z]+$/.test(name);

describe("the page of the architecture", () => {
  test("lists every part of src, and nothing else", () => {
    expect(parts.map(({ name }) => name).sort()).toEqual([...new Set([...sources.keys()].map(partOf))].sort());
  });

  test("lists every library that the program is installed with", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      dependencies: Readonly<Record<string, string>>;
    };
    const listed = places.map(({ name }) => name).filter((name) => !name.startsWith("node:") && !isMember(name));
    expect(listed.sort()).toEqual(Object.keys(dependencies).sort());
  });

  test("leaves few packages to install with the program", () => {
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      packages: Readonly<Record<string, { readonly dev?: boolean }>>;
    };
    // The program itself is the one without a name. `npm ls --omit=dev --all --parseable` lists the same.
    const installed = Object.entries(packages).filter(([, { dev }]) => dev !== true);
    expect(installed.map(([path]) => path)).toContain("node_modules/ssh2");
    expect(installed.length).toBeLessThanOrEqual(45);
  });

  test.each(parts)("lets $name import what it imports", ({ name, mayImport, mayUse }) => {
    const own = imports.filter(({ from }) => partOf(from) === name);
    const forbidden = own.filter(({ to, inside }) =>
      inside ? partOf(to) !== name && !mayImport(partOf(to)) : to.startsWith("node:") && !mayUse(to),
    );
    expect(forbidden.map(describeImport)).toEqual([]);
  });

  test.each(parts)("lists for $name nothing that it does not import", ({ name, listed, modules }) => {
    const used = new Set(
      imports.filter(({ from }) => partOf(from) === name).map(({ to, inside }) => (inside ? partOf(to) : to)),
    );
    expect([...listed, ...modules].filter((entry) => !used.has(entry))).toEqual([]);
  });

  test.each(places)("names every place that uses $name", ({ name, only }) => {
    const users = isMember(name) ? usersOfMember(name) : usersOf(name);
    expect(users.filter((path) => !only.some((place) => standsIn(path, place)))).toEqual([]);
    expect(only.filter((place) => !users.some((path) => standsIn(path, place)))).toEqual([]);
  });
});

/** Files and packages that an entry leads to by imports of these kinds, itself included. */
function reachedFrom(entry: string, kinds: readonly Import["kind"][]): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { to, kind } of importsOf(path)) if (kinds.includes(kind)) visit(to);
  };
  visit(entry);
  return reached;
}

/** These load libraries by `require`, which is read like `import()`; other modules must not. */
const lateLibraries: readonly string[] = [
  "load/yaml/yaml-library.ts",
  "load/schema/schema-library.ts",
  "application/wrap-text.ts",
];

describe("imports", () => {
  test("are found in every form", () => {
    expect(imports.length).toBeGreaterThan(sources.size);
    for (const kind of ["static", "type", "dynamic"]) expect(imports.map((entry) => entry.kind)).toContain(kind);
    const opaque = [...sources].filter(
      ([path, text]) =>
        /\bimport\((?!\s*")/.test(withoutComments(text)) ||
        (/\bcreateRequire\b/.test(withoutComments(text)) && !lateLibraries.includes(path)),
    );
    expect(opaque.map(([path]) => path)).toEqual([]);
  });

  test("lead to files that exist", () => {
    expect(imports.filter(({ to, inside }) => inside && !sources.has(to)).map(describeImport)).toEqual([]);
  });

  test("of packages are of those that are installed with the program", () => {
    const known = new Set(places.map(({ name }) => name));
    const unknown = imports.filter(({ to, inside }) => !inside && !to.startsWith("node:") && !known.has(to));
    expect(unknown.map(describeImport)).toEqual([]);
  });

  test("of a command lead to no other command", () => {
    const between = imports.filter(
      ({ from, to }) => from !== "commands/program.ts" && partOf(from) === "commands" && partOf(to) === "commands",
    );
    expect(between.map(describeImport)).toEqual([]);
  });

  test("of folders make no circle between folders", () => {
    const edges = new Map(parts.map(({ name }) => [name, new Set<string>()]));
    for (const { from, to, inside } of imports) {
      if (inside && partOf(from) !== partOf(to)) edges.get(partOf(from))?.add(partOf(to));
    }
    const settled = new Set<string>();
    for (let before = -1; before !== settled.size; ) {
      before = settled.size;
      for (const [part, needs] of edges) if ([...needs].every((need) => settled.has(need))) settled.add(part);
    }
    expect([...edges.keys()].filter((part) => !settled.has(part))).toEqual([]);
  });

  test.each(["cli.ts", "commands/program.ts"])("of %s load no big library before a command is called", (entry) => {
    const packages = [...reachedFrom(entry, ["static"])].filter(
      (name) => !sources.has(name) && !name.startsWith("node:"),
    );
    expect(packages).toEqual(entry === "cli.ts" ? [] : ["commander"]);
  });

  test.each(["plan", "apply"])("of %s lead to no simulation, however late they load", (command) => {
    const reached = [...reachedFrom(`commands/${command}.ts`, ["static", "dynamic"])];
    expect(reached).toContain("dynatrace/client.ts");
    expect(reached.filter((name) => standsIn(name, "sandbox") || name === "msw")).toEqual([]);
  });
});
