import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { componentPath, inventoryPipeline } from "../../../src/init/pipeline.ts";
import {
  defaultBranch,
  expandPipeline,
  fork,
  includerFile,
  inputsOfComponent,
  type Job,
  jobNamed,
  jobsIn,
  jobsOf,
  mergeRequest,
  otherBranch,
  type Pipeline,
  schedule,
} from "../../support/gitlab-pipeline.ts";
import { shardsPipeline } from "../../support/shards-pipeline.ts";

const { jobs, template } = expandPipeline();
const sharded = expandPipeline({ shards: 4 });
const job = (name: string) => jobNamed(name, jobs);
const namesIn = (needs: Job["needs"]) => needs.map((need) => (typeof need === "string" ? need : need.job));

test("the pipeline of an inventory includes the component with its package and folder", () => {
  const text = inventoryPipeline({ package: "dtsync@$1.0", inventory: "my fleet" });
  expect(parse(text)).toMatchObject({
    stages: ["validate", "plan", "apply"],
    include: [{ local: `/${componentPath}`, inputs: { package: "dtsync@$1.0", inventory: "my fleet" } }],
  });
});

describe("each kind of pipeline has the jobs that it needs", () => {
  const validated = { validate: "on_success" };
  test("a merge request is validated and planned", () => {
    expect(jobsOf(mergeRequest)).toEqual({ ...validated, plan: "on_success" });
  });

  test("that of a fork is compared and not planned: it has no credentials and must not get any", () => {
    expect(jobsOf(fork)).toEqual({ ...validated, diff: "on_success" });
  });

  test("merge requests can be compared alone", () => {
    const without: Pipeline = { ...mergeRequest, DTSYNC_MERGE_REQUEST_PLAN: "no" };
    expect(jobsOf(without)).toEqual({ ...validated, diff: "on_success" });
  });

  test("the default branch is applied by hand, other branches not at all", () => {
    expect(jobsOf(defaultBranch)).toEqual({ ...validated, plan: "on_success", apply: "manual" });
    expect(jobsOf(otherBranch)).toEqual({});
    for (const name of ["apply", "apply-in-shards"])
      expect(job(name).rules.find(({ when }) => when === "manual")).toMatchObject({ allow_failure: false });
  });

  test.each([1, 4])("it is applied on its own where somebody said so, in %i shards", (shards) => {
    const name = shards === 1 ? "apply" : "apply-in-shards";
    const starts = (value: string | null, auto: boolean) =>
      jobsOf(value === null ? defaultBranch : { ...defaultBranch, DTSYNC_AUTO_APPLY: value }, {
        shards,
        "auto-apply": auto,
      })[name];
    for (const value of ["yes", "true", "1"]) expect(starts(value, false)).toBe("on_success");
    for (const value of [null, "", "no"]) expect(starts(value, false)).toBe("manual");
    expect(starts(null, true)).toBe("on_success");
    expect(starts("no", true)).toBe("manual");
    for (const pipeline of [mergeRequest, fork, schedule, otherBranch])
      expect(jobsOf({ ...pipeline, DTSYNC_AUTO_APPLY: "yes" }, { shards })[name]).toBeUndefined();
  });

  test("more shards than one are a pipeline of their own", () => {
    expect(jobsOf(defaultBranch, { shards: 4 })).toEqual({
      ...{ ...validated, plan: "on_success" },
      ...{ shards: "on_success", "apply-in-shards": "manual" },
    });
    for (const pipeline of [mergeRequest, schedule]) expect(jobsOf(pipeline, { shards: 4 })).toEqual(jobsOf(pipeline));
  });

  test("a schedule looks for drift, and publishes pages if asked", () => {
    expect(jobsOf(schedule)).toEqual({ drift: "on_success" });
    expect(jobsOf(schedule, { pages: true })).toEqual({ drift: "on_success", pages: "always" });
    for (const pipeline of [mergeRequest, defaultBranch])
      expect(jobsOf(pipeline, { pages: true })).toEqual(jobsOf(pipeline));
  });

  test.each([
    ["DTSYNC_COMMENT_TOKEN", "comment", mergeRequest],
    ["DTSYNC_ISSUE_TOKEN", "drift-issue", schedule],
  ])("with %s there is %s, where that token belongs and nowhere else", (variable, name, where) => {
    expect(jobsOf({ ...where, [variable]: "x" })).toEqual({ ...jobsOf(where), [name]: "always" });
    for (const pipeline of [fork, defaultBranch, schedule, mergeRequest].filter((other) => other !== where))
      expect(jobsOf({ ...pipeline, [variable]: "x" })).toEqual(jobsOf(pipeline));
  });
});

test("every input is described, and has a default", () => {
  for (const input of Object.values(inputsOfComponent))
    expect(input).toMatchObject({ default: expect.anything(), description: expect.stringMatching(/\.$/) });
});

test("a prefix is before every job, so that one pipeline can include it twice", () => {
  const prefixed = expandPipeline({ "job-prefix": "emea-", shards: 4 });
  expect([...prefixed.jobs.keys()]).toEqual([...jobs.keys()].map((name) => `emea-${name}`));
  for (const { needs } of prefixed.jobs.values())
    for (const need of namesIn(needs)) expect([...prefixed.jobs.keys()]).toContain(need);
  expect(shardsPipeline({ "job-prefix": "emea-", shards: 4 })).toContain('job: "emea-plan"');
});

test("installs one version of dtsync on one version of Node.js, and runs no script of it", () => {
  expect(inputsOfComponent["image"]?.default).toMatch(/^node:\d+\.\d+\.\d+-[a-z]+$/);
  const installs = template.before_script.filter((line) => line.includes("npm install"));
  expect(installs).toEqual([expect.stringMatching(/npm install --global --ignore-scripts .*"\$DTSYNC_PACKAGE"/)]);
});

test("applies one plan at a time, of its own pipeline, and is not cancelled", () => {
  const apply = job("apply");
  expect(apply).toMatchObject({ interruptible: false, resource_group: "fleet", environment: { name: "fleet" } });
  expect(apply.needs).toEqual([{ job: "plan", artifacts: true }]);
  expect(job("apply-in-shards")).toMatchObject({
    resource_group: "fleet",
    trigger: { strategy: "depend", include: [{ artifact: "dtsync-shards.yml", job: "shards" }] },
  });
});

test("each job reaches the credentials of its own environment alone", () => {
  const environments = Object.fromEntries([...jobs].map(([name, { environment }]) => [name, environment]));
  expect(environments).toEqual({
    ...{ validate: undefined, diff: undefined, comment: undefined, "drift-issue": undefined },
    ...{ shards: undefined, "apply-in-shards": undefined },
    plan: { name: "fleet-plan", action: "access" },
    drift: { name: "fleet-plan", action: "access" },
    pages: { name: "fleet-status", action: "access" },
    apply: { name: "fleet" },
  });
});

test("keeps reports when a job fails, for developers only, and all of them below the folder that it uploads", () => {
  for (const name of ["validate", "diff", "plan", "apply", "drift"]) {
    const { artifacts, script } = job(name);
    expect(artifacts).toMatchObject({ when: "always", access: "developer", paths: [".dtsync/"] });
    for (const report of Object.values(artifacts?.reports ?? {})) {
      expect(report).toMatch(/^\.dtsync\//);
      expect(script.join("\n")).toContain(`=${report}`);
    }
  }
});

test("names stages and jobs that exist", () => {
  for (const { stage, needs } of jobs.values()) {
    expect(includerFile.stages).toContain(stage);
    for (const need of namesIn(needs)) expect([...jobs.keys()]).toContain(need);
  }
});

describe("the pipeline of shards", () => {
  const file = parse(shardsPipeline({ shards: 4, package: "dtsync@1.0.0", inventory: "fleet" })) as Readonly<
    Record<string, unknown>
  > & { readonly stages: readonly string[] };
  const parts = jobsIn(file);
  const part = (name: string) => jobNamed(name, parts);

  test("installs what its parent does", () => {
    const parent = expandPipeline({ shards: 4, package: "dtsync@1.0.0", inventory: "fleet" }).template;
    // The options come from the pipeline that somebody started.
    const { DTSYNC_APPLY_OPTIONS: _options, ...variables } = parent.variables;
    expect(parts.get(".dtsync")).toEqual({ ...parent, variables, interruptible: false });
  });

  test("changes clusters once, then hosts side by side, from the plan of its parent", () => {
    expect(file.stages).toEqual(["clusters", "hosts", "result"]);
    const plan = { pipeline: "$PARENT_PIPELINE_ID", job: "plan" };
    expect(part("clusters")).toMatchObject({ needs: [plan], allow_failure: { exit_codes: [5] } });
    expect(part("hosts")).toMatchObject({ parallel: 4, needs: [{ job: "clusters", artifacts: false }, plan] });
    for (const name of ["clusters", "hosts"]) expect(part(name).interruptible).toBe(false);
    // A lock of the parent that they wait for would never be free, and one of their own would make shards wait for each other.
    for (const [, { resource_group: group }] of parts) expect(group).toBeUndefined();
    expect(part("hosts").environment).toEqual({ name: "fleet", action: "access" });
  });

  test("has runners of its own where that is wanted", () => {
    const tagged = parse(shardsPipeline({ shards: 2, "shard-runner-tags": "site-a, large" })) as Readonly<
      Record<string, { readonly tags?: readonly string[] }>
    >;
    expect(tagged[".dtsync"]?.tags).toEqual(["site-a", "large"]);
    expect((file[".dtsync"] as { readonly tags?: unknown }).tags).toBeUndefined();
  });
});

test("the shards of a pipeline are those that it is told", () => {
  expect([...sharded.jobs.keys()]).toEqual([...jobs.keys()]);
  expect(jobNamed("shards", sharded.jobs).script.join("\n")).toContain("parallel: 4\n");
});
