import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anInventory, planOf } from "../support/builders.ts";
import { savedPlan } from "../support/saved-documents.ts";
import { type ServedForge, serveForge } from "../support/serve-forge.ts";
import { beforeWrite, forgeTokens, type SimulatedForge, simulateForge } from "../support/simulated-forge.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const schema = JSON.parse(readFileSync(new URL("../../schema/comment.schema.json", import.meta.url), "utf8")) as object;
const fits = new Ajv2020().compile(schema);

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let folder: string;
let server: ServedForge;
let origin: string;
let forge: SimulatedForge;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dtsync-comment-"));
  writeFileSync(join(folder, "plan.json"), JSON.stringify(savedPlan));
  const calm = planOf({ inventory: anInventory({ environments: [], groups: [], hosts: [] }), clusters: {} });
  writeFileSync(join(folder, "calm.json"), JSON.stringify(calm));
  server = await serveForge("127.93.0.1", () => forge);
  origin = server.origin;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (variables: Readonly<Record<string, string>>, ...parameters: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { PATH: process.env["PATH"], HOME: folder, ...variables };
    execFile(process.execPath, [cli, "comment", ...parameters], { cwd: folder, env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });

const pipelines = {
  gitlab: () => ({
    ...{ GITLAB_CI: "true", CI_API_V4_URL: `${origin}/api/v4`, CI_PROJECT_ID: "42", CI_MERGE_REQUEST_IID: "7" },
    ...{ CI_PIPELINE_ID: "900", CI_JOB_URL: `${origin}/-/jobs/1` },
    ...{ DTSYNC_COMMENT_TOKEN: forgeTokens.gitlab, DTSYNC_ISSUE_TOKEN: forgeTokens.gitlab },
  }),
  github: () => ({
    ...{
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: origin,
      GITHUB_REPOSITORY: "acme/inventory",
      GITHUB_REF: "refs/pull/7/merge",
    },
    ...{ GITHUB_RUN_ID: "900", GITHUB_SERVER_URL: origin, GITHUB_TOKEN: forgeTokens.github },
  }),
} as const;

describe.each(["gitlab", "github"] as const)("in a pipeline of %s", (kind) => {
  test("a plan becomes one note, which the next run finds as it should be", async () => {
    forge = simulateForge(kind);
    const first = await run(pipelines[kind](), "plan.json", "--format", "json");
    expect(first).toMatchObject({ code: 0, err: "" });
    const result = JSON.parse(first.out) as { note: string; body: string };
    expect(fits(result)).toBe(true);
    expect(result.note).toBe("created");
    expect(forge.notes.map(({ body }) => body)).toEqual([result.body]);
    expect(result.body).toContain("### dtsync plan");
    expect(result.body).toContain(`[Job and artifacts](<${origin}/`);
    expect(await run(pipelines[kind](), "plan.json")).toEqual({
      code: 0,
      out: "The note says all of it already.\n",
      err: "",
    });
    expect(forge.notes).toHaveLength(1);
  });

  test("a refusal ends it with 1 and what to do, without the token", async () => {
    forge = simulateForge(kind);
    forge.troubles.push(...beforeWrite(kind).slice(1), {
      answer: { status: 404, body: { message: `no ${forgeTokens[kind]}` } },
    });
    const ended = await run(pipelines[kind](), "plan.json");
    expect(ended).toMatchObject({ code: 1, out: "" });
    expect(ended.err).toContain("or the token may not see it");
    expect(ended.err).not.toContain(forgeTokens[kind]);
  });
});

test("elsewhere a token goes only where somebody has allowed it", async () => {
  forge = simulateForge("gitlab");
  const variables = { ...pipelines.gitlab(), GITLAB_CI: "", CI_API_V4_URL: "https://gitlab.example.com/api/v4" };
  const ended = await run(variables, "plan.json");
  expect(ended).toMatchObject({ code: 4, out: "" });
  expect(ended.err).toContain("export DTSYNC_ORIGINS=https://gitlab.example.com");
  expect(forge.requests).toEqual([]);
});

test("without a token, or outside of a merge request, it says what is missing", async () => {
  const { DTSYNC_COMMENT_TOKEN: _token, ...without } = pipelines.gitlab();
  expect(await run(without, "plan.json")).toMatchObject({
    code: 1,
    err: expect.stringContaining("DTSYNC_COMMENT_TOKEN"),
  });
  expect(await run({}, "plan.json")).toMatchObject({ code: 3, err: expect.stringContaining("which forge") });
});

test("a plan with --issue opens an issue, and an empty one closes it", async () => {
  forge = simulateForge("gitlab");
  const opened = await run(pipelines.gitlab(), "plan.json", "--issue", "--format", "json");
  expect(opened).toMatchObject({ code: 0, err: "" });
  const result = JSON.parse(opened.out) as { note: string; body: string };
  expect(fits(result)).toBe(true);
  expect(result.note).toBe("created");
  const title = "Clusters or hosts differ from the inventory";
  expect(forge.issues).toMatchObject([{ title, body: result.body, open: true }]);
  expect(await run(pipelines.gitlab(), "calm.json", "--issue")).toMatchObject({
    code: 0,
    out: "Nothing differs any more: the issue was closed.\n",
  });
  expect(forge.issues).toMatchObject([{ open: false }]);
  expect(forge.notes).toEqual([]);
});

test("an issue has a token of its own", async () => {
  const { DTSYNC_ISSUE_TOKEN: _token, ...without } = pipelines.gitlab();
  const missing = await run(without, "plan.json", "--issue");
  expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("DTSYNC_ISSUE_TOKEN") });
});

test("--dry-run shows the note, and needs neither pipeline nor token", async () => {
  const ended = await run({}, "plan.json", "--dry-run");
  expect(ended.code).toBe(0);
  expect(ended.out).toMatch(/^<!-- dtsync:note key=dtsync pipeline=- digest=sha256:[0-9a-f]+ -->\n### dtsync plan\n/);
});

test.each([
  ["the token of notes", "DTSYNC_COMMENT_TOKEN"],
  ["that of another job", "DTSYNC_ISSUE_TOKEN"],
  ["the job's own", "CI_JOB_TOKEN"],
  ["that of an action", "GITHUB_TOKEN"],
])("%s is shown in no note, also where nothing is sent, whatever the plan holds", async (_what, variable) => {
  const leaking = { ...savedPlan, warnings: [`the host said ${forgeTokens.gitlab}`] };
  writeFileSync(join(folder, "leaking.json"), JSON.stringify(leaking));
  const ended = await run({ [variable]: forgeTokens.gitlab }, "leaking.json", "--dry-run");
  expect(ended.code).toBe(0);
  expect(ended.out).toContain("the host said (secret)");
});
