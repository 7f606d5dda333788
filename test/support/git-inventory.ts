import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createProgram } from "../../src/commands/program.ts";
import { DtsyncError } from "../../src/errors.ts";
import { aContext } from "./context.ts";

/** Contents by path below the repository; null takes a file away. */
export type FileChanges = Readonly<Record<string, string | null>>;

/** A real Git repository in a folder of its own. */
export interface GitInventory {
  readonly directory: string;
  git(...parameters: readonly string[]): string;
  /** Git with a text on standard input. */
  gitWith(input: string, ...parameters: readonly string[]): string;
  write(files: FileChanges): void;
  link(path: string, target: string): void;
  /** Writes the files and commits everything; gives the hash. */
  commit(files?: FileChanges): string;
  /** A clone over file://, so that depth counts, beside this one. */
  clone(...options: readonly string[]): GitInventory;
  close(): void;
}

/** What Git reads of its surroundings: nothing of the user's, so that tests are the same everywhere. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  // Origins of tests are folders, which dtsync asks only where its user allows it.
  GIT_ALLOW_PROTOCOL: "file:http:https",
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.com",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.com",
};

/** A PATH whose Git takes every repository for somebody else's: what Git's own tests ask of it with this variable. */
export function pathOfDistrustingGit(folder: string): string {
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  const place = join(folder, "git");
  writeFileSync(place, `#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec "${real}" "$@"\n`);
  chmodSync(place, 0o755);
  return `${folder}:${gitEnvironment["PATH"]}`;
}

export function createGitInventory(): GitInventory {
  const root = realpathSync.native(mkdtempSync(join(tmpdir(), "dtsync-git-")));
  const repository = open(join(root, "origin"), root);
  mkdirSync(repository.directory);
  repository.git("init", "--quiet", "--initial-branch=main");
  return repository;
}

function open(directory: string, root: string): GitInventory {
  const gitWith = (input: string, ...parameters: readonly string[]): string =>
    execFileSync("git", parameters, {
      cwd: directory,
      env: gitEnvironment,
      encoding: "utf8",
      stdio: "pipe",
      input,
    }).trim();
  const git = (...parameters: readonly string[]): string => gitWith("", ...parameters);
  const write = (files: FileChanges): void => {
    for (const [path, content] of Object.entries(files)) {
      const place = join(directory, path);
      if (content === null) rmSync(place);
      else {
        mkdirSync(dirname(place), { recursive: true });
        writeFileSync(place, content);
      }
    }
  };
  let clones = 0;
  return {
    directory,
    git,
    gitWith,
    write,
    link: (path, target) => {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      symlinkSync(target, join(directory, path));
    },
    commit: (files = {}) => {
      write(files);
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", "change");
      return git("rev-parse", "HEAD");
    },
    clone: (...options) => {
      clones += 1;
      const target = join(root, `clone-${clones}`);
      git("clone", "--quiet", ...options, `file://${directory}`, target);
      return open(target, root);
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

export interface CommandRun {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command of the program in this process, on the folder `inventory` of a repository. */
export async function runCommand(
  repository: GitInventory,
  parameters: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<CommandRun> {
  const { context, output, errors } = aContext({ variables: { ...gitEnvironment, ...variables } });
  const { program, exitCode } = createProgram(context);
  try {
    const folder = ["--inventory", join(repository.directory, "inventory"), "--no-color", "--no-progress"];
    await program.parseAsync([...parameters, ...folder], { from: "user" });
    return { code: exitCode(), output: output(), errors: errors() };
  } catch (error) {
    if (!(error instanceof DtsyncError)) throw error;
    return { code: error.exitCode, output: output(), errors: `${errors()}${error.message}\n` };
  }
}

/** A small inventory in the folder `inventory`. */
export const firstFiles: Readonly<Record<string, string>> = {
  "inventory/dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
  apac: { url: https://dynatrace.apac.example.com, token: { env: DTSYNC_TOKEN_APAC } }
roles:
  viewer: [VIEWER]
groups:
  - name: "{customer}-viewers"
    access: { "{customer}-*": viewer }
defaults:
  cluster: emea
  environment: { quotas: { hostUnits: { maxLimit: 100 } } }
`,
  "inventory/customers/abc.yaml":
    "customer: abc\nenvironments: { p1: { hosts: [{ file: ../hosts/abc.txt }] }, t1: {} }\n",
  "inventory/customers/xyz.yaml": "customer: xyz\ncluster: apac\nenvironments: { p1: {}, t1: {} }\n",
  "inventory/hosts/abc.txt": "web01.abc.example.com\n",
};
