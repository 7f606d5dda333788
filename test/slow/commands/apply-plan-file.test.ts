import { EventEmitter } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { Plan } from "../../../src/model/plan.ts";
import type { ApplyReport } from "../../../src/model/result.ts";
import type { ClusterSeed } from "../../../src/sandbox/cluster/snapshot.ts";
import { createAwaitEnd } from "../../../src/unsettled.ts";
import { fuzzTimeout, numberOfCases } from "../../fuzz/fuzz.ts";
import { contentOf, writesTo } from "../../support/cluster-world.ts";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";
import { realClock } from "../../support/host-world.ts";

const files = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
groups:
  - name: ops
    access: { "*-p*": [VIEWER, LOG_VIEWER] }
  - name: noc
    clusters: [emea]
    ldapGroupNames: [cn=noc]
    access: { abc-p1: [VIEWER] }
  - { name: gone, clusters: [emea], state: absent }
safety: { maxRemovals: 2 }
defaults: { cluster: emea }
`,
  "customers/abc.yaml": `customer: abc
environments:
  p1: { name: Production, tags: [a] }
  p2: { quotas: { hostUnits: { maxLimit: 10 } } }
  t1: { state: absent }
`,
};
const seed: ClusterSeed = {
  environments: [
    { id: "abc-p1", name: "Old", tags: ["x"] },
    { id: "abc-t1", name: "Test" },
    { id: "foreign-1", name: "Not ours" },
  ],
  groups: [
    { name: "noc", ldapGroupNames: ["cn=other"], accessRight: { VIEWER: ["abc-p1", "abc-t1", "foreign-1"] } },
    { name: "gone" },
    { name: "Auditors", accessRight: { VIEWER: ["foreign-1"] } },
  ],
};

const opened: CommandWorld[] = [];
afterEach(async () => {
  for (const world of opened.splice(0)) await world.close();
});

async function startWorld(): Promise<CommandWorld> {
  const world = await startCommandWorld(files, seed);
  opened.push(world);
  return world;
}

async function planOf(world: CommandWorld): Promise<Plan> {
  const { document, code } = await world.run(["plan"]);
  expect(code).toBe(0);
  return document as Plan;
}

const applyText = (world: CommandWorld, text: string, ...more: readonly string[]) =>
  world.run(["apply", world.write("plan.json", text), ...more]);

type Loose = { -readonly [K in keyof Plan]: unknown } & { changes: Record<string, unknown>[] };

/** Applies the plan of a new world after an edit. */
async function applyEdited(edit: (plan: Loose) => void) {
  const world = await startWorld();
  const plan = structuredClone(await planOf(world)) as unknown as Loose;
  edit(plan);
  const before = contentOf(world.cluster);
  const end = await applyText(world, JSON.stringify(plan));
  return { ...end, world, before, after: contentOf(world.cluster), plan: plan as unknown as Plan };
}

const change = (plan: Loose, id: string): Record<string, unknown> => {
  const found = plan.changes.find((entry) => entry["id"] === id);
  if (!found) throw new Error(`no ${id} among ${plan.changes.map((entry) => entry["id"]).join()}`);
  return found;
};

test("a file as it was saved is carried out whole, and a plan after that is empty", async () => {
  const { code, document, world, plan } = await applyEdited(() => undefined);
  expect(code).toBe(0);
  const report = document as ApplyReport;
  expect(report.results.map(({ id }) => id)).toEqual(plan.changes.map(({ id }) => id));
  expect(report.summary).toEqual({ done: plan.changes.length, failed: 0, uncertain: 0, skipped: 0, stale: 0 });
  expect((await planOf(world)).changes).toEqual([]);
  const again = await applyText(world, JSON.stringify(plan));
  expect(again.code).toBe(0);
  expect((again.document as ApplyReport).results.every(({ attempts }) => attempts === 0)).toBe(true);
});

test("one more reading of the cluster is what a file costs: version, environments and groups", async () => {
  const world = await startWorld();
  const plan = await planOf(world);
  const planned = world.cluster.requests.length;
  const sent = () => world.cluster.requests.slice(planned).map(({ method, path }) => `${method} ${path.split("?")[0]}`);
  const { document } = await applyText(world, JSON.stringify({ ...plan, changes: [] }));
  expect((document as ApplyReport).results).toEqual([]);
  expect(sent()).toEqual([]);
  const only = plan.changes.filter(({ id }) => id === "environment/abc-p1");
  await applyText(world, JSON.stringify({ ...plan, changes: only }));
  const requests = sent();
  expect(requests.slice(0, 3).sort()).toEqual([
    "GET /api/cluster/v2/environments",
    "GET /api/v1.0/onpremise/cluster",
    "GET /api/v1.0/onpremise/groups",
  ]);
  expect(requests.slice(3).every((request) => request.includes("/environments/abc-p1"))).toBe(true);
});

describe("a file that asks for something which is not declared is refused whole", () => {
  test.each<[string, (plan: Loose) => void]>([
    [
      "an environment more",
      (plan) => {
        const id = "environment/evil-p1";
        plan.changes.push({ ...change(plan, "environment/abc-p2"), id, environment: "evil-p1", customer: "evil" });
      },
    ],
    [
      "a right more",
      (plan) =>
        Object.assign(change(plan, "permission/emea/ops/abc-p1"), {
          after: ["LOG_VIEWER", "MANAGE_SETTINGS", "VIEWER"],
          fields: ["LOG_VIEWER", "MANAGE_SETTINGS", "VIEWER"],
        }),
    ],
    [
      "another name for an unmanaged environment",
      (plan) =>
        plan.changes.push({
          ...change(plan, "environment/abc-p1"),
          ...{ id: "environment/foreign-1", environment: "foreign-1", before: { name: "Not ours" } },
          ...{ after: { name: "Ours" }, fields: ["name"] },
        }),
    ],
    [
      "a group of administrators",
      (plan) => Object.assign(change(plan, "group/emea/ops"), { after: { name: "ops", isClusterAdminGroup: true } }),
    ],
    [
      "another mapping",
      (plan) => Object.assign(change(plan, "group/emea/noc"), { after: { ldapGroupNames: ["cn=evil"] } }),
    ],
  ])("%s", async (_what, edit) => {
    const { code, document, errors, world } = await applyEdited(edit);
    expect(code).toBe(6);
    expect(document).toMatchObject({
      format: "dtsync-error/1",
      error: { exitCode: 6, message: expect.stringContaining("does not declare") },
      faults: [{ pointer: expect.stringMatching(/^\/changes\/\d+\//) }],
    });
    expect(errors).toContain("dtsync: the plan asks for what the inventory does not declare");
    expect(writesTo(world.cluster)).toEqual([]);
  });
});

describe("what a file says of guards, order and held items is not believed", () => {
  test("guards are those of a fresh plan", async () => {
    const world = await startWorld();
    const path = join("inventory", "dtsync.yaml");
    world.write(path, files["dtsync.yaml"].replace("maxRemovals: 2", "maxRemovals: 0"));
    const plan = await planOf(world);
    expect(plan.guards).toHaveLength(1);
    const { code, document } = await applyText(world, JSON.stringify({ ...plan, guards: [] }));
    expect(code).toBe(4);
    expect(document).toMatchObject({ guards: [{ guard: "maxRemovals", actual: 2 }], results: [] });
    expect(writesTo(world.cluster)).toEqual([]);
    expect((await applyText(world, JSON.stringify({ ...plan, guards: [] }), "--allow-removals", "2")).code).toBe(0);
  });

  test("nor may a file take back that a group is kept for emergencies", async () => {
    const world = await startWorld();
    world.write(
      join("inventory", "dtsync.yaml"),
      files["dtsync.yaml"].replace("maxRemovals: 2", "maxRemovals: 2, breakGlass: [noc]"),
    );
    const plan = await planOf(world);
    expect(plan.guards).toMatchObject([{ guard: "breakGlass" }]);
    const { code, document } = await applyText(world, JSON.stringify({ ...plan, guards: [] }));
    expect(code).toBe(4);
    expect(document).toMatchObject({ guards: [{ guard: "breakGlass" }], results: [] });
    expect(writesTo(world.cluster)).toEqual([]);
  });

  test("dependencies are those of a fresh plan", async () => {
    const { code, world } = await applyEdited((plan) => {
      for (const entry of plan.changes) entry["dependsOn"] = [];
    });
    expect(code).toBe(0);
    expect((await planOf(world)).changes).toEqual([]);
  });

  test("a change that is left out is not made, nor what stands on it", async () => {
    const { code, document, after } = await applyEdited((plan) => {
      plan.changes = plan.changes.filter(({ id }) => id !== "group/emea/ops");
    });
    expect(code).toBe(5);
    const { results } = document as ApplyReport;
    const skipped = results.filter(({ status }) => status !== "done");
    expect(skipped.map(({ id, status, error }) => [id, status, error?.code])).toEqual([
      ["permission/emea/ops/abc-p1", "skipped", "dependency"],
      ["permission/emea/ops/abc-p2", "skipped", "dependency"],
    ]);
    expect(after.groups.map(({ name }) => name)).not.toContain("ops");
  });
});

test("what targets stand on can be chosen alone", async () => {
  const world = await startWorld();
  const plan = (await world.run(["plan", "--target", "ops"])).document as Plan;
  const only = plan.changes.filter(({ id }) => id === "environment/abc-p2");
  const { code, document } = await applyText(world, JSON.stringify({ ...plan, changes: only }));
  expect(code).toBe(0);
  expect((document as ApplyReport).results).toMatchObject([{ id: "environment/abc-p2", status: "done", attempts: 1 }]);
});

describe("a file of another form is refused with each place", () => {
  test.each<[string, (plan: Loose) => void, string]>([
    [
      "changes that depend on each other",
      (plan) => {
        const [first, second] = plan.changes;
        Object.assign(first ?? {}, { dependsOn: [second?.["id"]] });
        Object.assign(second ?? {}, { dependsOn: [first?.["id"]] });
      },
      "/changes/0/dependsOn",
    ],
    ["a change without environment", (plan) => delete change(plan, "environment/abc-p1")["environment"], "environment"],
    ["a kind in a list", (plan) => Object.assign(plan.changes[0] ?? {}, { kind: ["environment"] }), "/changes/0/kind"],
    [
      "permissions that are no list",
      (plan) => Object.assign(change(plan, "permission/emea/ops/abc-p1"), { after: { VIEWER: true } }),
      "/after",
    ],
  ])("%s", async (_what, edit, pointer) => {
    const { code, document, world } = await applyEdited(edit);
    expect(code).toBe(3);
    expect(document).toMatchObject({ format: "dtsync-error/1", error: { exitCode: 3 } });
    const { faults } = document as { readonly faults: readonly { readonly pointer: string }[] };
    expect(faults.some((fault) => fault.pointer.endsWith(pointer))).toBe(true);
    expect(writesTo(world.cluster)).toEqual([]);
    expect(existsSync(join(world.directory, ".local/state/dtsync/runs"))).toBe(false);
  });
});

/** Values as somebody might write them into a file, among them parts of the file itself. */
const someValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, "", "VIEWER", "MANAGE_SETTINGS", "foreign-1", "abc-p1", [], {}, [[]]),
  fc.constantFrom<unknown>(["VIEWER"], { name: "X" }, { state: "disabled" }, "delete", "update", "permission", "emea"),
  fc.constantFrom<unknown>({ isClusterAdminGroup: true, name: "ops" }, ["cn=evil"], "__proto__", "constructor"),
  fc.jsonValue({ maxDepth: 2 }),
);

type Node = Record<string, unknown> | unknown[];

function nodesOf(value: unknown): readonly Node[] {
  if (typeof value !== "object" || value === null) return [];
  return [value as Node, ...Object.values(value).flatMap(nodesOf)];
}

interface Edit {
  readonly how: "set" | "delete" | "copy" | "swap" | "rename" | "leave-out" | "narrow";
  readonly node: number;
  readonly entry: number;
  readonly other: number;
  readonly value: unknown;
}

/** Edits a plan somewhere; what is edited is found among all lists and objects, those of changes most of the time. */
function editPlan(plan: Loose, { how, node, entry, other, value }: Edit): void {
  if (how === "leave-out") plan.changes.splice(node % Math.max(1, plan.changes.length), 1);
  const narrowed = how === "narrow" ? plan.changes[node % Math.max(1, plan.changes.length)] : undefined;
  const fields = narrowed?.["fields"];
  if (narrowed && Array.isArray(fields) && fields.length > 1) {
    const [field] = fields.splice(entry % fields.length, 1);
    for (const side of [narrowed["before"], narrowed["after"]]) {
      if (typeof side === "object" && side !== null) delete (side as Record<string, unknown>)[String(field)];
    }
  }
  const nodes = node % 5 === 0 ? nodesOf(plan) : nodesOf(plan.changes);
  const target = nodes[node % Math.max(1, nodes.length)];
  if (target === undefined) return;
  const keys = Object.keys(target);
  const key = keys[entry % Math.max(1, keys.length)] ?? "name";
  const holder = target as Record<string, unknown>;
  if (how === "set") holder[key] = value;
  else if (how === "delete") {
    if (Array.isArray(target)) target.splice(Number(key), 1);
    else delete holder[key];
  } else if (how === "copy" && Array.isArray(target)) target.push(structuredClone(holder[key]));
  else if (how === "swap") {
    const twins = nodes.filter((candidate) => candidate !== target && Object.hasOwn(candidate, key));
    const twin = twins[other % Math.max(1, twins.length)] as Record<string, unknown> | undefined;
    if (twin) [holder[key], twin[key]] = [twin[key], holder[key]];
  } else if (how === "rename") {
    // The same edit everywhere keeps a file valid.
    const [from, to] = [
      ["abc-p1", "foreign-1"],
      ["ops", "Auditors"],
      ["abc-t1", "foreign-1"],
      ["LOG_VIEWER", "MANAGE_SETTINGS"],
      ["Production", "Evil"],
      ["cn=noc", "cn=evil"],
      ['"isClusterAdminGroup":false', '"isClusterAdminGroup":true'],
    ][other % 7] as [string, string];
    plan.changes = JSON.parse(JSON.stringify(plan.changes).replaceAll(from, to));
  }
}

const someEdit: fc.Arbitrary<Edit> = fc.record({
  how: fc.constantFrom(
    "set",
    "delete",
    "copy",
    "swap",
    "rename",
    "rename",
    "leave-out",
    "leave-out",
    "narrow",
    "narrow",
  ),
  node: fc.nat(5000),
  entry: fc.nat(50),
  other: fc.nat(50),
  value: someValue,
});

type Content = ReturnType<typeof contentOf>;

/** Every fact about a cluster as a line, so that facts can be compared as sets. */
function factsOf({ environments, groups }: Content): ReadonlySet<string> {
  const day = /dtsync:disabled=\d{4}-\d{2}-\d{2}/;
  return new Set([
    ...environments.flatMap(({ id, ...fields }) =>
      Object.entries(fields).map(([name, value]) => `${id} ${name} ${JSON.stringify(value).replace(day, "DAY")}`),
    ),
    ...groups.flatMap(({ id, accessRight, ...fields }) => [
      ...Object.entries(fields).map(([name, value]) => `${id} ${name} ${JSON.stringify(value)}`),
      ...Object.entries(accessRight).flatMap(([name, ids]) => ids.map((where) => `${id} ${name} on ${where}`)),
    ]),
  ]);
}

test("whatever is edited, nothing is made but what a plan would make", { timeout: fuzzTimeout }, async () => {
  const reference = await startWorld();
  const text = JSON.stringify(await planOf(reference));
  const before = factsOf(contentOf(reference.cluster));
  expect((await applyText(reference, text)).code).toBe(0);
  const target = factsOf(contentOf(reference.cluster));
  const codes = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(someEdit, { minLength: 1, maxLength: 4 }), async (edits) => {
      const world = await startCommandWorld(files, seed);
      try {
        // The inventory's digest covers the address of the cluster, which is another one in each world.
        const plan = JSON.parse(text) as Loose;
        plan.inventory = (await planOf(world)).inventory;
        for (const edit of edits) editPlan(plan, edit);
        const { code, document, errors } = await applyText(world, JSON.stringify(plan));
        codes.set(code, (codes.get(code) ?? 0) + 1);
        expect([0, 3, 4, 5, 6]).toContain(code);
        expect(code === 3 && document === null ? errors : document).not.toBe(null);
        expect(errors).not.toMatch(/\n\s+at /);
        const after = factsOf(contentOf(world.cluster));
        const written = writesTo(world.cluster);
        if (code === 3 || code === 4) expect(written).toEqual([]);
        expect([...after].filter((fact) => !before.has(fact) && !target.has(fact))).toEqual([]);
        expect([...before].filter((fact) => target.has(fact) && !after.has(fact))).toEqual([]);
        expect(existsSync(runsOf(world)) ? readdirSync(runsOf(world)) : []).toEqual([]);
      } finally {
        await world.close();
      }
    }),
    { numRuns: numberOfCases("plan files") },
  );
  // Some edits leave a valid file, others do not, and some ask for what is not declared.
  expect([...codes.keys()]).toEqual(expect.arrayContaining([0, 3, 6]));
});

const runsOf = ({ directory }: CommandWorld): string => join(directory, ".local/state/dtsync/runs");

test("work that nothing will end any more ends as a bug, cleaned up", async () => {
  const world = await startWorld();
  const plan = await planOf(world);
  world.cluster.addFault({
    match: { method: "PUT", path: "/api/cluster/v2/environments/*", times: 99 },
    do: { status: 503 },
  });
  const emitter = new EventEmitter();
  let paused: () => void = () => undefined;
  const pausing = new Promise<void>((resolve) => {
    paused = resolve;
  });
  const clock = {
    ...realClock,
    sleep: () => {
      paused();
      return new Promise<void>(() => undefined);
    },
  };
  const only = plan.changes.filter(({ kind }) => kind === "environment").slice(0, 1);
  const file = world.write("plan.json", JSON.stringify({ ...plan, changes: only }));
  const running = world.run(["apply", file], { clock, awaitEnd: createAwaitEnd(emitter) });
  await pausing;
  emitter.emit("beforeExit");
  await expect(running).rejects.toThrow("cannot happen any more");
  expect(existsSync(runsOf(world)) ? readdirSync(runsOf(world)) : []).toEqual([]);
});
