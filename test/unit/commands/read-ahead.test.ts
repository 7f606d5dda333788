import { afterEach, expect, test } from "vitest";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";

const settings = `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults: { cluster: emea }
`;
const customer = "customer: abc\nenvironments:\n  p1: { hosts: [] }\n";

/** Customers enough that checking them takes a while. */
const crowd = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `customers/x${index}.yaml`,
      `customer: x${index}\nenvironments: {}\n`,
    ]),
  );

let world: CommandWorld;
afterEach(() => world.close());

const planned = (files: Readonly<Record<string, string>>, parameters: readonly string[] = []) =>
  asked("plan", files, parameters);

async function asked(
  command: "plan" | "status",
  files: Readonly<Record<string, string>>,
  parameters: readonly string[],
) {
  world = await startCommandWorld(
    { "dtsync.yaml": settings, "customers/abc.yaml": customer, ...crowd(60), ...files },
    { environments: [{ id: "abc-p1", name: "abc p1" }] },
  );
  const end = await world.run([command, "--hosts", "skip", ...parameters]);
  return { end, asked: world.cluster.requests.map(({ method, path }) => `${method} ${path}`) };
}

const reads = ["GET /api/v1.0/onpremise/cluster", "GET /api/cluster/v2/environments", "GET /api/v1.0/onpremise/groups"];

test("a valid inventory: everything is asked once, and the plan counts it", async () => {
  const { end, asked } = await planned({});
  expect(end.code).toBe(0);
  expect([...asked].sort()).toEqual([...reads].sort());
  expect(end.document).toMatchObject({ changes: [], clusters: { emea: { requests: 3 } } });
});

test("limits that only a customer declares are read with the list", async () => {
  const limited = "customer: abc\nenvironments:\n  p1: { hosts: [], quotas: { hostUnits: { maxLimit: 7 } } }\n";
  const { end, asked } = await planned({ "customers/abc.yaml": limited });
  expect(end.document).toMatchObject({
    changes: [{ id: "environment/abc-p1", fields: ["quotas.hostUnits.maxLimit"] }],
  });
  // The one that differs is read once more by itself.
  expect(asked).toHaveLength(4);
});

test("a fault in a small inventory: nothing is sent at all", async () => {
  world = await startCommandWorld({ "dtsync.yaml": settings, "customers/abc.yaml": `${customer}colour: red\n` }, {});
  const end = await world.run(["plan", "--hosts", "skip"]);
  expect(end.code).toBe(3);
  expect(world.cluster.requests).toEqual([]);
});

test("a fault in a customer's file: nothing is sent but reads, and the run ends with 3", async () => {
  const { end, asked } = await planned({ "customers/abc.yaml": `${customer}colour: red\n` });
  expect(end.code).toBe(3);
  expect(asked.filter((request) => !reads.includes(request))).toEqual([]);
});

test.each([
  ["in the clusters", { "dtsync.yaml": settings.replace("token:", "tokens:") }],
  ["in another part of dtsync.yaml", { "dtsync.yaml": `${settings}safety: { maxRemovals: -1 }\n` }],
  ["in a role", { "dtsync.yaml": `${settings}roles: { viewer: [nobody] }\n` }],
])("a fault %s: nothing is sent at all", async (_where, files) => {
  const { end, asked } = await planned(files);
  expect(end.code).toBe(3);
  expect(asked).toEqual([]);
});

test.each([
  ["a target that is not there", ["--target", "xyz-p1"]],
  ["an exclude that is not there", ["--exclude", "xyz-p1"]],
])("%s: it is refused before anything is asked", async (_what, options) => {
  const { end, asked } = await planned({}, options);
  expect(end.code).toBe(3);
  expect(asked).toEqual([]);
});

test("a cluster whose origin nobody has allowed: no other one is asked either", async () => {
  const second = "  apac: { url: https://dynatrace.apac.example.com, token: { env: DTSYNC_TOKEN_APAC } }\n";
  const both = settings.replace("defaults:", `${second}defaults:`);
  const { end, asked } = await planned({ "dtsync.yaml": both });
  expect(end.code).toBe(4);
  expect(asked).toEqual([]);
});

test("a token from a command is not asked for ahead, and the cluster is read as ever", async () => {
  const command = settings.replace("{ env: DTSYNC_TOKEN_EMEA }", "{ command: [./no-such-program] }");
  const { end, asked } = await planned({ "dtsync.yaml": command });
  expect(end.code).toBe(1);
  expect(asked).toEqual([]);
});

test("status asks a cluster for its lists once, too", async () => {
  const { end, asked: sent } = await asked("status", {}, []);
  expect(end.document).toMatchObject({ counts: { environments: 1, unknown: 0 } });
  expect(sent.filter((request) => reads.includes(request)).sort()).toEqual([...reads].sort());
});

test("a fault in a customer's file: status sends nothing but reads of the cluster, and ends with 3", async () => {
  const { end, asked: sent } = await asked(
    "status",
    { ...crowd(400), "customers/abc.yaml": `${customer}colour: red\n` },
    [],
  );
  expect(end.code).toBe(3);
  expect(sent.filter((request) => !reads.includes(request))).toEqual([]);
  // It had begun while the inventory was still being checked.
  expect(sent).toContain(reads[0]);
});
