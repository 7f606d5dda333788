import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inventoryPipeline } from "../../src/init/pipeline.ts";
import { createProject, type Project, runPipeline, whyNoJobs } from "../support/gitlab-ci-local.ts";
import { componentPath, defaultBranch, fork, mergeRequest, schedule } from "../support/gitlab-pipeline.ts";
import { type ServedForge, serveForge } from "../support/serve-forge.ts";
import { forgeTokens, simulateForge } from "../support/simulated-forge.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const reason = whyNoJobs();

const settings = `version: 1
clusters: { emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } } }
defaults: { cluster: emea }
`;

describe.skipIf(reason !== null)(
  `the pipeline in gitlab-ci-local${reason === null ? "" : ` (left out: ${reason})`}`,
  () => {
    let project: Project;
    let base: string;
    let home: string;
    const forge = simulateForge("gitlab");
    let server: ServedForge;
    let sandbox: ChildProcess;
    /** What the sandbox gives to the programs that it runs. */
    let surroundings: Readonly<Record<string, string>>;

    beforeAll(async () => {
      project = createProject({
        ".gitlab-ci.yml": `${inventoryPipeline({ package: "", inventory: "inventory" })}      pages: true\n`,
        ".gitlab/dtsync-pipeline.yml": readFileSync(componentPath, "utf8"),
        ".gitignore": ".gitlab-ci-local/\n.dtsync/\npublic/\n",
        "inventory/dtsync.yaml": settings,
        "inventory/customers/abc.yaml": "customer: abc\nenvironments: { p1: { hosts: [web01.abc.example.com] } }\n",
      });
      base = project.git("rev-parse", "HEAD").trim();
      home = mkdtempSync(join(tmpdir(), "dtsync-runs-"));
      server = await serveForge("127.94.0.1", () => forge);
      // One sandbox for all pipelines, as one fleet stands behind them: it runs until its command reads an end.
      const command = `${JSON.stringify(process.execPath)} -p "JSON.stringify(process.env)"; read -r`;
      sandbox = spawn(process.execPath, [cli, "sandbox", "--", "bash", "-c", command], {
        cwd: project.folder,
        env: { PATH: process.env["PATH"], HOME: home, XDG_STATE_HOME: home },
        stdio: ["pipe", "pipe", "inherit"],
      });
      let printed = "";
      for await (const chunk of sandbox.stdout ?? []) {
        printed += String(chunk);
        if (printed.endsWith("\n")) break;
      }
      surroundings = JSON.parse(printed) as Readonly<Record<string, string>>;
      project.git("checkout", "--quiet", "-b", "topic");
      project.git("commit", "--quiet", "--allow-empty", "--message", "a change");
    });
    afterAll(async () => {
      if (sandbox?.exitCode === null) {
        const ended = once(sandbox, "exit");
        sandbox.stdin?.end("\n");
        await ended;
      }
      await server?.close();
      project.remove();
      rmSync(home, { recursive: true, force: true });
    });

    /** The names of the jobs that ended well or may fail, once a pipeline has run. */
    async function run(variables: Readonly<Record<string, string>>, pipeline: number): Promise<readonly string[]> {
      const { code, output } = await runPipeline(
        project,
        {
          ...(variables["CI_COMMIT_BRANCH"] === undefined ? { CI_COMMIT_BRANCH: null } : {}),
          ...{ CI_API_V4_URL: `${server.origin}/api/v4`, CI_PROJECT_ID: "42", CI_PIPELINE_ID: String(pipeline) },
          ...{ DTSYNC_COMMENT_TOKEN: forgeTokens.gitlab, DTSYNC_ISSUE_TOKEN: forgeTokens.gitlab },
          ...{ DTSYNC_SANDBOX_OPTIONS: surroundings["DTSYNC_SANDBOX_OPTIONS"] ?? "" },
          ...variables,
        },
        surroundings,
      );
      expect(code, output).toBe(0);
      return [...output.matchAll(/^ (?:PASS|WARN) +(\S+)/gm)].map(([, name = ""]) => name).sort();
    }

    const written = (file: string) => readFileSync(join(project.folder, file), "utf8");
    const ofRequest = () => ({
      CI_MERGE_REQUEST_IID: "7",
      CI_MERGE_REQUEST_PROJECT_ID: "42",
      CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
    });

    test("a merge request is validated and planned, and has one note", async () => {
      const variables = { ...mergeRequest, ...ofRequest(), CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "42" };
      expect(await run(variables, 500)).toEqual(["comment", "plan", "validate"]);
      expect(forge.notes).toHaveLength(1);
      expect(forge.notes[0]?.body).toMatch(
        /^<!-- dtsync:note key=fleet pipeline=500 digest=sha256:[^\n]+\n### dtsync plan\n/,
      );
    });

    test("one of a fork is validated and compared, and nothing is sent anywhere", async () => {
      const before = forge.requests.length;
      expect(await run({ ...fork, ...ofRequest(), CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "77" }, 501)).toEqual([
        "diff",
        "validate",
      ]);
      expect(forge.requests).toHaveLength(before);
    });

    test("a schedule opens an issue for what differs, and writes the pages", async () => {
      expect(await run(schedule, 502)).toEqual(["drift", "drift-issue", "pages"]);
      expect(forge.issues).toMatchObject([{ open: true, body: expect.stringContaining("abc-p1") }]);
      expect(written("public/index.html")).toContain("abc-p1");
      expect(written("public/plan.html")).toContain("abc-p1");
    });

    test("the default branch is planned and applied", async () => {
      expect(await run({ ...defaultBranch, DTSYNC_AUTO_APPLY: "yes" }, 503)).toEqual(["apply", "plan", "validate"]);
      expect(JSON.parse(written(".dtsync/apply.json"))).toMatchObject({ summary: { failed: 0, skipped: 0, stale: 0 } });
    });
  },
);
