import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createGitInventory, type GitInventory, gitEnvironment } from "../support/git-inventory.ts";

const cli = join(fileURLToPath(new URL("../..", import.meta.url)), "dist/cli.js");

const files = {
  "inventory/dtsync.yaml": `version: 1
clusters:
  emea: { url: https://emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults: { cluster: emea }
`,
  "inventory/customers/abc.yaml": `customer: abc
environments:
  p1:
    hosts:
      - web[01-04].abc.example.com  # web
`,
};

let repository: GitInventory;
beforeEach(() => {
  expect(existsSync(cli), "dist/ is missing: npm run build").toBe(true);
  repository = createGitInventory();
  repository.commit(files);
});
afterEach(() => repository.close());

const options = (directory: string) => ({
  cwd: directory,
  encoding: "utf8" as const,
  env: { ...gitEnvironment, NO_COLOR: "1", XDG_STATE_HOME: join(directory, ".git", "state") },
});

function run(...parameters: readonly string[]) {
  const { directory } = repository;
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...parameters], options(directory));
  return { code: status, stdout, stderr };
}

describe("a change of the inventory as a commit", () => {
  test("has just the changed files, whatever else is staged, and runs nothing of the repository", () => {
    const { directory, git } = repository;
    const ran = join(directory, "ran");
    repository.write({ "staged.txt": "mine\n" });
    git("add", "staged.txt");
    mkdirSync(join(directory, ".git/hooks"), { recursive: true });
    for (const hook of ["pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "post-index-change"]) {
      writeFileSync(join(directory, ".git/hooks", hook), `#!/bin/sh\ntouch ${ran}\n`);
      chmodSync(join(directory, ".git/hooks", hook), 0o755);
    }
    git("config", "core.fsmonitor", `touch ${ran}`);
    git("config", "commit.gpgSign", "true");
    git("config", "gpg.program", `touch ${ran}`);
    git("config", "filter.run.clean", `touch ${ran}; cat`);
    repository.write({ "inventory/customers/.gitattributes": "*.yaml filter=run\n" });

    const added = run(
      "add",
      "environment",
      "new-p1",
      "--host",
      "a[1-2].new.example.com",
      "--commit",
      "--format",
      "json",
    );
    expect(added.stderr).toMatch(/^1 file changed, commit [0-9a-f]{12}\.\n$/);
    const document = JSON.parse(added.stdout) as { commit: string };
    expect(document).toMatchObject({
      format: "dtsync-edit/1",
      dryRun: false,
      files: [{ path: "customers/new.yaml", created: true, changes: [{ line: 1, removed: [] }] }],
      warnings: [],
    });
    const removed = run("remove", "host", "web02.abc.example.com", "--commit");
    expect(removed.code).toBe(0);
    expect(removed.stdout).toBe(`customers/abc.yaml:5
  -       - web[01-04].abc.example.com  # web
  +       - web[01,03-04].abc.example.com  # web
  +       - { name: web02.abc.example.com, state: absent }
`);
    expect(existsSync(ran)).toBe(false);
    git("config", "core.fsmonitor", "false");
    expect(git("log", "--format=%s", "--name-only", "-2").trim().split(/\n+/)).toEqual([
      "Remove the host web02.abc.example.com",
      "inventory/customers/abc.yaml",
      "Add the environment new-p1",
      "inventory/customers/new.yaml",
    ]);
    expect(git("rev-parse", "HEAD~1").trim()).toBe(document.commit);
    expect(git("diff", "--cached", "--name-only").trim()).toBe("staged.txt");
    expect(run("remove", "host", "web02.abc.example.com", "--commit").stderr).toContain("Nothing to do");
  });

  test("is refused where the files have changes of somebody else, and nothing is written", () => {
    const text = `${files["inventory/customers/abc.yaml"]}# by hand\n`;
    repository.write({ "inventory/customers/abc.yaml": text });
    const refused = run("add", "host", "web05.abc.example.com", "--environment", "abc-p1", "--commit");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      "no commit can be made, and nothing was written: inventory/customers/abc.yaml has changes that are not committed",
    );
    expect(readFileSync(join(repository.directory, "inventory/customers/abc.yaml"), "utf8")).toBe(text);
    repository.git("checkout", "--quiet", "--detach");
    expect(run("add", "environment", "abc-t1", "--commit").stderr).toContain("no branch is checked out");
    expect(run("add", "environment", "abc-t1", "--format", "json", "--set", "x").code).toBe(3);
  });

  test("is refused where Git could not make it, and nothing is written", () => {
    const { directory, git } = repository;
    repository.write({ ".gitignore": "new*.yaml\n" });
    git("add", ".gitignore");
    git("commit", "--quiet", "-m", "ignore");
    const fresh = join(directory, "inventory/customers/new.yaml");
    const ignored = run("add", "environment", "new-p1", "--commit");
    expect([ignored.code, ignored.stderr]).toEqual([
      1,
      expect.stringContaining("nothing was written: inventory/customers/new.yaml is ignored by Git"),
    ]);
    expect(existsSync(fresh)).toBe(false);
    writeFileSync(join(directory, ".git/index.lock"), "");
    expect(run("add", "environment", "abc-t1", "--commit").stderr).toMatch(/nothing was written: .*index\.lock/);
    rmSync(join(directory, ".git/index.lock"));
    git("update-ref", "MERGE_HEAD", "HEAD");
    expect(run("add", "environment", "abc-t1", "--commit").stderr).toContain(
      "nothing was written: a merge is under way",
    );
    expect(readFileSync(join(directory, "inventory/customers/abc.yaml"), "utf8")).toBe(
      files["inventory/customers/abc.yaml"],
    );
  });

  test("that fails all the same leaves nothing behind", () => {
    const { directory, git } = repository;
    // The commit fails after the file was staged.
    const branch = join(directory, ".git", `${git("symbolic-ref", "HEAD").trim()}.lock`);
    writeFileSync(branch, "");
    for (const id of ["new-p1", "abc-t1"]) {
      const { code, stderr } = run("add", "environment", id, "--commit");
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining("the files are as they were before: git commit failed"),
      ]);
    }
    rmSync(branch);
    expect(git("status", "--porcelain").trim()).toBe("");
    expect(run("add", "environment", "new-p1", "--commit").code).toBe(0);
  });

  test("of several processes at once loses none", async () => {
    const { directory } = repository;
    const names = ["a", "b", "c"].map((name) => `${name}.abc.example.com`);
    const ends = names.map(
      (name) =>
        new Promise((settle) => {
          const words = [cli, "add", "host", name, "--environment", "abc-p1", "--commit"];
          spawn(process.execPath, words, { ...options(directory), stdio: "ignore" }).on("close", settle);
        }),
    );
    expect(await Promise.all(ends)).toEqual([0, 0, 0]);
    const text = readFileSync(join(directory, "inventory/customers/abc.yaml"), "utf8");
    for (const name of names) expect(text).toContain(`      - ${name}\n`);
    expect(repository.git("rev-list", "--count", "HEAD").trim()).toBe("4");
    expect(repository.git("status", "--porcelain").trim()).toBe("");
  });
});
