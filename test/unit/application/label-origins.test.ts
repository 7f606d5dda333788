import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { labelOrigins } from "../../../src/application/label-origins.ts";
import { loadDeclared } from "../../../src/application/load-declared.ts";
import { createPlan, type PlanInput } from "../../../src/plan/create-plan.ts";
import { anObservedCluster, anObservedEnvironment, everything, noon } from "../../support/builders.ts";
import { aContext, fleetOptionsOf } from "../../support/context.ts";
import { createGitInventory, type GitInventory, gitEnvironment } from "../../support/git-inventory.ts";

const opened: GitInventory[] = [];
afterEach(() => {
  for (const repository of opened.splice(0)) repository.close();
});

const settings = `version: 1
clusters: { emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } } }
defaults: { cluster: emea }
`;
const customer = (...environments: readonly string[]) =>
  `customer: abc\nenvironments:\n${environments.map((text) => `  ${text}\n`).join("")}`;

/** An inventory with one commit for each text of its customer. */
function newRepository(...texts: readonly string[]): GitInventory {
  const repository = createGitInventory();
  opened.push(repository);
  for (const text of texts) {
    repository.commit({ "inventory/dtsync.yaml": settings, "inventory/customers/abc.yaml": text });
  }
  return repository;
}

/** The origins of what a plan changes on a cluster that has abc-p1 and abc-t1 with the tag `there`. */
async function originsOf(repository: GitInventory, base: string) {
  const options = fleetOptionsOf({ inventory: join(repository.directory, "inventory") });
  const { context } = aContext({ variables: gitEnvironment });
  const { inventory } = await loadDeclared(options, context);
  if (inventory === null) throw new Error("the inventory of this test is invalid");
  const there = ["p1", "t1"].map((key) =>
    anObservedEnvironment({ id: `abc-${key}`, name: `abc ${key}`, tags: ["there"] }),
  );
  const input: PlanInput = {
    inventory,
    hosts: inventory.hosts,
    observed: { clusters: new Map([["emea", anObservedCluster({ environments: there })]]), hosts: new Map() },
    scope: everything,
    createdAt: noon,
    dtsync: "0.1.0",
    commit: null,
    dirty: false,
    held: [],
    incompleteHostLists: new Set(),
    warnings: ["a warning of the plan"],
  };
  const { changes, warnings } = await labelOrigins(createPlan(input), input, base, options, context);
  expect(warnings[0]).toBe("a warning of the plan");
  return { origins: changes.map(({ origin, id }) => `${origin} ${id}`), warnings: warnings.slice(1) };
}

test("a change is this revision's, pending since an older one, or nobody's", async () => {
  const repository = newRepository(
    customer("p1: { tags: [there] }", "t1: { tags: [mine] }"),
    customer("p1: { tags: [older] }", "t1: { tags: [mine] }"),
    customer("p1: { tags: [older] }", "t1: { tags: [mine] }", "d1: {}"),
  );
  expect(await originsOf(repository, "HEAD~1")).toEqual({
    origins: ["change environment/abc-d1", "pending environment/abc-p1", "drift environment/abc-t1"],
    warnings: [],
  });
});

test("what the base creates already is pending", async () => {
  const text = customer("p1: { tags: [there] }", "t1: { tags: [there] }", "d1: {}");
  const repository = newRepository(text);
  repository.write({ "inventory/customers/abc.yaml": `${text}# a comment\n` });
  expect((await originsOf(repository, "HEAD")).origins).toEqual(["pending environment/abc-d1"]);
});

test("a shallow clone says that drift may be pending", async () => {
  const repository = newRepository(customer("t1: { tags: [mine] }"));
  const origin = repository.clone("--depth=1");
  origin.git("remote", "set-url", "origin", "file:///nonexistent");
  repository.git("commit", "--quiet", "--allow-empty", "--message", "later");
  const shallow = repository.clone("--depth=1");
  shallow.git("remote", "set-url", "origin", "file:///nonexistent");
  expect(await originsOf(shallow, "HEAD")).toEqual({
    origins: ["drift environment/abc-t1"],
    warnings: [
      expect.stringMatching(/^--base HEAD: what is called drift may be pending, because the clone is shallow/),
    ],
  });
});

test.each([
  ["nope", ""],
  ["HEAD~1", "that revision has no inventory"],
  ["HEAD", "the inventory of that revision is invalid"],
])("of --base %s nothing is known, and the plan says why", async (base, reason) => {
  const repository = createGitInventory();
  opened.push(repository);
  repository.commit({ "notes.txt": "" });
  repository.commit({ "inventory/dtsync.yaml": "version: [\n" });
  repository.write({ "inventory/dtsync.yaml": settings, "inventory/customers/abc.yaml": customer("d1: {}") });
  expect(await originsOf(repository, base)).toEqual({
    origins: ["null environment/abc-d1"],
    warnings: [expect.stringContaining(`--base ${base}: the origin of changes is not known, because ${reason}`)],
  });
});
