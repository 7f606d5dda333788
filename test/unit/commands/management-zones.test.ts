import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exitCodes } from "../../../src/errors.ts";
import { documentFaults } from "../../../src/load/schema/document-schemas.ts";
import type { ApplyReport } from "../../../src/model/result.ts";
import { ownIdentity } from "../../../src/state/process-identity.ts";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";

const settings = `version: 1
clusters:
  emea: { url: https://emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults: { cluster: emea }
safety: { maxUpdates: 100% }
`;
const customer = "customer: abc\nenvironments: { p1: {}, t1: {} }\n";
const groups = (teamA: string) => `groups:
  - name: shop
    access:
      abc-p1:
        managementZones:
          Web shop: [VIEWER, LOG_VIEWER]
          Team A: ${teamA}
`;
const shop = "zone-permission/emea/shop/abc-p1/Web shop";
const team = "zone-permission/emea/shop/abc-p1/Team A";

let world: CommandWorld;

beforeEach(async () => {
  world = await startCommandWorld(
    { "dtsync.yaml": settings, "customers/abc.yaml": customer, "groups/shop.yaml": groups("VIEWER") },
    {
      environments: [
        { id: "abc-p1", name: "abc p1" },
        { id: "abc-t1", name: "abc t1" },
      ],
      groups: [{ name: "shop" }],
      managementZones: [
        { environment: "abc-p1", id: "-1", name: "Web shop" },
        { environment: "abc-p1", id: "2", name: "Team A" },
      ],
    },
  );
});
afterEach(() => world.close());

interface Changes {
  readonly changes: readonly { readonly id: string; readonly action: string }[];
}

const rightsThere = () =>
  world.cluster.snapshot().zoneRights.map(({ zone, permissions }) => [zone, [...permissions].sort().join(" ")]);

async function actionsOf(...parameters: readonly string[]): Promise<readonly string[]> {
  const { document, errors } = await world.run(parameters);
  expect(document, errors).not.toBeNull();
  return (document as Changes).changes.map(({ id, action }) => `${action} ${id}`);
}

test("a plan file sets rights on zones exactly, and then there is nothing to do", async () => {
  const file = join(world.directory, "plan.json");
  const planned = await world.run(["plan", "--out", file]);
  expect(documentFaults("plan", planned.document)).toEqual([]);
  expect((planned.document as Changes).changes.map(({ id, action }) => `${action} ${id}`)).toEqual([
    `grant ${team}`,
    `grant ${shop}`,
  ]);
  const applied = await world.run(["apply", file]);
  expect(applied).toMatchObject({ code: 0, document: { summary: { done: 2 } } });
  expect(documentFaults("apply", applied.document)).toEqual([]);
  expect(rightsThere()).toEqual([
    ["2", "VIEWER"],
    ["-1", "LOG_VIEWER VIEWER"],
  ]);
  expect(await actionsOf("plan")).toEqual([]);
});

test("what changed on a zone since the plan is stale, and stays", async () => {
  const file = join(world.directory, "plan.json");
  await world.run(["plan", "--out", file]);
  const changed = await world.run(["apply", "--auto-approve", "--target", team]);
  expect(changed).toMatchObject({ code: 0, document: { summary: { done: 1 } } });
  world.write("inventory/groups/shop.yaml", groups("[VIEWER, MANAGE_SETTINGS]"));
  await world.run(["apply", "--auto-approve"]);
  world.write("inventory/groups/shop.yaml", groups("VIEWER"));
  const { code, document } = await world.run(["apply", file]);
  expect(code).toBe(exitCodes.stale);
  const { results } = document as ApplyReport;
  expect(results.map(({ id, status }) => [id, status])).toEqual([
    [team, "stale"],
    [shop, "done"],
  ]);
  expect(rightsThere()).toContainEqual(["2", "MANAGE_SETTINGS VIEWER"]);
});

test("a write that is refused is tried again by --retry, and nothing else", async () => {
  const fault = world.cluster.addFault({
    match: { method: "PUT", path: /\/groups\/managementZones$/, times: 9 },
    do: { status: 403, body: { error: { code: 403, message: "not now" } } },
  });
  const report = join(world.directory, "apply.json");
  const failed = await world.run(["apply", "--auto-approve", "--report", `json=${report}`]);
  expect(failed).toMatchObject({ code: 5, document: { summary: { failed: 2 } } });
  fault.remove();
  world.write("inventory/customers/abc.yaml", customer.replace("t1: {}", "t1: { name: Other }"));
  expect(await actionsOf("plan", "--retry", report)).toEqual([`grant ${team}`, `grant ${shop}`]);
});

test("diff and --changed-since tell the rights that the inventory declares differently", async () => {
  const git = (...parameters: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...parameters], {
      cwd: join(world.directory, "inventory"),
      stdio: "pipe",
    });
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "one");
  await world.run(["apply", "--auto-approve"]);
  world.write("inventory/groups/shop.yaml", groups("[]"));
  world.write("inventory/customers/abc.yaml", customer.replace("t1: {}", "t1: { name: Other }"));
  git("commit", "--quiet", "--all", "--message", "two");
  world.write("inventory/customers/abc.yaml", customer.replace("t1: {}", "t1: { name: Another }"));
  git("commit", "--quiet", "--all", "--message", "three");
  expect(await actionsOf("diff", "HEAD~2..HEAD~1")).toEqual(["update environment/abc-t1", `revoke ${team}`]);
  expect(await actionsOf("plan", "--changed-since", "HEAD~2")).toEqual(["update environment/abc-t1", `revoke ${team}`]);
  expect(await actionsOf("plan", "--changed-since", "HEAD~1")).toEqual(["update environment/abc-t1"]);
});

test("explain and list tell where rights on zones come from, and which environments they reach", async () => {
  const explained = await world.run(["explain", shop, "--format", "text"]);
  expect(explained.output).toContain("abc-p1.managementZones.Web shop  LOG_VIEWER  groups/shop.yaml:6");
  const { document } = await world.run(["list", "groups"]);
  expect(document).toMatchObject({ items: [{ name: "shop", environments: 1 }] });
});

test("a plan that asks environments revokes what a killed plan left, and says so", async () => {
  const runId = "a".repeat(12);
  const name = `dtsync run ${runId}`;
  world.cluster.createToken({ name: `${name} run 1`, scopes: ["EnvironmentTokenManagement"] });
  world.cluster.createToken({ name: `${name} read 3`, scopes: ["ReadConfig"], environment: "abc-p1" });
  world.cluster.createToken({ name: "somebody's", scopes: ["ReadConfig"], environment: "abc-p1" });
  const { clusters } = (await world.run(["plan"])).document as { clusters: { emea: { url: string } } };
  const folder = join(world.directory, ".local/state/dtsync/runs");
  const journal = join(folder, `${runId}.json`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(
    journal,
    JSON.stringify({
      format: "dtsync-journal/1",
      runId,
      process: { ...ownIdentity(), start: "1" },
      lastToken: Date.now(),
      tokens: [null, "abc-p1"].map((environment) => ({ cluster: clusters.emea.url, environment })),
      directory: null,
    }),
    { mode: 0o600 },
  );
  const planned = await world.run(["plan"]);
  expect(planned.code, planned.errors).toBe(0);
  const alive = world.cluster.snapshot().tokens.filter(({ revoked }) => !revoked);
  expect(alive.filter((token) => token.name.startsWith(name))).toEqual([]);
  expect(alive.map((token) => token.name)).toContain("somebody's");
  expect(existsSync(journal)).toBe(false);
});
