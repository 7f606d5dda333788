import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Plan } from "../../src/model/plan.ts";
import type { ApplyReport } from "../../src/model/result.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "dist/cli.js");

type Variables = Readonly<Record<string, string>>;

interface Rule {
  readonly if?: string;
  readonly exists?: readonly string[];
  readonly when?: string;
  readonly allow_failure?: boolean;
  readonly variables?: Variables;
}

interface Job {
  readonly extends?: string;
  readonly stage: string;
  readonly script: readonly string[];
  readonly rules: readonly Rule[];
  readonly needs: readonly (string | { readonly job: string; readonly artifacts: boolean })[];
  readonly variables?: Variables;
  readonly interruptible: boolean;
  readonly resource_group?: string;
  readonly environment?: { readonly name: string; readonly action?: string };
  readonly allow_failure?: { readonly exit_codes: readonly number[] };
  readonly parallel?: unknown;
  readonly artifacts?: {
    readonly when: string;
    readonly access: string;
    readonly paths: readonly string[];
    readonly reports: Readonly<Record<string, string>>;
  };
}

const file = parse(readFileSync(join(root, ".gitlab-ci.yml"), "utf8")) as Readonly<Record<string, unknown>> & {
  readonly stages: readonly string[];
  readonly variables: Variables;
  readonly workflow: { readonly rules: readonly Rule[] };
};
const keywords = ["stages", "workflow", "variables"];
const jobs = new Map(
  Object.keys(file)
    .filter((name) => !keywords.includes(name) && !name.startsWith("."))
    .map((name) => [name, expandJob(name)]),
);

/** A job with what it extends, merged as GitLab does: maps key by key, everything else replaced. */
function expandJob(name: string): Job {
  const job = file[name] as Job;
  return job.extends === undefined ? job : (mergeMaps(file[job.extends], job) as Job);
}

function mergeMaps(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) merged[key] = key in below ? mergeMaps(below[key], value) : value;
  return merged;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function job(name: string): Job {
  const found = jobs.get(name);
  if (!found) throw new Error(`.gitlab-ci.yml has no job ${name}`);
  return found;
}

/** A kind of pipeline: its predefined variables, and whether it runs in the repository of dtsync itself. */
interface Pipeline {
  readonly variables: Variables;
  readonly ownRepository: boolean;
}

const inventoryPipeline = (variables: Variables): Pipeline => ({
  variables: { CI_DEFAULT_BRANCH: "main", ...variables },
  ownRepository: false,
});
const mergeRequest = inventoryPipeline({ CI_PIPELINE_SOURCE: "merge_request_event" });
const defaultBranch = inventoryPipeline({ CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "main" });
const otherBranch = inventoryPipeline({ CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "topic" });
const schedule = inventoryPipeline({ CI_PIPELINE_SOURCE: "schedule", CI_COMMIT_BRANCH: "main" });

/** The rule that decides about a job, as GitLab finds it: the first that matches. */
function decidingRule(rules: readonly Rule[], { variables, ownRepository }: Pipeline): Rule | null {
  const operand = (text: string) => (text.startsWith("$") ? (variables[text.slice(1)] ?? null) : JSON.parse(text));
  const holds = (comparison: string) => {
    const found = /^(\$\w+) == (\$\w+|"[^"]*")$/.exec(comparison.trim());
    if (!found) throw new Error(`the expression ${comparison} is not understood here`);
    return operand(found[1] ?? "") === operand(found[2] ?? "");
  };
  const matches = (rule: Rule) =>
    (rule.if === undefined || rule.if.split("||").some((part) => part.split("&&").every(holds))) &&
    (rule.exists === undefined || ownRepository);
  return rules.find(matches) ?? null;
}

function jobsOf(pipeline: Pipeline): Readonly<Record<string, string>> {
  if (decidingRule(file.workflow.rules, pipeline) === null) return {};
  const started = [...jobs].flatMap(([name, { rules }]) => {
    const when = decidingRule(rules, pipeline)?.when ?? (decidingRule(rules, pipeline) ? "on_success" : "never");
    return when === "never" ? [] : [[name, when]];
  });
  return Object.fromEntries(started);
}

describe("the pipeline", () => {
  test("has the jobs that each kind of pipeline needs, and no pipeline twice", () => {
    expect(jobsOf(mergeRequest)).toEqual({ validate: "on_success", plan: "on_success" });
    expect(jobsOf(defaultBranch)).toEqual({ validate: "on_success", plan: "on_success", apply: "manual" });
    expect(jobsOf(schedule)).toEqual({ drift: "on_success" });
    expect(jobsOf(otherBranch)).toEqual({});
  });

  test("tests the tool in its own repository, where there is no fleet", () => {
    const own = { ...mergeRequest, ownRepository: true };
    expect(jobsOf(own)).toEqual({ validate: "on_success", test: "on_success" });
    const published = { ...defaultBranch, ownRepository: true };
    expect(jobsOf(published)).toEqual({ validate: "on_success", test: "on_success", pages: "on_success" });
    expect(job("test").parallel).toEqual({ matrix: [{ NODE_VERSION: ["20", "22", "24"] }] });
  });

  test("can leave plans of merge requests out", () => {
    const without = { ...mergeRequest, variables: { ...mergeRequest.variables, DTSYNC_MERGE_REQUEST_PLAN: "no" } };
    expect(jobsOf(without)).toEqual({ validate: "on_success" });
  });

  test("installs one version of dtsync on one version of Node.js, and runs no script of it", () => {
    const template = file[".dtsync"] as { readonly image: string; readonly before_script: readonly string[] };
    expect(template.image).toMatch(/^node:\d+\.\d+\.\d+-[a-z]+$/);
    const installs = template.before_script.filter((line) => line.startsWith("npm install"));
    expect(installs).toEqual([expect.stringMatching(/^npm install --global --ignore-scripts .*\$\{DTSYNC_PACKAGE:\?/)]);
    expect(file.variables["DTSYNC_PACKAGE"]).toBe("");
  });

  test("applies one plan at a time, of its own pipeline, and is not cancelled", () => {
    const apply = job("apply");
    expect(apply).toMatchObject({ interruptible: false, resource_group: "fleet", environment: { name: "fleet" } });
    expect(apply.needs).toEqual([{ job: "plan", artifacts: true }]);
    expect(job("plan").environment).toEqual({ name: "fleet-plan", action: "access" });
    expect(job("drift").environment).toEqual({ name: "fleet-plan", action: "access" });
  });

  test("keeps reports when a job fails, for developers only, and all of them below the folder that it uploads", () => {
    for (const name of ["validate", "plan", "apply", "drift"]) {
      const { artifacts } = job(name);
      expect(artifacts).toMatchObject({ when: "always", access: "developer", paths: [".dtsync/"] });
      for (const report of Object.values(artifacts?.reports ?? {})) {
        expect(report).toMatch(/^\.dtsync\//);
        expect(job(name).script.join("\n")).toContain(`=${report}`);
      }
    }
  });

  test("names stages and jobs that exist", () => {
    for (const { stage, needs } of jobs.values()) {
      expect(file.stages).toContain(stage);
      for (const need of needs) expect([...jobs.keys()]).toContain(typeof need === "string" ? need : need.job);
    }
  });
});

interface Finished {
  readonly code: number;
  readonly output: string;
  /** The checkout that the job ran in. */
  readonly folder: string;
}

describe("its scripts, run in the sandbox", () => {
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
    const declared = { ...file.variables, ...variables, ...decidingRule(rules, pipeline)?.variables };
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
    const counts = { create: expect.any(Number), update: expect.any(Number), delete: 0 };
    expect(json(planned, "plan-counts.json")).toEqual(counts);
    expect(readFileSync(join(planned.folder, ".dtsync/plan.md"), "utf8")).toContain("### dtsync plan");
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
    const meddled = runLines([`${byHand} ${tag}`], file.variables, null);
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
