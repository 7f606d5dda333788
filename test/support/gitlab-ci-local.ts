import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

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

/**
 * Has gitlab-ci-local check the pipeline of a project against GitLab's schema, and list its jobs. `files`: those of the project by
 * their path, `.gitlab-ci.yml` among them. A variable that is null is unset.
 */
export function listJobs(
  files: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string | null>> = {},
): Listing {
  const project = mkdtempSync(join(tmpdir(), "dtsync-pipeline-"));
  const git = (...parameters: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...parameters], {
      cwd: project,
      stdio: "ignore",
    });
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, file)), { recursive: true });
      writeFileSync(join(project, file), text);
    }
    git("init", "--quiet", "--initial-branch=main");
    git("add", "--all");
    git("commit", "--quiet", "--message", "pipeline");
    // It takes the names of the project and of the default branch from there, and asks nobody.
    git("remote", "add", "origin", "https://gitlab.example.com/platform/fleet.git");
    git("update-ref", "refs/remotes/origin/main", "HEAD");
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
    const options = Object.entries(variables).flatMap(([name, value]) =>
      value === null ? ["--unset-variable", name] : ["--variable", `${name}=${value}`],
    );
    // Else it warns of those that GitLab sets.
    const given = Object.keys(variables).join(",");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", `data:text/javascript,${encodeURIComponent(union)}`, program, "--list-json", ...options],
      {
        cwd: project,
        encoding: "utf8",
        env: { PATH: process.env["PATH"], HOME: project, GCL_IGNORE_PREDEFINED_VARS: given },
      },
    );
    return { code: status, output: stdout + stderr, jobs: status === 0 ? (JSON.parse(stdout) as ListedJob[]) : [] };
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}
