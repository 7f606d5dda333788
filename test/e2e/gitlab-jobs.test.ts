import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { listJobs } from "../support/gitlab-ci-local.ts";
import {
  defaultBranch,
  fork,
  job,
  jobs,
  jobsOf,
  mergeRequest,
  otherBranch,
  type Pipeline,
  pipelineFile,
  pipelinePath,
  schedule,
} from "../support/gitlab-pipeline.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cli = join(root, "dist/cli.js");

describe("the pipeline", () => {
  test("has the jobs that each kind of pipeline needs, and no pipeline twice", () => {
    expect(jobsOf(mergeRequest)).toEqual({ validate: "on_success", plan: "on_success" });
    expect(jobsOf(defaultBranch)).toEqual({ validate: "on_success", plan: "on_success", apply: "manual" });
    expect(jobsOf(schedule)).toEqual({ drift: "on_success" });
    expect(jobsOf(otherBranch)).toEqual({});
  });

  test("tests the tool in its own repository, where there is no fleet", () => {
    const own = { ...mergeRequest, ownRepository: true };
    expect(jobsOf(own)).toEqual({ validate: "on_success", test: "on_success", container: "on_success" });
    const published = { ...defaultBranch, ownRepository: true };
    expect(jobsOf(published)).toEqual({ ...jobsOf(own), pages: "on_success" });
    expect(job("test").parallel).toEqual({ matrix: [{ NODE_VERSION: ["20", "22", "24"] }] });
  });

  test("can leave plans of merge requests out", () => {
    const without = { ...mergeRequest, variables: { ...mergeRequest.variables, DTSYNC_MERGE_REQUEST_PLAN: "no" } };
    expect(jobsOf(without)).toEqual({ validate: "on_success" });
  });

  test("writes a note where there is a token for it, but not for a fork", () => {
    const withToken = ({ variables, ...pipeline }: Pipeline): Pipeline => ({
      ...pipeline,
      variables: { ...variables, DTSYNC_COMMENT_TOKEN: "x" },
    });
    expect(jobsOf(withToken(mergeRequest))).toEqual({ ...jobsOf(mergeRequest), comment: "always" });
    for (const pipeline of [fork, defaultBranch, schedule, { ...mergeRequest, ownRepository: true }]) {
      expect(jobsOf(withToken(pipeline))).toEqual(jobsOf(pipeline));
    }
  });

  test("plans nothing for a fork, which has no credentials and must not get any", () => {
    expect(jobsOf(fork)).toEqual({ validate: "on_success" });
  });

  test.each([
    ["merge request", mergeRequest],
    ["merge request of a fork", fork],
    ["default branch", defaultBranch],
    ["schedule", schedule],
  ])("is valid for GitLab, and has the same jobs for gitlab-ci-local: %s", (_, pipeline) => {
    const { variables } = pipeline;
    const unset = variables["CI_COMMIT_BRANCH"] === undefined ? { CI_COMMIT_BRANCH: null } : {};
    for (const ownRepository of [true, false]) {
      const files = ownRepository ? ["src/cli.ts"] : [];
      const { code, output, jobs: listed } = listJobs(pipelinePath, { files, variables: { ...variables, ...unset } });
      expect(code, output).toBe(0);
      const started = listed.filter(({ when }) => when !== "never").map(({ name, when }) => [name.split(":")[0], when]);
      expect(Object.fromEntries(started)).toEqual(jobsOf({ ...pipeline, ownRepository }));
    }
  });

  test("is valid for GitLab as init writes it, and one with a slip is not", () => {
    const folder = mkdtempSync(join(tmpdir(), "dtsync-init-"));
    try {
      execFileSync(process.execPath, [cli, "init"], { cwd: folder, stdio: "ignore" });
      const written = join(folder, ".gitlab-ci.yml");
      const { code, output, jobs: listed } = listJobs(written);
      expect(code, output).toBe(0);
      expect(listed.map(({ name }) => name)).toEqual(["validate", "plan", "comment", "apply", "drift"]);
      writeFileSync(written, readFileSync(written, "utf8").replace("resource_group:", "resource_grup:"));
      expect(listJobs(written)).toMatchObject({ code: 1, output: expect.stringContaining("resource_grup") });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("installs one version of dtsync on one version of Node.js, and runs no script of it", () => {
    const template = pipelineFile[".dtsync"] as { readonly image: string; readonly before_script: readonly string[] };
    expect(template.image).toMatch(/^node:\d+\.\d+\.\d+-[a-z]+$/);
    const installs = template.before_script.filter((line) => line.startsWith("npm install"));
    expect(installs).toEqual([expect.stringMatching(/^npm install --global --ignore-scripts .*\$\{DTSYNC_PACKAGE:\?/)]);
    expect(pipelineFile.variables["DTSYNC_PACKAGE"]).toBe("");
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
      expect(pipelineFile.stages).toContain(stage);
      for (const need of needs) expect([...jobs.keys()]).toContain(typeof need === "string" ? need : need.job);
    }
  });
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
        env: { ...pipeline.variables, ...variables, ...registry, PATH: `${folder}:${process.env["PATH"]}`, LOG: log },
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
