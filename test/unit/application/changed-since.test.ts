import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { readChangedSince } from "../../../src/application/changed-since.ts";
import { loadDeclared } from "../../../src/application/load-declared.ts";
import { scopeFilter } from "../../../src/plan/scope.ts";
import { everything } from "../../support/builders.ts";
import { aContext, fleetOptionsOf } from "../../support/context.ts";
import { createGitInventory, firstFiles, type GitInventory, gitEnvironment } from "../../support/git-inventory.ts";

const opened: GitInventory[] = [];
afterEach(() => {
  for (const repository of opened.splice(0)) repository.close();
});

function newRepository(): GitInventory {
  const repository = createGitInventory();
  opened.push(repository);
  repository.commit(firstFiles);
  return repository;
}

/** The environments that are left of a run, and the warnings. */
async function left(repository: GitInventory, revision: string, variables = gitEnvironment) {
  const options = fleetOptionsOf({ inventory: join(repository.directory, "inventory") });
  const { context } = aContext({ variables });
  const { inventory } = await loadDeclared(options, context);
  if (inventory === null) throw new Error("the inventory of this test is invalid");
  const { affected, warnings } = await readChangedSince(inventory, revision, options, context);
  const filter = scopeFilter(everything, inventory, affected);
  const environments = inventory.environments
    .filter(({ id, customer, cluster }) =>
      filter.matches({ cluster, customer, environment: id, group: null, host: null }),
    )
    .map(({ id }) => id);
  return { environments, warnings, everything: affected === null };
}

const customer = (tags: string) => `customer: xyz\ncluster: apac\nenvironments: { p1: { tags: [${tags}] }, t1: {} }\n`;
const all = ["abc-p1", "abc-t1", "xyz-p1", "xyz-t1"];

describe("what changed since a revision", () => {
  test("is nothing where nothing changed", async () => {
    expect(await left(newRepository(), "HEAD")).toEqual({ environments: [], warnings: [], everything: false });
  });

  test("is what commits and the work tree declare otherwise", async () => {
    const repository = newRepository();
    repository.commit({ "inventory/customers/xyz.yaml": customer("a") });
    expect((await left(repository, "HEAD~1")).environments).toEqual(["xyz-p1"]);
    repository.write({
      "inventory/customers/abc.yaml": "customer: abc\nenvironments: { p1: {}, t1: { trial: true } }\n",
    });
    expect((await left(repository, "HEAD~1")).environments).toEqual(["abc-t1", "xyz-p1"]);
    expect((await left(repository, "HEAD")).environments).toEqual(["abc-t1"]);
  });

  test("begins for a branch where it was left, and for a hash at the hash", async () => {
    const repository = newRepository();
    repository.git("checkout", "--quiet", "-b", "feature");
    repository.commit({ "inventory/customers/xyz.yaml": customer("a") });
    repository.git("checkout", "--quiet", "main");
    const tip = repository.commit({
      "inventory/customers/abc.yaml": "customer: abc\nenvironments: { p1: {}, t1: { trial: true } }\n",
    });
    repository.git("checkout", "--quiet", "feature");
    expect((await left(repository, "main")).environments).toEqual(["xyz-p1"]);
    expect((await left(repository, tip)).environments).toEqual(["abc-t1", "xyz-p1"]);
  });
});

describe("it is everything, with the reason, where", () => {
  const unclear = async (repository: GitInventory, revision: string, variables = gitEnvironment) => {
    const { environments, warnings } = await left(repository, revision, variables);
    expect(environments).toEqual(all);
    expect(warnings).toHaveLength(1);
    return warnings[0];
  };

  test("there is no such revision", async () => {
    expect(await unclear(newRepository(), "nope")).toMatch(/^--changed-since nope: everything is compared, because /);
  });

  test("there is no Git", async () => {
    const repository = newRepository();
    expect(await unclear(repository, "HEAD", { ...gitEnvironment, PATH: "" })).toContain("everything is compared");
  });

  test.each([".gitlab-ci.yml", "package.json", "package-lock.json"])(
    "%s changed, which may decide about the run",
    async (file) => {
      const repository = newRepository();
      repository.commit({ [file]: "{}\n" });
      expect(await unclear(repository, "HEAD~1")).toContain(`because ${file} changed, which may change every run`);
    },
  );

  test("the revision has no inventory", async () => {
    const repository = newRepository();
    repository.git("mv", "inventory", "elsewhere");
    repository.commit();
    repository.git("mv", "elsewhere", "inventory");
    expect(await unclear(repository, "HEAD")).toContain("because that revision has no inventory");
  });

  test("its inventory is invalid", async () => {
    const repository = newRepository();
    repository.commit({ "inventory/customers/xyz.yaml": "customer: [\n" });
    repository.write({ "inventory/customers/xyz.yaml": customer("a") });
    expect(await unclear(repository, "HEAD")).toContain("because the inventory of that revision is invalid");
  });

  test("a control character in the name of the revision is shown as text", async () => {
    expect(await unclear(newRepository(), "a\u001b[2J")).not.toContain("\u001b");
  });
});
