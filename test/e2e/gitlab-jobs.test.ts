import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { listJobs } from "../support/gitlab-ci-local.ts";
import {
  componentPath,
  defaultBranch,
  fork,
  includer,
  jobNamed,
  jobsIn,
  jobsOf,
  mergeRequest,
  type Pipeline,
  schedule,
} from "../support/gitlab-pipeline.ts";
import { shardsPipeline } from "../support/shards-pipeline.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "dist/cli.js");
const component = readFileSync(componentPath, "utf8");
const own = readFileSync(join(root, ".gitlab-ci.yml"), "utf8");
const job = (name: string) => jobNamed(name, jobsIn(parse(own) as Readonly<Record<string, unknown>>));

/** A pipeline of an inventory, with more inputs than init gives it. */
const projectWith = (inputs: Readonly<Record<string, unknown>>) => ({
  ".gitlab-ci.yml":
    includer +
    Object.entries(inputs)
      .map(([name, value]) => `      ${name}: ${value}\n`)
      .join(""),
  ".gitlab/dtsync-pipeline.yml": component,
});
const named = (name: string) => name.replace(/: \[.*$/, "");

describe("the pipeline of an inventory is valid for GitLab, and has the same jobs for gitlab-ci-local", () => {
  const withTokens = { DTSYNC_COMMENT_TOKEN: "x", DTSYNC_ISSUE_TOKEN: "x" };
  test.each([
    ["merge request", mergeRequest, {}],
    ["merge request with a token", { ...mergeRequest, ...withTokens }, {}],
    ["merge request of a fork", fork, { shards: 4, pages: true }],
    ["default branch", defaultBranch, {}],
    ["default branch, applied on its own in shards", { ...defaultBranch, DTSYNC_AUTO_APPLY: "yes" }, { shards: 4 }],
    ["schedule with a token and pages", { ...schedule, ...withTokens }, { pages: true, "auto-apply": true }],
  ] as const)("%s", (_, pipeline, inputs) => {
    const unset = "CI_COMMIT_BRANCH" in pipeline ? {} : { CI_COMMIT_BRANCH: null };
    const { code, output, jobs } = listJobs(projectWith(inputs), { ...pipeline, ...unset });
    expect(code, output).toBe(0);
    const started = jobs.filter(({ when }) => when !== "never").map(({ name, when }) => [named(name), when]);
    expect(Object.fromEntries(started)).toEqual(jobsOf(pipeline, inputs));
  });
});

test("the pipeline of shards is valid for GitLab", () => {
  const { code, output, jobs } = listJobs(
    { ".gitlab-ci.yml": shardsPipeline({ shards: 2 }) },
    { CI_PIPELINE_SOURCE: "parent_pipeline" },
  );
  expect(code, output).toBe(0);
  expect(jobs.map(({ name }) => name)).toEqual(["clusters", "hosts: [1/2]", "hosts: [2/2]", "result"]);
});

test("a pipeline with a slip is not, as init writes it or not", () => {
  const folder = mkdtempSync(join(tmpdir(), "dtsync-init-"));
  try {
    execFileSync(process.execPath, [cli, "init"], { cwd: folder, stdio: "ignore" });
    const written = (name: string) => readFileSync(join(folder, name), "utf8");
    const slip = written(".gitlab/dtsync-pipeline.yml").replace("resource_group:", "resource_grup:");
    expect(
      listJobs({ ".gitlab-ci.yml": written(".gitlab-ci.yml"), ".gitlab/dtsync-pipeline.yml": slip }),
    ).toMatchObject({ code: 1, output: expect.stringContaining("resource_grup") });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("dtsync's own pipeline is valid for GitLab, and tests each Node.js", () => {
  const { code, output, jobs } = listJobs({ ".gitlab-ci.yml": own }, { ...mergeRequest, CI_COMMIT_BRANCH: null });
  expect(code, output).toBe(0);
  expect(new Set(jobs.filter(({ when }) => when !== "never").map(({ name }) => named(name)))).toEqual(
    new Set(["test", "validate", "container"]),
  );
  expect(job("test").parallel).toEqual({ matrix: [{ NODE_VERSION: ["20", "22", "24"] }] });
});

describe("the scripts of dtsync's own jobs", () => {
  test("run what there is", () => {
    const [script = ""] = job("test").script;
    expect(job("test").script).toEqual([".ci/run"]);
    expect(statSync(join(root, script)).mode & 0o111).toBe(0o111);
  });

  test("build the image of the package that was tested, and push it from the default branch alone", () => {
    const folder = mkdtempSync(join(tmpdir(), "dtsync-image-"));
    /** What buildah is called with, a line each; what it reads is put behind it. */
    const calls = (pipeline: Pipeline) => {
      const log = join(folder, "calls");
      rmSync(log, { force: true });
      const { script, variables } = job("container");
      const { status, stderr } = spawnSync("bash", ["-c", ["set -eo pipefail", ...script].join("\n")], {
        cwd: folder,
        encoding: "utf8",
        env: { ...pipeline, ...variables, ...registry, PATH: `${folder}:${process.env["PATH"]}`, LOG: log },
      });
      expect(status, stderr).toBe(0);
      return readFileSync(log, "utf8").trimEnd().split("\n");
    };
    const registry = {
      CI_COMMIT_SHA: "3f2a",
      CI_PROJECT_URL: "https://gitlab.example.com/platform/dtsync",
      CI_REGISTRY: "registry.example.com",
      CI_REGISTRY_IMAGE: "registry.example.com/platform/dtsync",
      CI_REGISTRY_USER: "job",
      CI_REGISTRY_PASSWORD: "a password",
    };
    try {
      const standIn =
        '#!/bin/sh\nprintf "%s" "$*" >> "$LOG"\n[ "$1" != login ] || { printf " < "; cat; } >> "$LOG"\necho >> "$LOG"\n';
      writeFileSync(join(folder, "buildah"), standIn, { mode: 0o755 });
      writeFileSync(join(folder, "dtsync-0.1.0.tgz"), "");
      const image = `${registry.CI_REGISTRY_IMAGE}:3f2a`;
      const build = `build --tag ${image} --build-arg VERSION=0.1.0 --build-arg REVISION=3f2a --build-arg SOURCE=${registry.CI_PROJECT_URL} .`;
      expect(calls(mergeRequest)).toEqual([build]);
      expect(calls(defaultBranch)).toEqual([
        build,
        "login --username job --password-stdin registry.example.com < a password",
        "",
        `push ${image}`,
      ]);
      const declared = readFileSync(join(root, "Containerfile"), "utf8");
      for (const [, name = ""] of build.matchAll(/--build-arg (\w+)=/g))
        expect(declared).toMatch(new RegExp(`^ARG ${name}\\b`, "m"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
