import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { globMatcher } from "../../../src/lib/glob.ts";
import type { Inventory } from "../../../src/model/inventory.ts";
import { type Files, loadFiles, loadValid, settingsFile } from "./load-files.ts";

const stage = fc.constantFrom("p1", "p2", "t1", "d10");
const tags = fc.uniqueArray(fc.constantFrom("a", "b", "c:d"), { maxLength: 3 });
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });

const environment = fc.record(
  {
    tags,
    trial: fc.boolean(),
    state: fc.constantFrom("enabled", "disabled"),
    quotas: fc.record({ hostUnits: fc.record({ maxLimit: fc.oneof(fc.nat(), fc.constant("unlimited")) }) }),
    oneagent: fc.record(
      { hostTags: tags, monitoringMode: fc.constantFrom("fullstack", "discovery") },
      { requiredKeys: [] },
    ),
    ssh: fc.record(
      { port: fc.integer({ min: 1, max: 65_535 }), user: fc.constantFrom("root", "deploy") },
      { requiredKeys: [] },
    ),
    rollout: fc.record({ canary: fc.nat(5), batch: fc.integer({ min: 0, max: 100 }).map((share) => `${share}%`) }),
    name: fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom("A", "b", "–", "é") }),
  },
  { requiredKeys: [] },
);

const customerBody = fc.record({
  cluster: optional(fc.constantFrom("emea", "apac")),
  oneagent: optional(fc.record({ version: fc.constantFrom("latest", "1.313"), hostTags: tags })),
  environments: fc.dictionary(stage, fc.tuple(environment, fc.nat(3)), { maxKeys: 4 }),
});

/** The data of valid customer files, by file name. */
const customers = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z0-9]{2,6}$/), customerBody), { selector: ([id]) => id, maxLength: 5 })
  .map((list) => Object.fromEntries(list.map(([id, body]) => [`customers/${id}.yaml`, customerData(id, body)])));

function customerData(
  id: string,
  { environments, cluster, oneagent }: typeof customerBody extends fc.Arbitrary<infer Body> ? Body : never,
) {
  return {
    customer: id,
    ...(cluster === undefined ? {} : { cluster }),
    ...(oneagent === undefined ? {} : { oneagent }),
    environments: Object.fromEntries(
      Object.entries(environments).map(([key, [body, hosts]]) => [
        key,
        { ...body, hosts: Array.from({ length: hosts }, (_, index) => `h${index}.${key}.${id}.example.com`) },
      ]),
    ),
  };
}

const settings = `${settingsFile}groups:
  - { name: "{customer}-ops", access: { "{customer}-*": operator } }
  - { name: noc, access: { "*": viewer } }
`;

/** The data with the keys of all maps in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, reversed(inner)])
      .reverse(),
  );
}

/** Everything but the places and the folder, with keys in the order that they have. */
function comparable(inventory: Inventory): string {
  return JSON.stringify(inventory, (key, value) => {
    if (key === "place" || key === "directory" || (key === "id" && /:\d+$/.test(String(value)))) return undefined;
    return value instanceof Map ? [...value] : value;
  });
}

describe("laws of loading", () => {
  test("every valid inventory loads", async () => {
    await fc.assert(
      fc.asyncProperty(customers, async (data) => {
        const files = Object.fromEntries(Object.entries(data).map(([path, value]) => [path, stringify(value)]));
        const inventory = await loadValid({ "dtsync.yaml": settings, ...files });
        expect(inventory.customers.length).toBe(Object.keys(data).length);
      }),
      { numRuns: 60 },
    );
  });

  test("the order of files and keys, the layout and comments change neither result nor digest", async () => {
    await fc.assert(
      fc.asyncProperty(customers, async (data) => {
        const entries = Object.entries(data);
        const files: Files = Object.fromEntries(entries.map(([path, value]) => [path, stringify(value)]));
        const others: Files = Object.fromEntries(
          entries
            .reverse()
            .map(([path, value]) => [path, `# other\n${JSON.stringify(reversed(value), null, 3)} # layout\n`]),
        );
        const left = await loadValid({ "dtsync.yaml": settings, ...files });
        const right = await loadValid({ ...others, "dtsync.yaml": settings });
        expect(right.digest).toBe(left.digest);
        expect(comparable(right)).toBe(comparable(left));
      }),
      { numRuns: 40 },
    );
  });

  test("another value is another digest", async () => {
    const load = (text: string) => loadValid({ "customers/abc.yaml": text });
    const { digest } = await load("customer: abc\nname: A\n");
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await load("customer: abc\nname: B\n")).digest).not.toBe(digest);
    expect((await load("name: 'A' # same\ncustomer: abc\n")).digest).toBe(digest);
    const set = [{ path: "safety.maxRemovals", value: 1, text: "safety.maxRemovals=1" }];
    expect((await loadValid({ "customers/abc.yaml": "customer: abc\nname: A\n" }, { set })).digest).not.toBe(digest);
  });

  const valid = `customer: abc
environments:
  p1: &one
    tags: [a, "b", 'c']
    hosts:
      - web[01-02].example.com
      - { name: db01, address: 192.0.2.1, ssh: { port: 22 } }
  p2: { name: |-
    x
  }
  t1: *one
groups:
  - name: "{customer}-x"
    access: { "*": VIEWER }
`;

  test("a file that was cut off or changed anywhere never makes it throw", async () => {
    const piece = fc.constantFrom(
      "",
      "[",
      "]",
      "{",
      "}",
      ":",
      "- ",
      "\n",
      "\t",
      "&a ",
      "*a",
      "!x ",
      '"',
      "'",
      "#",
      "|",
      "---\n",
      "\u0000",
      "é",
      "?",
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(valid.length), fc.nat(12), piece, fc.boolean(), async (at, cut, insert, truncate) => {
        const text = truncate ? valid.slice(0, at) + insert : valid.slice(0, at) + insert + valid.slice(at + cut);
        for (const files of [{ "customers/abc.yaml": text }, { "dtsync.yaml": text }]) {
          const { inventory, diagnostics } = await loadFiles(files);
          const errors = diagnostics.filter(({ severity }) => severity === "error");
          expect(inventory === null).toBe(errors.length > 0);
          for (const { line, column, message, hint } of diagnostics) {
            expect([line > 0, column > 0, message !== "", hint !== ""]).toEqual([true, true, true, true]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("data of any shape never makes it throw", async () => {
    const keys = [
      "customer",
      "environments",
      "hosts",
      "groups",
      "name",
      "access",
      "oneagent",
      "ssh",
      "p1",
      "file",
      "command",
      "toString",
      "constructor",
    ];
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<unknown>(null, true, 0, 1.5, "abc", "abc-p1", "", "*", "VIEWER", "viewer"),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie("value"), { maxKeys: 6 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(value, value, async (left, right) => {
        const merged = typeof left === "object" && left !== null ? { ...left, customer: "abc" } : left;
        const { inventory, diagnostics } = await loadFiles({
          "customers/abc.yaml": JSON.stringify(merged),
          "groups/x.yaml": JSON.stringify({ groups: right }),
        });
        expect(inventory === null).toBe(diagnostics.some(({ severity }) => severity === "error"));
      }),
      { numRuns: 300 },
    );
  });
});

test("globs match as a regular expression would", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "B", "-", "1"), maxLength: 8 });
  const glob = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "-"), maxLength: 8 });
  fc.assert(
    fc.property(glob, text, (pattern, subject) => {
      const expression = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i");
      expect(globMatcher(pattern)(subject)).toBe(expression.test(subject));
    }),
    { numRuns: 2000 },
  );
});
