import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const program = fileURLToPath(import.meta.resolve("gitlab-ci-local/dist/index.js"));
/** The program asks for a method of sets that Node.js 20 lacks. */
const union = "Set.prototype.union ??= function (other) { return new Set([...this, ...other]); };";

export interface ListedJob {
  readonly name: string;
  readonly stage: string;
  readonly when: string;
}

export interface Listing {
  readonly code: number | null;
  /** What GitLab's schema, or the pipeline's own logic, has against it. */
  readonly output: string;
  readonly jobs: readonly ListedJob[];
}

/** A repository with a pipeline, as gitlab-ci-local wants it. */
export interface Project {
  readonly folder: string;
  git(...parameters: readonly string[]): string;
  remove(): void;
}

/** `files`: those of the project by their path, `.gitlab-ci.yml` among them. */
export function createProject(files: Readonly<Record<string, string>>): Project {
  const folder = mkdtempSync(join(tmpdir(), "dtsync-pipeline-"));
  const git = (...parameters: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...parameters], {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
    });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "pipeline");
  // It takes the names of the project and of the default branch from there, and asks nobody.
  git("remote", "add", "origin", "https://gitlab.example.com/platform/fleet.git");
  git("update-ref", "refs/remotes/origin/main", "HEAD");
  git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
  return { folder, git, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What gitlab-ci-local is called with. A variable that is null is unset. */
function callOf(options: readonly string[], variables: Readonly<Record<string, string | null>>) {
  const given = Object.entries(variables).flatMap(([name, value]) =>
    value === null ? ["--unset-variable", name] : ["--variable", `${name}=${value}`],
  );
  return {
    parameters: ["--import", `data:text/javascript,${encodeURIComponent(union)}`, program, ...options, ...given],
    // Else it warns of those that GitLab sets.
    environment: { GCL_IGNORE_PREDEFINED_VARS: Object.keys(variables).join(",") },
  };
}

/**
 * Has gitlab-ci-local check the pipeline of a project against GitLab's schema, and list its jobs. `files`: those of the project by
 * their path, `.gitlab-ci.yml` among them. A variable that is null is unset.
 */
export function listJobs(
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string | null>> = {},
): Listing {
  const { folder, remove } = createProject(files);
  try {
    const { parameters, environment } = callOf(["--list-json"], variables);
    const { status, stdout, stderr } = spawnSync(process.execPath, parameters, {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: folder, ...environment },
    });
    return { code: status, output: stdout + stderr, jobs: status === 0 ? (JSON.parse(stdout) as ListedJob[]) : [] };
  } finally {
    remove();
  }
}

/** Why gitlab-ci-local cannot run jobs here; null: it can. Throws instead with DTSYNC_REQUIRE_ALL=1. */
export function whyNoJobs(): string | null {
  if (spawnSync("rsync", ["--version"]).status === 0) return null;
  const reason = "rsync is missing, with which gitlab-ci-local hands files to jobs";
  if (process.env["DTSYNC_REQUIRE_ALL"] === "1") throw new Error(reason);
  return reason;
}

/** Runs the jobs of a pipeline that start on their own, each in a copy of the project, with the programs of this machine. */
export async function runPipeline(
  { folder }: Pick<Project, "folder">,
  variables: Readonly<Record<string, string | null>>,
  surroundings: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { parameters, environment } = callOf(["--force-shell-executor", "--shell-isolation"], variables);
  const child = spawn(process.execPath, parameters, {
    cwd: folder,
    env: { ...surroundings, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const add = (chunk: Buffer) => {
    output += stripVTControlCharacters(chunk.toString());
  };
  child.stdout.on("data", add);
  child.stderr.on("data", add);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}
