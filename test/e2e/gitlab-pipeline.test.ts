import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../src/model/plan.ts";
import type { ApplyReport } from "../../src/model/result.ts";
import {
  decidingRule,
  defaultBranch,
  fork,
  job,
  mergeRequest,
  type Pipeline,
  pipelineFile,
  schedule,
  type Variables,
} from "../support/gitlab-pipeline.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "dist/cli.js");

interface Finished {
  readonly code: number;
  readonly output: string;
  /** The checkout that the job ran in. */
  readonly folder: string;
}

describe("the scripts of the pipeline, run in the sandbox", () => {
  let directory: string;
  let repository: string;
  let sandbox: ChildProcess;
  /** What the sandbox gives to the programs that it runs. */
  let surroundings: Readonly<Record<string, string>>;

  const git = (folder: string, ...parameters: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...parameters], {
      cwd: folder,
      stdio: "pipe",
      encoding: "utf8",
    });

  const commit = (file: string, text: string) => {
    writeFileSync(join(repository, file), text);
    git(repository, "add", "--all");
    git(repository, "commit", "--quiet", "--message", file);
  };

  /** Runs lines in a checkout of its own, which holds nothing else than the artifacts given. */
  function runLines(lines: readonly string[], variables: Variables, artifacts: string | null): Finished {
    const folder = mkdtempSync(join(directory, "job-"));
    git(directory, "clone", "--quiet", "--depth=1", `file://${repository}`, folder);
    if (artifacts !== null) cpSync(join(artifacts, ".dtsync"), join(folder, ".dtsync"), { recursive: true });
    // A runner gives all lines to one shell that ends at the first failure.
    const script = ["set -eo pipefail", ...lines].join("\n");
    const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
      cwd: folder,
      encoding: "utf8",
      // Origin is a folder here.
      env: { ...surroundings, ...variables, CI: "true", GITLAB_CI: "true", NO_COLOR: "1", GIT_ALLOW_PROTOCOL: "file" },
    });
    return { code: status ?? -1, output: stdout + stderr, folder };
  }

  function run(name: string, pipeline: Pipeline, artifacts: string | null = null): Finished {
    const { script, variables, rules } = job(name);
    const declared = { ...pipelineFile.variables, ...variables, ...decidingRule(rules, pipeline)?.variables };
    return runLines(script, { ...pipeline.variables, ...declared }, artifacts);
  }

  const json = <T>({ folder }: Finished, name: string) =>
    JSON.parse(readFileSync(join(folder, ".dtsync", name), "utf8")) as T;

  beforeAll(async () => {
    expect(existsSync(cli), "dist/ is missing: npm run build").toBe(true);
    directory = mkdtempSync(join(tmpdir(), "dtsync-pipeline-"));
    repository = join(directory, "repository");
    mkdirSync(repository);
    cpSync(join(root, "inventory"), join(repository, "inventory"), { recursive: true, dereference: true });
    cpSync(join(root, ".gitlab-ci.yml"), join(repository, ".gitlab-ci.yml"));
    git(repository, "init", "--quiet", "--initial-branch=main");
    git(repository, "add", "--all");
    git(repository, "commit", "--quiet", "--message", "inventory");
    // One sandbox for all jobs, as one fleet stands behind all pipelines: it runs until its command reads an end.
    const command = [process.execPath, "-p", "JSON.stringify(process.env)"]
      .map((word) => JSON.stringify(word))
      .join(" ");
    sandbox = spawn(process.execPath, [cli, "sandbox", "--", "bash", "-c", `${command}; read -r`], {
      cwd: repository,
      env: { ...process.env, HOME: directory, XDG_STATE_HOME: directory },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let printed = "";
    sandbox.stdout?.setEncoding("utf8");
    for await (const chunk of sandbox.stdout ?? []) {
      printed += String(chunk);
      if (printed.endsWith("\n")) break;
    }
    expect(printed).toMatch(/^\{/);
    surroundings = JSON.parse(printed) as Readonly<Record<string, string>>;
  });
  afterAll(async () => {
    if (sandbox?.exitCode === null) {
      const ended = once(sandbox, "exit");
      sandbox.stdin?.end("\n");
      await ended;
    }
    rmSync(directory, { recursive: true, force: true });
  });

  test("show in a merge request what would change, without touching hosts", () => {
    const validated = run("validate", mergeRequest);
    expect(validated, validated.output).toMatchObject({ code: 0 });
    expect(json(validated, "validate.json")).toMatchObject({ valid: true });
    const planned = run("plan", mergeRequest);
    expect(planned, planned.output).toMatchObject({ code: 0 });
    const plan = json<Plan>(planned, "plan.json");
    expect(plan.scope.hosts).toBe("skip");
    expect(new Set(plan.changes.map(({ kind }) => kind))).toEqual(new Set(["environment", "group", "permission"]));
    const counts = { create: 27, update: 29, delete: 0, environments: 9, digest: expect.stringMatching(/^sha256:/) };
    expect(json(planned, "plan-counts.json")).toEqual(counts);
    expect(readFileSync(join(planned.folder, ".dtsync/plan.md"), "utf8")).toContain("### dtsync plan");
  });

  test("validate what a fork proposes, with nothing but the checkout", () => {
    const { PATH: path = "" } = surroundings;
    const before = surroundings;
    surroundings = { PATH: path, HOME: directory };
    try {
      const validated = run("validate", fork);
      expect(validated, validated.output).toMatchObject({ code: 0 });
    } finally {
      surroundings = before;
    }
  });

  test("fail a merge request that breaks the inventory, and say where", () => {
    commit("inventory/customers/broken.yaml", "customer: broken\nenvironment: p1\n");
    try {
      const validated = run("validate", mergeRequest);
      expect(validated, validated.output).toMatchObject({ code: 3 });
      expect(readFileSync(join(validated.folder, ".dtsync/validate.xml"), "utf8")).toContain(
        "customers/broken.yaml:2:",
      );
    } finally {
      git(repository, "reset", "--quiet", "--hard", "HEAD~1");
    }
  });

  test("apply exactly the plan of the pipeline, after which there is no drift until somebody makes one", () => {
    const planned = run("plan", defaultBranch);
    expect(planned, planned.output).toMatchObject({ code: 0 });
    const plan = json<Plan>(planned, "plan.json");
    expect(plan.inventory).toMatchObject({ commit: git(repository, "rev-parse", "HEAD").trim(), dirty: false });
    expect(plan.summary.deploy).toBeGreaterThan(0);

    const applied = run("apply", defaultBranch, planned.folder);
    expect(applied, applied.output).toMatchObject({ code: 0 });
    const report = json<ApplyReport>(applied, "apply.json");
    expect(report.results.map(({ id }) => id).sort()).toEqual(plan.changes.map(({ id }) => id).sort());
    expect(report.summary.done).toBe(plan.changes.length);
    expect(readFileSync(join(applied.folder, ".dtsync/apply.xml"), "utf8")).toContain("<testcase");

    const calm = run("drift", schedule);
    expect(calm, calm.output).toMatchObject({ code: 0 });

    const changed = plan.changes.find(({ kind, action }) => kind === "environment" && action === "create");
    const byHand = `dtsync apply --auto-approve --only environments --target '${changed?.environment}'`;
    const tag = "--set 'defaults.environment.tags=[by-hand]' --allow-updates 1";
    const meddled = runLines([`${byHand} ${tag}`], pipelineFile.variables, null);
    expect(meddled, meddled.output).toMatchObject({ code: 0 });
    const drifted = run("drift", schedule);
    expect(drifted, drifted.output).toMatchObject({ code: 2 });
    expect(job("drift").allow_failure?.exit_codes).toContain(drifted.code);
    const { summary, changes } = json<Plan>(drifted, "drift.json");
    expect(summary).toMatchObject({ create: 0, update: 1, remove: 0, deploy: 0 });
    expect(changes.map(({ id }) => id)).toEqual([changed?.id]);
  });

  test("refuse the plan of another state of the inventory", () => {
    const planned = run("plan", defaultBranch);
    const [cluster] = Object.keys(json<Plan>(planned, "plan.json").clusters);
    const later = `customer: later\ncluster: ${cluster}\nenvironments: { p1: {} }\n`;
    commit("inventory/customers/later.yaml", later);
    const applied = run("apply", defaultBranch, planned.folder);
    expect(applied, applied.output).toMatchObject({ code: 6 });
    expect(existsSync(join(applied.folder, ".dtsync/apply.json"))).toBe(false);
  });
});
