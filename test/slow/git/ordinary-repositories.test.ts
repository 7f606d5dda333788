import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { changedFiles } from "../../../src/git/changed-files.ts";
import { exportFolder } from "../../../src/git/export-folder.ts";
import { openRepository, type Repository } from "../../../src/git/open-repository.ts";
import { readRevision } from "../../../src/git/repository.ts";
import { mergeBase, resolveCommit } from "../../../src/git/resolve-commit.ts";
import { isShallowClone } from "../../../src/git/shallow-clone.ts";
import {
  createGitInventory,
  firstFiles,
  type GitInventory,
  gitEnvironment,
  pathOfDistrustingGit,
} from "../../support/git-inventory.ts";
import { silentLog } from "../../support/log.ts";

type Environment = Readonly<Record<string, string>>;

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
  const folder = mkdtempSync(join(tmpdir(), "dtsync-ordinary-"));
  opened.push({ close: () => rmSync(folder, { recursive: true, force: true }) });
  return folder;
}

const edges = (environment: Environment = {}) => ({
  environment: { ...gitEnvironment, ...environment },
  signal: new AbortController().signal,
  log: silentLog,
});

const revisionOf = (directory: string, environment?: Environment) =>
  readRevision(join(directory, "inventory"), edges(environment));

async function openFor(directory: string, environment?: Environment): Promise<Repository> {
  const repository = await openRepository(join(directory, "inventory"), edges(environment));
  opened.push(repository);
  return repository;
}

/** Both ways to ask must see the same: the commit, no change at first, and then the one that is made. */
async function expectReadable(directory: string, commit: string): Promise<void> {
  expect(await revisionOf(directory)).toEqual({ commit, dirty: false, reason: null });
  const repository = await openFor(directory);
  expect(await changedFiles(repository, "HEAD", null)).toEqual([]);
  writeFileSync(join(directory, "inventory/hosts/abc.txt"), "web99.abc.example.com\n");
  expect(await revisionOf(directory)).toEqual({ commit, dirty: true, reason: null });
  expect(await changedFiles(repository, "HEAD", null)).toEqual(["inventory/hosts/abc.txt"]);
}

/** As a checkout with the present configuration writes it, with the index forgetting what it knew of the file. */
function checkOutAgain(repository: GitInventory, file: string): void {
  repository.write({ [file]: null });
  repository.git("checkout", "--quiet", "--", file);
  expect(readFileSync(join(repository.directory, file), "utf8")).toContain("\r\n");
  utimesSync(join(repository.directory, file), 0, 0);
}

/** A program of the user's, which leaves a mark. */
function program(folder: string): { readonly path: string; ran(): boolean } {
  const [path, mark] = [join(folder, "program"), join(folder, "mark")];
  writeFileSync(path, `#!/bin/sh\ntouch "${mark}"\n`);
  chmodSync(path, 0o755);
  return { path, ran: () => existsSync(mark) };
}

describe("the revision of a folder", () => {
  test("is dirty by files of the folder alone, those that Git does not know included", async () => {
    const repository = newRepository();
    const commit = repository.commit({ ...firstFiles, ".gitignore": "*.local\n" });
    repository.write({ "elsewhere.txt": "x", "inventory/x.local": "x" });
    expect(await revisionOf(repository.directory)).toEqual({ commit, dirty: false, reason: null });
    repository.write({ "inventory/new.txt": "x" });
    expect(await revisionOf(repository.directory)).toEqual({ commit, dirty: true, reason: null });
  });

  test("is none before the first commit and outside of Git, which is no fault", async () => {
    const none = { commit: null, dirty: false, reason: null };
    expect(await revisionOf(newFolder())).toEqual(none);
    const repository = newRepository();
    expect(await revisionOf(repository.directory)).toEqual(none);
    repository.write(firstFiles);
    expect(await revisionOf(repository.directory)).toEqual(none);
  });

  test("is none where Git does not read the repository, and the reason says what to do", async () => {
    const repository = newRepository();
    repository.commit(firstFiles);
    const distrusted = await revisionOf(repository.directory, { PATH: pathOfDistrustingGit(newFolder()) });
    expect(distrusted).toMatchObject({ commit: null, dirty: false });
    expect(distrusted.reason).toContain(
      `dubious ownership in repository at '${repository.directory}'; if you trust it, this lets Git read it: git config --global --add safe.directory ${repository.directory}`,
    );
    const withoutGit = await revisionOf(repository.directory, { PATH: newFolder() });
    expect(withoutGit).toEqual({ commit: null, dirty: false, reason: "the program git was not found" });
  });

  test("is not that of a folder that only looks like a repository", async () => {
    const folder = newFolder();
    const repository = newRepository();
    repository.commit(firstFiles);
    repository.git("clone", "--quiet", "--bare", ".", join(folder, "inventory"));
    expect(await revisionOf(folder)).toEqual({ commit: null, dirty: false, reason: null });
    mkdirSync(join(folder, ".git"));
    expect(await revisionOf(folder)).toEqual({ commit: null, dirty: false, reason: null });
  });
});

describe("a repository is read whatever its kind:", () => {
  test("a further work tree", async () => {
    const repository = newRepository();
    repository.commit(firstFiles);
    const place = join(newFolder(), "tree");
    repository.git("worktree", "add", "--quiet", "-b", "feature", place);
    repository.commit({ "inventory/hosts/abc.txt": "web02.abc.example.com\n" });
    await expectReadable(place, repository.git("rev-parse", "feature"));
  });

  test("a submodule", async () => {
    const [inner, outer] = [newRepository(), newRepository()];
    const commit = inner.commit(firstFiles);
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", `file://${inner.directory}`, "module");
    await expectReadable(join(outer.directory, "module"), commit);
  });

  test("one with submodules, whose files count as well", async () => {
    const [inner, outer] = [newRepository(), newRepository()];
    inner.commit({ "file.txt": "x", ".gitignore": "*.local\n" });
    outer.commit(firstFiles);
    const add = ["submodule", "--quiet", "add", `file://${inner.directory}`];
    for (const place of ["inventory/one", "two"]) outer.git("-c", "protocol.file.allow=always", ...add, place);
    const commit = outer.commit();
    const { directory } = outer;
    const repository = await openFor(directory);
    outer.git("submodule", "--quiet", "deinit", "two");
    outer.write({ "inventory/one/x.local": "x" });
    expect(await changedFiles(repository, "HEAD", null)).toEqual([]);
    expect(await revisionOf(directory)).toEqual({ commit, dirty: false, reason: null });
    outer.write({ "inventory/one/file.txt": "y" });
    expect(await changedFiles(repository, "HEAD", null)).toEqual(["inventory/one"]);
    expect(await revisionOf(directory)).toEqual({ commit, dirty: true, reason: null });
    outer.write({ "inventory/one/file.txt": "x", "inventory/one/new.txt": "x" });
    expect(await changedFiles(repository, "HEAD", null)).toEqual(["inventory/one"]);
    outer.write({ "inventory/one/new.txt": null, "inventory/one/.git": "gitdir: nowhere\n" });
    expect(await changedFiles(repository, "HEAD", null)).toEqual(["inventory/one"]);
  });

  test("a split index, packed refs, and a work tree that is not all checked out", async () => {
    const repository = newRepository();
    const commit = repository.commit({ ...firstFiles, "other/file.txt": "x" });
    repository.git("pack-refs", "--all");
    repository.git("sparse-checkout", "set", "inventory");
    repository.git("update-index", "--split-index");
    await expectReadable(repository.directory, commit);
  });

  test("another kind of hash", async () => {
    const repository = newRepository();
    rmSync(join(repository.directory, ".git"), { recursive: true });
    repository.git("init", "--quiet", "--initial-branch=main", "--object-format=sha256");
    await expectReadable(repository.directory, repository.commit(firstFiles));
  });

  test("ends of lines that are converted", async () => {
    const repository = newRepository();
    const commit = repository.commit({ ...firstFiles, "inventory/notes.md": "a\nb\n" });
    repository.git("config", "core.autocrlf", "true");
    checkOutAgain(repository, "inventory/notes.md");
    await expectReadable(repository.directory, commit);
  });

  test("attributes of the clone", async () => {
    const repository = newRepository();
    const commit = repository.commit({ ...firstFiles, "inventory/notes.md": "a\nb\n" });
    writeFileSync(join(repository.directory, ".git/info/attributes"), "*.md text eol=crlf");
    checkOutAgain(repository, "inventory/notes.md");
    await expectReadable(repository.directory, commit);
  });

  test("reached by a link", async () => {
    const repository = newRepository();
    const commit = repository.commit(firstFiles);
    const folder = newFolder();
    symlinkSync(join(repository.directory, "inventory"), join(folder, "inventory"));
    await expectReadable(folder, commit);
  });

  test("a clone that fetches contents when they are needed", async () => {
    const repository = newRepository();
    const first = repository.commit(firstFiles);
    repository.commit({ "inventory/hosts/abc.txt": "web02.abc.example.com\n" });
    repository.git("config", "uploadpack.allowFilter", "true");
    const clone = repository.clone("--filter=blob:none");
    const { directory } = await exportFolder(await openFor(clone.directory), first, newFolder());
    expect(readFileSync(join(directory, "hosts/abc.txt"), "utf8")).toBe("web01.abc.example.com\n");
    // With the user's ways to origin, as when it is fetched from.
    const other = repository.clone("--filter=blob:none");
    other.git("remote", "set-url", "origin", "ssh://127.0.0.1:9/x");
    const ofUser = program(newFolder());
    const ssh = { GIT_ALLOW_PROTOCOL: "ssh", GIT_SSH_COMMAND: ofUser.path, GIT_ASKPASS: ofUser.path };
    expect((await revisionOf(other.directory, ssh)).reason).toBeNull();
    await expect(exportFolder(await openFor(other.directory, ssh), first, newFolder())).rejects.toThrow();
    expect(ofUser.ran()).toBe(true);
  });
});

describe("what the user has configured", () => {
  test("is kept for origin: addresses, programs by folder, variables", async () => {
    const repository = newRepository();
    const [first] = [repository.commit(firstFiles), repository.commit()];
    const clone = repository.clone("--depth=1");
    // As GitLab's runner does it, in a file that the configuration of the clone names.
    const included = join(newFolder(), "included");
    writeFileSync(included, `[url "file://${repository.directory}"]\n\tinsteadOf = https://git.example.com/x\n`);
    clone.git("config", "include.path", included);
    clone.git("remote", "set-url", "origin", "https://git.example.com/x");
    expect(await resolveCommit(await openFor(clone.directory), first)).toBe(first);

    clone.git("remote", "set-url", "origin", "ssh://127.0.0.1:9/x");
    const home = newFolder();
    const ofUser = program(home);
    writeFileSync(join(home, "ssh"), `[core]\n\tsshCommand = ${ofUser.path}\n`);
    writeFileSync(join(home, ".gitconfig"), `[includeIf "gitdir:${clone.directory}/"]\n\tpath = ssh\n`);
    const surroundings = { HOME: home, GIT_ALLOW_PROTOCOL: "ssh" };
    await resolveCommit(await openFor(clone.directory, surroundings), "nowhere").catch(() => undefined);
    expect(ofUser.ran()).toBe(true);

    const variable = program(newFolder());
    const command = { GIT_ALLOW_PROTOCOL: "ssh", GIT_SSH_COMMAND: variable.path };
    await resolveCommit(await openFor(clone.directory, command), "nowhere").catch(() => undefined);
    expect(variable.ran()).toBe(true);
  });

  test("may be in variables, and name what is guarded elsewhere", async () => {
    const repository = newRepository();
    const commit = repository.commit(firstFiles);
    const settings = Object.entries({
      "safe.directory": "*",
      "url.https://git.example.com/.insteadOf": "git@git.example.com:",
      "credential.helper": "store",
      "filter.lfs.process": "git-lfs filter-process",
      "core.pager": "less",
      "core.editor": "vi",
      "alias.st": "status",
      "include.path": "/nonexistent/file",
      "protocol.ext.allow": "never",
      "gpg.program": "gpg",
    });
    const variables = settings.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]);
    const environment = { ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(settings.length), EDITOR: "vi" };
    expect(await revisionOf(repository.directory, environment)).toEqual({ commit, dirty: false, reason: null });
  });

  test("does not run because the contents of a repository ask for it", async () => {
    const home = newFolder();
    const ofUser = program(home);
    writeFileSync(
      join(home, ".gitconfig"),
      `[filter "lfs"]\n\tclean = ${ofUser.path}\n\trequired = true\n[core]\n\tfsmonitor = ${ofUser.path}\n`,
    );
    const repository = newRepository();
    const commit = repository.commit({ ...firstFiles, ".gitattributes": "* filter=lfs\n" });
    repository.write({ "inventory/hosts/abc.txt": "web99.abc.example.com\n" });
    expect(await revisionOf(repository.directory, { HOME: home })).toEqual({ commit, dirty: true, reason: null });
    const changed = await changedFiles(await openFor(repository.directory, { HOME: home }), "HEAD", null);
    expect(changed).toEqual(["inventory/hosts/abc.txt"]);
    expect(ofUser.ran()).toBe(false);
  });
});

describe("opening a repository", () => {
  test("leaves nothing behind, and nothing but what was fetched in the repository", async () => {
    const repository = newRepository();
    const first = repository.commit(firstFiles);
    for (let index = 0; index < 3; index += 1) repository.commit();
    const clone = repository.clone("--depth=1");
    writeFileSync(join(clone.directory, ".git/FETCH_HEAD"), `${clone.git("rev-parse", "HEAD")}\t\tbranch 'x'\n`);
    const config = clone.git("config", "--list", "--local");
    expect(await isShallowClone(join(clone.directory, "inventory"), edges())).toBe(true);
    const opened = await openRepository(join(clone.directory, "inventory"), edges());
    expect(await resolveCommit(opened, "FETCH_HEAD")).toBe(clone.git("rev-parse", "HEAD"));
    await expect(mergeBase(opened, "HEAD", "1".repeat(40))).rejects.toThrow("no commit in common");
    await opened.close();
    expect(existsSync(opened.gitDirectory)).toBe(false);
    // Asked for all of it, origin gave all of it.
    expect(clone.git("rev-parse", "--is-shallow-repository")).toBe("false");
    expect(await isShallowClone(clone.directory, edges())).toBe(false);
    expect(await isShallowClone(tmpdir(), edges())).toBe(null);
    expect(clone.git("rev-list", "--count", "HEAD")).toBe("4");
    expect(clone.git("cat-file", "-t", first)).toBe("commit");
    expect(readFileSync(join(clone.directory, ".git/FETCH_HEAD"), "utf8")).toContain("branch 'x'");
    expect(clone.git("config", "--list", "--local")).toBe(config);
  });

  test("refuses one that is kept in a way which dtsync does not know", async () => {
    const repository = newRepository();
    repository.commit(firstFiles);
    // Git itself passes over it, as long as the repository is of the first format.
    repository.git("config", "extensions.tomorrow", "true");
    await expect(openFor(repository.directory)).rejects.toThrow(/extensions\.tomorrow in \.git\/config/);
  });

  test("asks origin over https and ssh alone, unless the user allows more", async () => {
    const repository = newRepository();
    const [first] = [repository.commit(firstFiles), repository.commit()];
    const clone = repository.clone("--depth=1");
    const { GIT_ALLOW_PROTOCOL, ...ordinary } = gitEnvironment;
    const shallow = await openRepository(clone.directory, { ...edges(), environment: ordinary });
    opened.push(shallow);
    await expect(resolveCommit(shallow, first)).rejects.toThrow(
      /origin is not asked over file: only https and ssh are allowed, and what GIT_ALLOW_PROTOCOL names$/,
    );
  });
});
