import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { changedFiles } from "../../../src/git/changed-files.ts";
import { defaultBase } from "../../../src/git/default-base.ts";
import { exportFolder } from "../../../src/git/export-folder.ts";
import { GitFailure } from "../../../src/git/git-failure.ts";
import { olderCommits } from "../../../src/git/older-commits.ts";
import { openRepository, type Repository } from "../../../src/git/open-repository.ts";
import { readRevision } from "../../../src/git/repository.ts";
import { mergeBase, resolveCommit } from "../../../src/git/resolve-commit.ts";
import { gitEnvironment } from "../../support/git-inventory.ts";
import {
  createHostileRepository,
  type HostileRepository,
  startRefusingServer,
  traps,
} from "../../support/hostile-repository.ts";
import { silentLog } from "../../support/log.ts";

const opened: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item.close();
});

/** Runs when the traps are made, because they name it. */
const refusing = await startRefusingServer();
afterAll(refusing.close);
const allTraps = traps(refusing.url);

/** All that dtsync asks of Git, as far as the repository lets it; gives the operations that answered. */
async function everyOperation({ directory, environment, firstCommit }: HostileRepository): Promise<readonly string[]> {
  const edges = { environment, signal: new AbortController().signal, log: silentLog };
  const answered: string[] = [];
  const attempt = async (name: string, operation: () => Promise<unknown>): Promise<void> => {
    try {
      await operation();
      answered.push(name);
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
    }
  };
  const inventory = join(directory, "inventory");
  const revision = await readRevision(inventory, edges);
  if (revision.commit !== null) answered.push("revision");
  await attempt("open", async () => {
    const repository: Repository = await openRepository(inventory, edges);
    opened.push(repository);
    await attempt("name", () => resolveCommit(repository, "HEAD"));
    await attempt("changes of the work tree", () => changedFiles(repository, "HEAD", null));
    await attempt("changes of a commit", () => changedFiles(repository, "HEAD", "HEAD"));
    await attempt("export", async () => {
      const target = mkdtempSync(join(tmpdir(), "dtsync-export-"));
      opened.push({ close: () => rmSync(target, { recursive: true, force: true }) });
      await exportFolder(repository, "HEAD", target);
    });
    await attempt("base", () => defaultBase(repository));
    await attempt("fetch", () => resolveCommit(repository, firstCommit));
    await attempt("branch", () => resolveCommit(repository, "origin/nowhere"));
    await attempt("merge base", () => mergeBase(repository, firstCommit, "HEAD"));
    await attempt("history", async () => {
      for await (const _commit of olderCommits(repository, "HEAD", 9));
    });
  });
  return answered;
}

describe("a repository that wants programs to run", () => {
  test.each(allTraps.map((trap) => [trap.name, trap] as const))("cannot by %s", async (_name, trap) => {
    const repository = createHostileRepository(trap);
    opened.push(repository);
    const answered = await everyOperation(repository);
    expect(Object.keys(repository.marks())).toEqual([]);
    // It is not refused either: what it asks for is passed over.
    expect(answered).toEqual(
      expect.arrayContaining(["revision", "open", "name", "changes of the work tree", "history"]),
    );
  });

  test("is tried with every option whose name speaks of a program", () => {
    const tried = new Set(allTraps.flatMap(({ options }) => options));
    const known = execFileSync("git", ["help", "--config"], { env: gitEnvironment, encoding: "utf8" }).split("\n");
    const left = known.filter((option) => speaksOfProgram.test(option) && !tried.has(option) && !harmless.test(option));
    expect(left, "new in this version of Git: is it the name of a program?").toEqual([]);
  });
});

const speaksOfProgram =
  /cmd|command|program|helper|hook|editor|pager|askpass|proxy|tunnel|browser|filter|textconv|driver|external|uploadpack|receivepack|vcs|httpd|\.update$|\.path$|fsmonitor|\.allow$|insteadof|templatedir|smtpserver$|tool$|alias|\.clean$/i;

/** Names that only sound so: numbers, colours, words, addresses. */
const harmless =
  /^(?:advice|color|column|fsck|receive\.fsck|completion|uploadpackfilter|fsmonitor|gitcvs|http|filter\.lfs)\.|cachetextconv$|partialclonefilter$|\.proxy(?:authmethod)?$|pushinsteadof$|diff\.<driver>\.(?:binary|wordregex|xfuncname)$|^merge\.<driver>\.(?:name|recursive)$|^uploadpack\.(?:allow|hiderefs|keepalive)|^clone\.filterSubmodules$|^notes\.rewrite\.|^rebase\.|^sendemail\.alias|^commitgraph\.maxnewfilters$|^core\.fsmonitorHookVersion$/i;
