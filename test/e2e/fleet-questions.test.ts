import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Fleet } from "../../src/model/fleet.ts";
import { type EndToEnd, type Running, startEndToEnd } from "../support/end-to-end.ts";

const keys = ["p1", "p2", "p3", "p4"];
const ids = keys.map((key) => `abc-${key}`);
const inventory = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults: { cluster: emea }
`,
  "customers/abc.yaml": `customer: abc
environments:
${keys.map((key) => `  ${key}: { hosts: [] }`).join("\n")}
`,
};

let world: EndToEnd;
beforeEach(async () => {
  const seed = { environments: ids.map((id) => ({ id, name: id.replace("-", " ") })) };
  world = await startEndToEnd({ inventory, clusters: ["emea"], cluster: { seed } });
});
afterEach(() => world.close());

/** Ends a run by Ctrl-C once an environment has answered, while another one has not yet. */
async function interrupted(running: Running) {
  const held = world.cluster("emea").addFault({ match: { path: "/e/abc-p4/api/v2/problems" }, do: { delay: 60_000 } });
  const stop = world.cluster("emea").onRequest(({ method, path }) => {
    if (method === "DELETE" && path.startsWith("/e/abc-p1/")) running.child.kill("SIGINT");
  });
  const ended = await running.finished;
  stop();
  // Where the run ended before it had asked, the next one would meet it.
  held.remove();
  return ended;
}

const tokensLeft = () =>
  world
    .cluster("emea")
    .snapshot()
    .tokens.filter(({ name, scopes }) => /^dtsync run /.test(name) && !scopes.includes("TenantTokenManagement"));
const askedOf = (id: string) =>
  world.cluster("emea").requests.filter(({ path }) => path.startsWith(`/e/${id}/`)).length;

test("a question that was cut off is answered whole by the next run, and no token is left", async () => {
  const question = ["api", "/api/v2/problems"];
  const cutOff = await interrupted(world.start(question));
  expect([cutOff.code, tokensLeft()]).toEqual([130, []]);
  const file = join(world.directory, "answers.jsonl");
  writeFileSync(file, cutOff.stdout);
  const asked = askedOf("abc-p1");
  const { code, stdout, stderr } = await world.run([...question, "--resume", file]);
  expect(code, stderr).toBe(0);
  const answers = stdout.trim().split("\n");
  expect(answers.map((line) => (JSON.parse(line) as { environment: string }).environment).sort()).toEqual(ids);
  expect([askedOf("abc-p1"), tokensLeft()]).toEqual([asked, []]);
});

test("status that was cut off goes on from what it has kept for its user alone", async () => {
  const cutOff = await interrupted(world.start(["status"]));
  expect([cutOff.code, tokensLeft()]).toEqual([130, []]);
  const folder = join(world.directory, ".cache/dtsync/status");
  const modes = [folder, ...readdirSync(folder).map((name) => join(folder, name))].map((path) => statSync(path).mode);
  expect(modes.map((mode) => mode & 0o077)).toEqual([0, 0]);
  const asked = askedOf("abc-p1");
  const { code, stdout, stderr } = await world.run(["status", "--format", "json"]);
  expect(code, stderr).toBe(0);
  expect((JSON.parse(stdout) as Fleet).counts).toMatchObject({ environments: 4, unknown: 0 });
  expect([askedOf("abc-p1"), tokensLeft()]).toEqual([asked, []]);
});
