import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { changedFiles } from "../../../src/git/changed-files.ts";
import { defaultBase } from "../../../src/git/default-base.ts";
import { exportFolder } from "../../../src/git/export-folder.ts";
import { GitFailure } from "../../../src/git/git-failure.ts";
import { olderCommits } from "../../../src/git/older-commits.ts";
import { openRepository, type Repository } from "../../../src/git/open-repository.ts";
import { readRevision } from "../../../src/git/repository.ts";
import { isShallow, mergeBase, resolveCommit } from "../../../src/git/resolve-commit.ts";
import {
  createGitInventory,
  firstFiles,
  type GitInventory,
  gitEnvironment,
  pathOfDistrustingGit,
} from "../../support/git-inventory.ts";
import { keepingLog, silentLog } from "../../support/log.ts";

const opened: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item.close();
});

function newRepository(): GitInventory {
  const repository = createGitInventory();
  opened.push(repository);
  return repository;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dtsync-export-"));
  opened.push({ close: () => rmSync(folder, { recursive: true, force: true }) });
  return folder;
}

async function openFor(
  { directory }: GitInventory,
  environment: Readonly<Record<string, string>> = {},
): Promise<Repository> {
  const repository = await openRepository(join(directory, "inventory"), {
    environment: { ...gitEnvironment, ...environment },
    signal: new AbortController().signal,
    log: silentLog,
  });
  opened.push(repository);
  return repository;
}

const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no failure",
    (error: unknown) => (error instanceof GitFailure ? error.reason : error),
  );

/** Some commits on main after a branch has left it, and some on the branch: more than a shallow clone has. */
function diverged() {
  const repository = newRepository();
  const base = repository.commit(firstFiles);
  repository.git("checkout", "--quiet", "-b", "feature");
  for (let index = 0; index < 4; index += 1)
    repository.commit({ "inventory/hosts/abc.txt": `web0${index}.abc.example.com\n` });
  repository.git("checkout", "--quiet", "main");
  for (let index = 0; index < 4; index += 1) repository.commit({ "notes.txt": `${index}\n` });
  return { repository, base };
}

describe("finding a commit", () => {
  test("takes branches, tags, hashes and their ancestors", async () => {
    const repository = newRepository();
    const [first, second] = [repository.commit(firstFiles), repository.commit()];
    repository.git("tag", "v1", first);
    const opened = await openFor(repository);
    for (const name of ["v1", "HEAD~1", "main^", first, first.slice(0, 10)]) {
      expect(await resolveCommit(opened, name)).toBe(first);
    }
    expect(await resolveCommit(opened, "main")).toBe(second);
  });

  test.each(["", "nope", "0".repeat(40), "1".repeat(40), "--output=/tmp/x", "-h", "a b", "main\n", "HEAD~9"])(
    "says that %j is missing",
    async (name) => {
      const repository = newRepository();
      repository.commit(firstFiles);
      expect(await reasonOf(resolveCommit(await openFor(repository), name))).toBe("missing");
    },
  );

  test("tells whether origin was asked, and nothing of its address", async () => {
    const messageOf = async (place: GitInventory) =>
      resolveCommit(await openFor(place), "1".repeat(40)).catch((error: unknown) => String(error));
    const { repository } = diverged();
    expect(await messageOf(repository)).toMatch(/there is no commit "1+"$/);
    const clone = repository.clone("--depth=2", "--branch=feature");
    expect(await messageOf(clone)).toMatch(/there is no commit "1+", also not after asking origin$/);
    clone.git("remote", "set-url", "origin", "http://user:secret-word@127.0.0.1:9/");
    expect(await messageOf(clone)).toMatch(/there is no commit "1+" here, and origin does not answer$/);
  });

  test("says how to let Git read the clone of another user", async () => {
    const repository = newRepository();
    repository.commit(firstFiles);
    const opened = openFor(repository, { PATH: pathOfDistrustingGit(newFolder()) });
    const solution = `git config --global --add safe.directory ${repository.directory}`;
    await expect(opened).rejects.toThrow(new RegExp(`dubious ownership.*: ${solution}$`));
  });

  test("is logged by the commands of Git and their time, without what they were given", async () => {
    const repository = newRepository();
    repository.commit(firstFiles);
    const log = keepingLog();
    await readRevision(join(repository.directory, "inventory"), {
      environment: gitEnvironment,
      signal: new AbortController().signal,
      log,
    });
    const commands = log.entries.map(({ message, fields: { command, code } }) => `${message}: ${command} ${code}`);
    expect(commands).toEqual(expect.arrayContaining(["git was run: rev-parse 0", "git was run: status 0"]));
    expect(JSON.stringify(log.entries)).not.toContain(repository.directory);
  });

  test("tells a folder outside of Git from everything else", async () => {
    const folder = newFolder();
    const edges = { environment: gitEnvironment, signal: new AbortController().signal, log: silentLog };
    expect(await reasonOf(openRepository(folder, edges))).toBe("outside");
    const repository = newRepository();
    const withoutGit = { ...edges, environment: { PATH: folder } };
    expect(await reasonOf(openRepository(repository.directory, withoutGit))).toBe("unusable");
    expect(await reasonOf(openRepository(folder, withoutGit))).toBe("outside");
  });

  test("goes by the folder, also when a hook of another repository calls", async () => {
    const repository = newRepository();
    const commit = repository.commit(firstFiles);
    const hook = { GIT_DIR: ".git", GIT_WORK_TREE: "/nonexistent", GIT_INDEX_FILE: "/nonexistent/index" };
    expect(await resolveCommit(await openFor(repository, hook), "main")).toBe(commit);
  });

  test("fetches into a shallow clone what it lacks, and no more", async () => {
    const { repository, base } = diverged();
    const clone = repository.clone("--depth=2", "--branch=feature");
    const shallow = await openFor(clone);
    expect(await resolveCommit(shallow, base)).toBe(base);
    expect(clone.git("rev-list", "--count", "HEAD")).toBe("2");
    expect(await isShallow(shallow)).toBe(true);
  });

  test("fetches a branch that a clone of one branch lacks", async () => {
    const { repository } = diverged();
    const main = repository.git("rev-parse", "main");
    const clone = await openFor(repository.clone("--depth=2", "--branch=feature", "--single-branch"));
    expect(await resolveCommit(clone, "origin/main")).toBe(main);
  });

  test("deepens a shallow clone for an ancestor that has no other name", async () => {
    const { repository, base } = diverged();
    const clone = await openFor(repository.clone("--depth=2", "--branch=feature"));
    expect(await resolveCommit(clone, "HEAD~4")).toBe(base);
  });

  test("does not make a whole clone shallow", async () => {
    const { repository } = diverged();
    const clone = await openFor(repository.clone("--branch=feature"));
    const later = repository.commit({ "later.txt": "\n" });
    expect(await resolveCommit(clone, later)).toBe(later);
    expect(await isShallow(clone)).toBe(false);
  });

  test("deepens a shallow clone until a merge base is found", async () => {
    const { repository, base } = diverged();
    const clone = await openFor(repository.clone("--depth=2", "--branch=feature", "--no-single-branch"));
    const [main, feature] = [await resolveCommit(clone, "origin/main"), await resolveCommit(clone, "HEAD")];
    expect(await mergeBase(clone, main, feature)).toBe(base);
  });

  test("says when histories have nothing in common", async () => {
    const repository = newRepository();
    const first = repository.commit(firstFiles);
    repository.git("checkout", "--quiet", "--orphan", "other");
    const second = repository.commit({ "other.txt": "x" });
    expect(await reasonOf(mergeBase(await openFor(repository), first, second))).toBe("missing");
  });

  test("stops when it is interrupted", async () => {
    const repository = newRepository();
    repository.commit(firstFiles);
    const interrupt = new AbortController();
    const edges = { environment: gitEnvironment, signal: interrupt.signal, log: silentLog };
    const inside = await openRepository(repository.directory, edges);
    opened.push(inside);
    interrupt.abort(new Error("enough"));
    await expect(resolveCommit(inside, "main")).rejects.toThrow("enough");
    await expect(openRepository(repository.directory, edges)).rejects.toThrow("enough");
  });
});

describe("the default base", () => {
  test("is the merge base with the default branch of origin", async () => {
    const { repository, base } = diverged();
    const clone = await openFor(repository.clone("--branch=feature"));
    expect(await defaultBase(clone)).toEqual({ commit: base, name: "merge base with origin/HEAD" });
  });

  test("is found without origin too", async () => {
    const { repository, base } = diverged();
    repository.git("checkout", "--quiet", "feature");
    expect(await defaultBase(await openFor(repository))).toEqual({ commit: base, name: "merge base with main" });
  });

  test("is unknown where there is no default branch", async () => {
    const repository = newRepository();
    repository.git("checkout", "--quiet", "-b", "feature");
    repository.commit(firstFiles);
    expect(await reasonOf(defaultBase(await openFor(repository)))).toBe("missing");
  });

  test("is what GitLab says, by the kind of pipeline", async () => {
    const { repository, base } = diverged();
    const main = repository.git("rev-parse", "main");
    const variables = { CI_MERGE_REQUEST_DIFF_BASE_SHA: base, CI_MERGE_REQUEST_TARGET_BRANCH_SHA: main };
    const baseOf = async (given: Readonly<Record<string, string>>) =>
      (await defaultBase(await openFor(repository, given))).commit;
    expect(await baseOf({ ...variables, CI_MERGE_REQUEST_EVENT_TYPE: "detached" })).toBe(base);
    expect(await baseOf({ CI_MERGE_REQUEST_DIFF_BASE_SHA: base, CI_MERGE_REQUEST_TARGET_BRANCH_SHA: "" })).toBe(base);
    expect(await baseOf({ ...variables, CI_MERGE_REQUEST_EVENT_TYPE: "merged_result" })).toBe(main);
    expect(await baseOf({ ...variables, CI_MERGE_REQUEST_EVENT_TYPE: "merge_train" })).toBe(main);
    const clone = await openFor(repository.clone("--depth=1", "--branch=feature"), {
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main",
      CI_DEFAULT_BRANCH: "other",
    });
    expect(await defaultBase(clone)).toEqual({ commit: base, name: "merge base with origin/main" });
    repository.git("checkout", "--quiet", "feature");
    expect(await baseOf({ CI_DEFAULT_BRANCH: "main", CI_MERGE_REQUEST_DIFF_BASE_SHA: "" }).catch(String)).toContain(
      "origin/main",
    );
  });
});

describe("exporting a folder", () => {
  test("writes what the commit has, links as links, names as they are", async () => {
    const repository = newRepository();
    repository.write({ ...firstFiles, "inventory/customers/größe 1\n.yaml": "customer: abc\n", "outside.txt": "x" });
    repository.link("inventory/customers/link.yaml", "../hosts/abc.txt");
    repository.link("inventory/customers/away", "/etc");
    const commit = repository.commit();
    repository.commit({ "inventory/dtsync.yaml": "changed" });
    const target = newFolder();
    const exported = await exportFolder(await openFor(repository), commit, target);
    expect(exported).toEqual({ directory: join(target, "inventory"), files: 7, submodules: [] });
    const { directory } = exported;
    expect(readFileSync(join(directory, "dtsync.yaml"), "utf8")).toBe(firstFiles["inventory/dtsync.yaml"]);
    expect(readFileSync(join(directory, "customers/größe 1\n.yaml"), "utf8")).toBe("customer: abc\n");
    expect(readlinkSync(join(directory, "customers/link.yaml"))).toBe("../hosts/abc.txt");
    expect(readlinkSync(join(directory, "customers/away"))).toBe("/etc");
    expect(() => lstatSync(join(target, "outside.txt"))).toThrow();
  });

  test("runs no filters", async () => {
    const repository = newRepository();
    const marker = join(newFolder(), "ran");
    repository.git("config", "filter.evil.smudge", `touch ${marker}; cat`);
    const commit = repository.commit({ ...firstFiles, "inventory/.gitattributes": "* filter=evil\n" });
    await exportFolder(await openFor(repository), commit, newFolder());
    expect(() => statSync(marker)).toThrow();
  });

  test("keeps only the size of a file that no inventory takes", async () => {
    const repository = newRepository();
    const commit = repository.commit({
      ...firstFiles,
      "inventory/large.bin": "x".repeat(5_000_001),
      "inventory/z": "z",
    });
    const { directory } = await exportFolder(await openFor(repository), commit, newFolder());
    expect(statSync(join(directory, "large.bin")).size).toBe(5_000_001);
    expect(readFileSync(join(directory, "large.bin")).subarray(0, 3)).toEqual(Buffer.alloc(3));
    expect(readFileSync(join(directory, "z"), "utf8")).toBe("z");
  });

  test("names submodules, and finds nothing where the folder is not, or is a file", async () => {
    const repository = newRepository();
    const first = repository.commit({ "README.md": "x" });
    const second = repository.commit({ inventory: "a file" });
    const third = repository.commit({ inventory: null, ...firstFiles });
    repository.git("update-index", "--add", "--cacheinfo", `160000,${first},inventory/module`);
    repository.git("commit", "--quiet", "--message", "module");
    const opened = await openFor(repository);
    for (const commit of [first, second]) {
      expect((await exportFolder(opened, commit, newFolder())).files).toBe(0);
    }
    expect((await exportFolder(opened, third, newFolder())).submodules).toEqual([]);
    expect((await exportFolder(opened, "HEAD", newFolder())).submodules).toEqual(["inventory/module"]);
  });
});

describe("changed files", () => {
  test("are those of two commits, with renames as two", async () => {
    const repository = newRepository();
    const first = repository.commit(firstFiles);
    repository.git("mv", "inventory/customers/abc.yaml", "inventory/customers/größe.yaml");
    const second = repository.commit({ "inventory/hosts/abc.txt": null });
    expect(await changedFiles(await openFor(repository), first, second)).toEqual([
      "inventory/customers/abc.yaml",
      "inventory/customers/größe.yaml",
      "inventory/hosts/abc.txt",
    ]);
    expect(await changedFiles(await openFor(repository), second, second)).toEqual([]);
  });

  test("of the work tree are changed, staged, new and ignored ones", async () => {
    const repository = newRepository();
    const first = repository.commit({ ...firstFiles, ".gitignore": "*.local\nbuild/\n" });
    repository.write({
      "inventory/dtsync.yaml": "changed",
      "inventory/customers/new.yaml": "new",
      "inventory/hosts/x.local": "ignored",
      "build/out": "not of the inventory",
      "inventory/hosts/abc.txt": null,
      "staged.txt": "x",
    });
    repository.git("add", "staged.txt");
    expect(await changedFiles(await openFor(repository), first, null)).toEqual([
      "inventory/customers/new.yaml",
      "inventory/dtsync.yaml",
      "inventory/hosts/abc.txt",
      "inventory/hosts/x.local",
      "staged.txt",
    ]);
  });
});

describe("older commits", () => {
  const older = async (repository: Repository, commit: string, most: number): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const hash of olderCommits(repository, commit, most)) found.push(hash);
    return found;
  };

  test("are those before each change of the folder", async () => {
    const repository = newRepository();
    const first = repository.commit(firstFiles);
    repository.commit({ "notes.txt": "x" });
    const third = repository.commit({ "inventory/hosts/abc.txt": "web02.abc.example.com\n" });
    repository.commit({ "inventory/hosts/abc.txt": "web03.abc.example.com\n" });
    const opened = await openFor(repository);
    expect(await older(opened, "HEAD", 10)).toEqual([third, first]);
    expect(await older(opened, "HEAD", 1)).toEqual([third]);
  });

  test("are fetched into a shallow clone, once those that it has are used up", async () => {
    const { repository, base } = diverged();
    const commits = repository.git("rev-list", "--first-parent", "feature").split("\n");
    const clone = repository.clone("--depth=2", "--branch=feature");
    const shallow = await openFor(clone);
    expect(await older(shallow, "HEAD", 1)).toEqual(commits.slice(1, 2));
    expect(clone.git("rev-list", "--count", "HEAD")).toBe("2");
    expect(await older(shallow, "HEAD", 10)).toEqual([...commits.slice(1, -1), base]);
    clone.git("remote", "set-url", "origin", "file:///nonexistent");
    expect(await older(shallow, "HEAD", 10)).toEqual([...commits.slice(1, -1), base]);
  });

  test("end where origin gives no more", async () => {
    const { repository } = diverged();
    const clone = repository.clone("--depth=2", "--branch=feature");
    clone.git("remote", "set-url", "origin", "file:///nonexistent");
    expect(await older(await openFor(clone), "HEAD", 10)).toHaveLength(1);
  });
});
