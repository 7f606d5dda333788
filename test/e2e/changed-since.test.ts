import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../src/model/plan.ts";
import { type EndToEnd, smallInventory, startEndToEnd } from "../support/end-to-end.ts";

let world: EndToEnd;
const git = (...parameters: readonly string[]): string =>
  execFileSync("git", parameters, { cwd: world.directory, encoding: "utf8" }).trim();
const actionsOf = ({ changes }: Plan): readonly string[] => changes.map(({ action, id }) => `${action} ${id}`);
const originsOf = ({ changes }: Plan): readonly string[] => changes.map(({ origin, id }) => `${origin} ${id}`);
const abc = (name: string, tags: string): string =>
  `customer: abc\nname: ABC Retail AG\nenvironments:\n  p1: { name: ${name}, tags: [${tags}] }\n  t1: {}\n`;

beforeAll(async () => {
  world = await startEndToEnd({ inventory: smallInventory, clusters: ["emea", "apac"] });
});
afterAll(() => world.close());

describe("what changed in Git", () => {
  test("is all that a narrowed plan and apply are about, and all that they read", async () => {
    const base = git("rev-parse", "HEAD");
    world.write({ "customers/abc.yaml": abc("One", "a") });
    const { code, plan } = await world.plan(["--changed-since", base]);
    expect(code).toBe(0);
    expect(actionsOf(plan)).toEqual(["create environment/abc-p1"]);
    expect(plan.scope.changedSince).toBe(base);
    expect(Object.keys(plan.clusters)).toEqual(["emea"]);
    expect(plan.warnings).toEqual([]);
    const { report } = await world.apply(["--auto-approve", "--changed-since", base]);
    expect(report.results.map(({ id, status }) => `${status} ${id}`)).toEqual(["done environment/abc-p1"]);
    expect((await world.plan(["--changed-since", "HEAD"])).plan).toMatchObject({ changes: [], clusters: {} });
  });

  test("is everything where it is unclear, and the plan says so", async () => {
    for (const revision of ["nope", "", "HEAD~99"]) {
      const { code, plan } = await world.plan(["--changed-since", revision]);
      expect(code).toBe(0);
      expect(plan.changes.length).toBeGreaterThan(5);
      expect(plan.warnings.join()).toContain(`--changed-since ${revision}: everything is compared, because `);
    }
    writeFileSync(join(world.directory, ".gitlab-ci.yml"), "plan: {}\n");
    const { plan } = await world.plan(["--changed-since", "HEAD"]);
    expect(plan.warnings).toEqual([
      "--changed-since HEAD: everything is compared, because .gitlab-ci.yml changed, which may change every run",
    ]);
    world.write({});
  });

  test("does not go with a plan file", async () => {
    await world.plan(["--out", "plan.json"]);
    const { code, stderr } = await world.run(["apply", "plan.json", "--changed-since", "HEAD"]);
    expect(code).toBe(3);
    expect(stderr).toContain("--changed-since");
  });

  test("tells of each change who declared it", async () => {
    await world.apply();
    world.write({
      "customers/abc.yaml": abc("Two", "a"),
      "customers/new.yaml": "customer: new\nenvironments: { d1: {} }\n",
    });
    const base = git("rev-parse", "HEAD");
    world.cluster("emea").setEnvironment("abc-t1", { tags: ["by-hand"] });
    world.write({ "customers/xyz.yaml": "customer: xyz\ncluster: apac\nenvironments: { p1: { tags: [mine] } }\n" });
    const { plan } = await world.plan(["--base", base]);
    expect([...originsOf(plan)].sort()).toEqual([
      "change environment/xyz-p1",
      "drift environment/abc-t1",
      "pending environment/abc-p1",
      "pending environment/new-d1",
      "pending group/emea/new-operators",
      "pending permission/emea/new-operators/new-d1",
    ]);
    const { stdout } = await world.run(["plan", "--base", base]);
    expect(stdout).toContain("~ update environment abc-p1 on emea  [pending]");
    const unknown = await world.plan(["--base", "nope"]);
    expect(unknown.plan.warnings.join()).toContain("--base nope: the origin of changes is not known, because ");
    expect(new Set(unknown.plan.changes.map(({ origin }) => origin))).toEqual(new Set([null]));
  });
});
