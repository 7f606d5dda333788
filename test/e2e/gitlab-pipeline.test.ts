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
import {
  decidingRule,
  defaultBranch,
  expandPipeline,
  fork,
  type Job,
  jobNamed,
  jobsIn,
  mergeRequest,
  type Pipeline,
  schedule,
  type Variables,
} from "../support/gitlab-pipeline.ts";
import { shardsPipeline } from "../support/shards-pipeline.ts";
import { copySmallExample } from "../support/small-example.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "dist/cli.js");
const { jobs, template } = expandPipeline({ pages: true });
const shards = jobsIn(parse(shardsPipeline({ shards: 2 })) as Readonly<Record<string, unknown>>);

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

  const { clusters } = parse(readFileSync(join(root, "inventory/dtsync.yaml"), "utf8")) as {
    readonly clusters: Readonly<Record<string, unknown>>;
  };

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
    const script = ["set -eo pipefail", "mkdir -p .dtsync", ...lines].join("\n");
    const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
      cwd: folder,
      encoding: "utf8",
      // Origin is a folder here.
      env: { ...surroundings, ...variables, CI: "true", GITLAB_CI: "true", NO_COLOR: "1", GIT_ALLOW_PROTOCOL: "file" },
    });
    return { code: status ?? -1, output: stdout + stderr, folder };
  }

  function run(name: string, pipeline: Pipeline, artifacts: string | null = null): Finished {
    const { script, variables, rules } = jobNamed(name, jobs);
    return runLines(script, { ...pipeline, ...variables, ...decidingRule(rules, pipeline)?.variables }, artifacts);
  }

  /** A job of the pipeline of shards. */
  function runPart(name: string, variables: Variables, artifacts: string): Finished {
    const job: Job & { readonly script: readonly string[] } = jobNamed(name, shards);
    return runLines(job.script, { ...job.variables, ...variables }, artifacts);
  }

  const json = <T>({ folder }: Finished, name: string) =>
    JSON.parse(readFileSync(join(folder, ".dtsync", name), "utf8")) as T;

  beforeAll(async () => {
    expect(existsSync(cli), "dist/ is missing: npm run build").toBe(true);
    directory = mkdtempSync(join(tmpdir(), "dtsync-pipeline-"));
    repository = join(directory, "repository");
    mkdirSync(repository);
    copySmallExample(join(repository, "inventory"));
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

  /** Runs what a merge request with a new customer does; its base is the commit before it. */
  function inMergeRequest(work: (base: Variables) => void): void {
    const base = { CI_MERGE_REQUEST_DIFF_BASE_SHA: git(repository, "rev-parse", "HEAD").trim() };
    const cluster = Object.keys(clusters)[0];
    commit("inventory/customers/fresh.yaml", `customer: fresh\ncluster: ${cluster}\nenvironments: { p1: {} }\n`);
    try {
      work(base);
    } finally {
      git(repository, "reset", "--quiet", "--hard", "HEAD~1");
    }
  }

  test("show in a merge request what it would change and nothing else, without touching hosts", () => {
    inMergeRequest((base) => {
      const validated = run("validate", mergeRequest);
      expect(validated, validated.output).toMatchObject({ code: 0 });
      expect(json(validated, "validate.json")).toMatchObject({ valid: true });
      const planned = run("plan", { ...mergeRequest, ...base });
      expect(planned, planned.output).toMatchObject({ code: 0 });
      const { scope, changes, warnings } = json<Plan>(planned, "plan.json");
      expect(scope).toMatchObject({ hosts: "skip", changedSince: base["CI_MERGE_REQUEST_DIFF_BASE_SHA"] });
      expect(warnings.filter((warning) => /^--(?:base|changed-since)/.test(warning))).toEqual([]);
      const own = changes.filter(({ customer, environment }) => (customer ?? environment)?.startsWith("fresh"));
      expect(new Set(own.map(({ kind, origin }) => `${kind} ${origin}`))).toContain("environment change");
      // All environments but this one are still to be made, and no part of this merge request.
      expect(changes.filter(({ kind }) => kind === "environment")).toMatchObject([{ id: "environment/fresh-p1" }]);
      expect(json(planned, "plan-counts.json")).toMatchObject({ delete: 0, digest: expect.stringMatching(/^sha256:/) });
      expect(readFileSync(join(planned.folder, ".dtsync/plan.md"), "utf8")).toContain("### dtsync plan");
      const { script } = jobNamed("comment", jobs);
      const shown = runLines(
        script.map((line) => line.replace(/^dtsync comment.*/, "$& --dry-run")),
        {},
        planned.folder,
      );
      expect(shown, shown.output).toMatchObject({ code: 0 });
      expect(shown.output).toMatch(/^<!-- dtsync:note key=fleet /);
    });
  });

  test("show of a fork what it declares, with nothing but the checkout", () => {
    const before = surroundings;
    surroundings = { PATH: before["PATH"] ?? "", HOME: directory };
    try {
      inMergeRequest((base) => {
        for (const name of ["validate", "diff"]) {
          const finished = run(name, { ...fork, ...base });
          expect(finished, finished.output).toMatchObject({ code: 0 });
          if (name === "diff") expect(finished.output).toContain("fresh-p1");
        }
      });
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

    // In shards, which are together what the job `apply` does.
    const first = runPart("clusters", {}, planned.folder);
    const hosts = ["1", "2"].map((index) =>
      runPart("hosts", { CI_NODE_INDEX: index, CI_NODE_TOTAL: "2" }, planned.folder),
    );
    const reports = [first, ...hosts].map((part, index) => {
      expect(part, part.output).toMatchObject({ code: 0 });
      return json<ApplyReport>(part, index === 0 ? "clusters.json" : `shard-${index}.json`);
    });
    expect(reports.flatMap(({ results }) => results.map(({ id }) => id)).sort()).toEqual(
      plan.changes.map(({ id }) => id).sort(),
    );
    for (const { summary, results } of reports) expect(summary.done).toBe(results.length);
    expect(readFileSync(join(first.folder, ".dtsync/clusters.xml"), "utf8")).toContain("<testcase");
    expect(runPart("result", {}, first.folder)).toMatchObject({ code: 0 });

    const calm = run("drift", schedule);
    expect(calm, calm.output).toMatchObject({ code: 0 });

    const changed = plan.changes.find(({ kind, action }) => kind === "environment" && action === "create");
    const byHand = `dtsync apply --auto-approve --only environments --target '${changed?.environment}'`;
    const tag = "--set 'defaults.environment.tags=[by-hand]' --allow-updates 1";
    const meddled = runLines([`${byHand} ${tag}`], template.variables, null);
    expect(meddled, meddled.output).toMatchObject({ code: 0 });
    const drifted = run("drift", schedule);
    expect(drifted, drifted.output).toMatchObject({ code: 2 });
    expect(jobNamed("drift", jobs).allow_failure?.exit_codes).toContain(drifted.code);
    const { summary, changes } = json<Plan>(drifted, "drift.json");
    expect(summary).toMatchObject({ create: 0, update: 1, remove: 0, deploy: 0 });
    expect(changes.map(({ id }) => id)).toEqual([changed?.id]);
    const { script } = jobNamed("drift-issue", jobs);
    const issue = runLines(
      script.map((line) => `${line} --dry-run`),
      {},
      drifted.folder,
    );
    expect(issue, issue.output).toMatchObject({ code: 0 });
    expect(issue.output).toContain("Clusters or hosts are not as the inventory declares them.");
    const published = run("pages", schedule, drifted.folder);
    expect(published, published.output).toMatchObject({ code: 0 });
    for (const page of ["index.html", "plan.html"])
      expect(readFileSync(join(published.folder, "public", page), "utf8")).toMatch(/^<!doctype html>/i);
  });

  test("fail when a part of the clusters did, but not before hosts are done", () => {
    const folder = mkdtempSync(join(directory, "artifacts-"));
    mkdirSync(join(folder, ".dtsync"));
    const refused = runPart("clusters", {}, folder);
    expect(refused).toMatchObject({ code: 3 });
    expect(runPart("result", {}, refused.folder)).toMatchObject({ code: 3 });
  });

  test("refuse the plan of another state of the inventory", () => {
    const planned = run("plan", defaultBranch);
    const [cluster] = Object.keys(clusters);
    const later = `customer: later\ncluster: ${cluster}\nenvironments: { p1: {} }\n`;
    commit("inventory/customers/later.yaml", later);
    const applied = run("apply", defaultBranch, planned.folder);
    expect(applied, applied.output).toMatchObject({ code: 6 });
    expect(existsSync(join(applied.folder, ".dtsync/apply.json"))).toBe(false);
  });
});
