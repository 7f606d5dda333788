import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Diagnostic } from "../../../src/model/diagnostic.ts";
import type { DifferenceReport } from "../../../src/model/difference.ts";
import { createGitInventory, firstFiles, type GitInventory, runCommand } from "../../support/git-inventory.ts";
import { fakeToken } from "../../unit/load/load-files.ts";

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

async function diffOf(
  repository: GitInventory,
  parameters: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<DifferenceReport> {
  const { code, output, errors } = await runCommand(
    repository,
    ["diff", ...parameters, "--format", "json"],
    environment,
  );
  if (code !== 0) throw new Error(`exit ${code}: ${errors}`);
  return JSON.parse(output) as DifferenceReport;
}

const idsOf = ({ changes }: DifferenceReport): readonly string[] => changes.map(({ action, id }) => `${action} ${id}`);
const settings = firstFiles["inventory/dtsync.yaml"] ?? "";
const twoHosts = "web01.abc.example.com\nweb02.abc.example.com\n";

describe("dtsync diff", () => {
  test("tells an empty label from none", async () => {
    const repository = newRepository();
    const labelled = (labels: string) => ({
      "inventory/customers/new.yaml": `customer: new\nenvironments:\n  p1: { labels: ${labels} }\n`,
    });
    repository.commit(labelled("{ line: a, site: b, tier: c }"));
    repository.write(labelled('{ line: "", site: null, tier: c, zone: "" }'));
    const { settings: changed } = await diffOf(repository, ["HEAD"]);
    expect(changed.flatMap(({ field, before, after }) => [[field, before, after]])).toEqual([
      ["labels.line", "a", ""],
      ["labels.site", "b", null],
      ["labels.zone", null, ""],
    ]);
    const { output } = await runCommand(repository, ["diff", "HEAD"]);
    expect(output).toContain('labels.line: a → ""');
  });

  test("goes from the merge base to the work tree", async () => {
    const repository = newRepository();
    repository.git("checkout", "--quiet", "-b", "feature");
    repository.commit({ "inventory/hosts/abc.txt": twoHosts });
    repository.git("checkout", "--quiet", "main");
    repository.commit({ "inventory/customers/later.yaml": "customer: later\nenvironments: { p1: {} }\n" });
    repository.git("checkout", "--quiet", "feature");
    repository.write({ "inventory/customers/new.yaml": "customer: new\nenvironments: { p1: {} }\n" });
    const report = await diffOf(repository);
    expect(idsOf(report)).toEqual([
      "create environment/new-p1",
      "create group/emea/new-viewers",
      "grant permission/emea/new-viewers/new-p1",
      "install host/web02.abc.example.com",
    ]);
    expect(report.base).toEqual({ revision: "merge base with main", commit: repository.git("rev-parse", "main~1") });
    expect(report.head).toEqual({ revision: null, commit: null });
    expect(report.summary).toEqual({ create: 2, update: 1, remove: 0, deploy: 1, unmanaged: 0, settings: 0 });
  });

  test("compares two revisions, whatever is in the work tree", async () => {
    const repository = newRepository();
    repository.commit({ "inventory/hosts/abc.txt": twoHosts });
    repository.git("tag", "v2");
    repository.commit({ "inventory/dtsync.yaml": "broken" });
    repository.write({ "inventory/dtsync.yaml": "more broken: [" });
    const [there, back] = [await diffOf(repository, ["main~2..v2"]), await diffOf(repository, ["v2..main~2"])];
    expect(idsOf(there)).toEqual(["install host/web02.abc.example.com"]);
    expect(idsOf(back)).toEqual([]);
    expect(back.unmanaged.map(({ id }) => id)).toEqual(["host/web02.abc.example.com"]);
  });

  test("is empty between a revision and itself", async () => {
    const repository = newRepository();
    for (const range of ["HEAD..HEAD", "main...HEAD", "HEAD", "..", "main"]) {
      const { changes, unmanaged, settings } = await diffOf(repository, [range]);
      expect([changes, unmanaged, settings]).toEqual([[], [], []]);
    }
    expect((await runCommand(repository, ["diff"])).output).toContain("Nothing is declared differently.\n");
  });

  test("takes moved files and other names for no difference, also through links", async () => {
    const repository = newRepository();
    repository.git("mv", "inventory/customers/abc.yaml", "inventory/customers/Größe & Söhne.yaml");
    repository.link("inventory/hosts/more.txt", "abc.txt");
    repository.commit({
      "inventory/customers/Größe & Söhne.yaml":
        "customer: abc\nenvironments: { t1: {}, p1: { hosts: [{ file: ../hosts/more.txt }] } }\n",
    });
    expect(idsOf(await diffOf(repository, ["HEAD~1..HEAD"]))).toEqual([]);
    repository.commit({ "inventory/hosts/abc.txt": twoHosts });
    expect(idsOf(await diffOf(repository, ["HEAD~1..HEAD"]))).toEqual(["install host/web02.abc.example.com"]);
  });

  test("calls out what is no longer declared", async () => {
    const repository = newRepository();
    repository.commit({ "inventory/customers/abc.yaml": null, "inventory/hosts/abc.txt": null });
    const { output } = await runCommand(repository, ["diff", "HEAD~1"]);
    expect(output).toContain(
      "  2 environments (abc-p1, abc-t1): becomes unmanaged; to remove it, declare state: absent\n",
    );
    expect(output).toContain("Declared differently: 0 to create, 0 to update, 0 to remove, 0 to deploy, 4 no longer");
  });

  test("works in a shallow clone of a pipeline", async () => {
    const repository = newRepository();
    repository.git("checkout", "--quiet", "-b", "feature");
    for (const number of [2, 3, 4, 5]) {
      repository.commit({ "inventory/hosts/abc.txt": `web01.abc.example.com\nweb0${number}.abc.example.com\n` });
    }
    const clone = repository.clone("--depth=1", "--branch=feature");
    const base = repository.git("rev-parse", "main");
    const merge = { CI_MERGE_REQUEST_EVENT_TYPE: "detached", CI_MERGE_REQUEST_DIFF_BASE_SHA: base };
    const report = await diffOf(clone, [], merge);
    expect(idsOf(report)).toEqual(["install host/web05.abc.example.com"]);
    expect(report.base).toEqual({ revision: "base of the merge request", commit: base });
    expect(clone.git("rev-list", "--count", "HEAD")).toBe("1");
    expect(idsOf(await diffOf(repository.clone("--depth=1", "--branch=feature"), ["origin/main...HEAD"]))).toHaveLength(
      1,
    );
  });

  test("reads a raised default as one line", async () => {
    const repository = newRepository();
    const keys = Array.from({ length: 40 }, (_, index) => `p${index + 1}: {}`).join(", ");
    repository.commit({ "inventory/customers/abc.yaml": `customer: abc\nenvironments: { ${keys} }\n` });
    repository.commit({ "inventory/dtsync.yaml": settings.replace("maxLimit: 100", "maxLimit: 200") });
    const { output } = await runCommand(repository, ["diff", "HEAD~1"]);
    const line =
      /^ {2}~ quotas\.hostUnits\.maxLimit: 100 → 200 on 42 environments \(dtsync\.yaml:12\): abc-p1, .* and 34 more$/m;
    expect(output).toMatch(line);
    expect(output.split("\n").filter((text) => text.includes("maxLimit"))).toHaveLength(1);
    const { output: markdown } = await runCommand(repository, ["diff", "HEAD~1", "--format", "markdown"]);
    expect(markdown).toContain(
      "- \\~ `quotas.hostUnits.maxLimit: 100 → 200` on 42 environments (`dtsync.yaml:12`): `abc-p1`, ",
    );
    const { output: back } = await runCommand(repository, ["diff", "HEAD..HEAD~2"]);
    expect(back).toContain("  ~ quotas.hostUnits.maxLimit: 200 → 100 on 3 environments (dtsync.yaml:12): ");
    repository.commit({ "inventory/dtsync.yaml": settings.replace(/ {2}environment: .*\n/, "") });
    const { output: gone } = await runCommand(repository, ["diff", "HEAD~2"]);
    expect(gone).toContain("maxLimit: 100 → not declared on 42 environments (was dtsync.yaml:12): ");
  });

  test("names the role, the template and the list that a change of many comes from", async () => {
    const repository = newRepository();
    const file = "inventory/dtsync.yaml";
    const linesOf = async (text: string) => {
      repository.write({ [file]: text });
      return (await runCommand(repository, ["diff"])).output;
    };
    expect(await linesOf(settings.replace("[VIEWER]", "[VIEWER, LOG_VIEWER]"))).toContain(
      "~ update rights of 2 groups: + LOG_VIEWER on 4 environments (dtsync.yaml:9, dtsync.yaml:6): ",
    );
    expect(await linesOf(settings.replace("viewer }", "[viewer, REPLAY_SESSION_DATA] }"))).toContain(
      "+ REPLAY_SESSION_DATA on 4 environments (dtsync.yaml:9): ",
    );
    expect(await linesOf(`${settings}  ssh: { user: deploy }\n  rollout:\n    concurrency: 5\n`)).toContain(
      "rollout.concurrency: 50 → 5 on 4 environments (dtsync.yaml:15): ",
    );
    repository.git("checkout", "--quiet", ".");
    const hosts = Array.from({ length: 3 }, (_, index) => `new${index}.abc.example.com\n`).join("");
    repository.write({ "inventory/hosts/abc.txt": `web01.abc.example.com\n${hosts}` });
    expect((await runCommand(repository, ["diff"])).output).toContain(
      "» install (version: latest) on 3 hosts (hosts/abc.txt): new0.abc.example.com, ",
    );
    repository.git("checkout", "--quiet", ".");
    repository.write({
      "inventory/customers/abc.yaml":
        "customer: abc\nenvironments:\n  p1: { hosts: [{ file: ../hosts/abc.txt }], tags: [own] }\n  t1: {}\n",
      "inventory/customers/xyz.yaml": "customer: xyz\ncluster: apac\nenvironments: { p1: { tags: [own] }, t1: {} }\n",
    });
    expect((await runCommand(repository, ["diff"])).output).toContain("on 2 environments: abc-p1, xyz-p1\n");
  });

  test("shows an environment that moves to another customer by what that changes", async () => {
    const repository = newRepository();
    const move = (cluster: string) => {
      repository.write({
        "inventory/customers/abc.yaml":
          "customer: abc\nenvironments: { p1: { hosts: [{ file: ../hosts/abc.txt }] } }\n",
        "inventory/customers/xyz.yaml": `customer: xyz\ncluster: ${cluster}\nenvironments: { p1: { cluster: apac }, test: { id: abc-t1 } }\n`,
      });
    };
    move("emea");
    const { output: kept } = await runCommand(repository, ["diff"]);
    expect(kept).toContain("- revoke rights of group abc-viewers on abc-t1  ");
    expect(kept).toContain("environment abc-t1: defaultName: abc t1 → xyz test");
    expect(kept).not.toContain("create environment");
    move("apac");
    const { output: moved } = await runCommand(repository, ["diff"]);
    expect(moved).toContain("+ create environment abc-t1 on apac  customers/xyz.yaml:3");
    expect(moved).toContain("environment abc-t1: becomes unmanaged on emea, which keeps it with its data: ");
  });

  test("goes by the work tree or submodule that the inventory is in", async () => {
    const repository = newRepository();
    const tree = join(repository.directory, "..", "tree");
    repository.git("worktree", "add", "--quiet", "-b", "feature", tree);
    const inTree = { ...repository, directory: tree };
    writeFileSync(join(tree, "inventory/hosts/abc.txt"), twoHosts);
    expect(idsOf(await diffOf(inTree))).toEqual(["install host/web02.abc.example.com"]);
    expect(idsOf(await diffOf(repository))).toEqual([]);

    const outer = createGitInventory();
    opened.push(outer);
    const source = `file://${repository.directory}`;
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", source, "fleet");
    outer.commit();
    const inner = { ...outer, directory: join(outer.directory, "fleet") };
    writeFileSync(join(inner.directory, "inventory/hosts/abc.txt"), twoHosts);
    expect(idsOf(await diffOf(inner, ["HEAD"]))).toEqual(["install host/web02.abc.example.com"]);
  });

  test("says what is missing where there is no Git program", async () => {
    const nowhere = mkdtempSync(join(tmpdir(), "dtsync-no-git-"));
    try {
      const withoutGit = { PATH: nowhere };
      const failed = await runCommand(newRepository(), ["diff"], withoutGit);
      expect(failed).toMatchObject({ code: 1, output: "" });
      expect(failed.errors).toContain("the program git was not found");
      const repository = newRepository();
      repository.write({ "inventory/customers/abc.yaml": "customer: abc\nfoo: 1\n" });
      const validated = await runCommand(repository, ["validate", "--changed-since", "HEAD"], withoutGit);
      expect(validated.code).toBe(3);
      expect(validated.errors).toContain("every fault is shown, because the program git was not found");
    } finally {
      rmSync(nowhere, { recursive: true, force: true });
    }
  });

  test("ends with 3 for an invalid side, and shows its faults", async () => {
    const repository = newRepository();
    repository.commit({
      "inventory/customers/abc.yaml": "customer: abc\nenvironments: { p1: { tgas: [], hosts: [] } }\n",
    });
    const invalid = await runCommand(repository, ["diff", "HEAD~1..HEAD", "--format", "json"]);
    expect(invalid.code).toBe(3);
    const { valid, diagnostics } = JSON.parse(invalid.output) as { valid: boolean; diagnostics: Diagnostic[] };
    expect(valid).toBe(false);
    expect(diagnostics.filter(({ severity }) => severity === "error").map(({ file }) => file)).toEqual([
      "customers/abc.yaml",
    ]);
    const before = await runCommand(repository, ["diff", "HEAD..HEAD~1"]);
    expect(before).toMatchObject({ code: 3 });
    expect(before.errors).toContain("the inventory of the revision HEAD (");
    expect(before.output).toContain("customers/abc.yaml:2:23");
  });

  test("takes a revision without an inventory for an empty one", async () => {
    const repository = createGitInventory();
    opened.push(repository);
    repository.commit({ "README.md": "x" });
    repository.commit(firstFiles);
    const report = await diffOf(repository, ["HEAD~1"]);
    expect(report.summary.create).toBe(6);
    expect(report.warnings).toEqual([expect.stringContaining("has no inventory in this folder: everything is new")]);
    expect(await runCommand(repository, ["diff", "HEAD..HEAD~1"])).toMatchObject({ code: 3 });
  });

  test("runs no command of the inventory, and says what it does not know", async () => {
    const repository = newRepository();
    const marker = join(repository.directory, "ran");
    repository.commit({
      "inventory/customers/abc.yaml": `customer: abc\nenvironments: { p1: { hosts: [{ command: [touch, ${marker}] }] }, t1: {} }\n`,
    });
    const report = await diffOf(repository, ["HEAD~1", "--set", "defaults.cluster=emea"], {
      DTSYNC_ALLOW_COMMANDS: "1",
    });
    expect(report.warnings).toEqual([
      "hosts that commands give are not compared, because no command runs here: abc-p1",
    ]);
    expect(report.settings.map(({ field }) => field)).toEqual(["hostCommands"]);
    expect(readdirSync(repository.directory)).not.toContain("ran");
  });

  test("takes settings of a cluster that only one side has", async () => {
    const repository = newRepository();
    const more = settings.replace("roles:", "  us: { url: https://us.example.com, token: { env: US } }\nroles:");
    repository.commit({ "inventory/dtsync.yaml": more });
    const set = ["apac", "us"].flatMap((name) => ["--set", `clusters.${name}.url=http://127.0.0.1:9301`]);
    const report = await diffOf(repository, ["HEAD~1", ...set]);
    expect(report.settings.map(({ subject, field, after }) => [subject, field, after])).toContainEqual([
      "cluster/us",
      "url",
      "http://127.0.0.1:9301",
    ]);
    expect(report.settings.some(({ subject }) => subject === "cluster/apac")).toBe(false);
  });

  test("is a usage fault outside of Git and for revisions that are not there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dtsync-no-git-"));
    try {
      const outside = await runCommand({ ...newRepository(), directory: folder }, ["diff"]);
      expect(outside).toMatchObject({ code: 3, output: "" });
      expect(outside.errors).toContain("is not in a Git repository: there are no revisions to compare");
      const missing = await runCommand(newRepository(), ["diff", "nope..HEAD"]);
      expect(missing.code).toBe(3);
      expect(missing.errors).toContain('there is no commit "nope"');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("leaves nothing behind in the temporary folder or the repository", async () => {
    const repository = newRepository();
    repository.commit({ "inventory/hosts/abc.txt": twoHosts });
    const folder = mkdtempSync(join(tmpdir(), "dtsync-temporary-"));
    vi.stubEnv("TMPDIR", folder);
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true, force: true });
    });
    await diffOf(repository, ["HEAD~1"]);
    expect(readdirSync(folder)).toEqual([]);
    expect(repository.git("status", "--porcelain")).toBe("");
    expect(repository.git("stash", "list")).toBe("");
  });
});

describe("dtsync validate --changed-since", () => {
  const broken = "customer: abc\nenvironments: { p1: { tgas: [], hosts: [] } }\n";
  const validate = (repository: GitInventory, ...parameters: readonly string[]) =>
    runCommand(repository, ["validate", ...parameters, "--format", "json"]);
  const faultsOf = ({ output }: { readonly output: string }): readonly string[] =>
    (JSON.parse(output) as { diagnostics: { file: string; rule: string; severity: string }[] }).diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ file, rule }) => `${file} ${rule}`);

  test("shows the faults of changed files, and leaves older ones to others", async () => {
    const repository = newRepository();
    repository.commit({ "inventory/customers/abc.yaml": broken, "inventory/hosts/abc.txt": null });
    repository.git("tag", "base");
    const fine = await validate(repository, "--changed-since", "base");
    expect(fine).toMatchObject({ code: 0 });
    expect(faultsOf(fine)).toEqual([]);
    expect(fine.errors).toContain("a fault is older than this change and not shown");
    repository.write({
      "inventory/customers/xyz.yaml": "customer: xyz\nenvironments: { p1: { foo: 1, hosts: [] } }\n",
    });
    const faulty = await validate(repository, "--changed-since", "base");
    expect(faulty.code).toBe(3);
    expect(faultsOf(faulty)).toEqual(["customers/xyz.yaml unknown-key"]);
    expect(faultsOf(await validate(repository)).length).toBeGreaterThan(1);
  });

  test("shows a fault that the change causes in another file", async () => {
    const repository = newRepository();
    repository.git("tag", "base");
    repository.commit({ "inventory/hosts/abc.txt": null });
    const result = await validate(repository, "--changed-since", "base");
    expect(result.code).toBe(3);
    expect(faultsOf(result)).toEqual(["customers/abc.yaml missing-file"]);
  });

  test("hides no secret", async () => {
    const repository = newRepository();
    repository.commit({ "inventory/customers/abc.yaml": `customer: abc\nname: ${fakeToken()}\n` });
    expect(faultsOf(await validate(repository, "--changed-since", "HEAD"))).toContain(
      "customers/abc.yaml secret-in-file",
    );
  });

  test.each(["nope", "", "0".repeat(40)])("shows everything since %j, and says so", async (revision) => {
    const repository = newRepository();
    repository.commit({ "inventory/customers/abc.yaml": broken });
    const result = await validate(repository, "--changed-since", revision);
    expect(result.code).toBe(3);
    expect(faultsOf(result)).toContain("customers/abc.yaml unknown-key");
    expect(result.errors).toContain("every fault is shown, because ");
  });
});
