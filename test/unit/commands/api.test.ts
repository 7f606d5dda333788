import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { ApiLine } from "../../../src/model/api-line.ts";
import type { FaultAction } from "../../../src/sandbox/cluster/faults.ts";
import type { ClusterSeed } from "../../../src/sandbox/cluster/snapshot.ts";
import { type CommandWorld, startCommandWorld } from "../../support/command-world.ts";

const files = {
  "dtsync.yaml": `version: 1
clusters:
  emea: { url: https://dynatrace.emea.example.com, token: { env: DTSYNC_TOKEN_EMEA } }
defaults: { cluster: emea }
`,
  "customers/abc.yaml": `customer: abc
environments: { p1: { hosts: [] }, p2: { hosts: [] }, t1: { hosts: [] }, d1: { hosts: [] } }
`,
};
const problem = (environment: string, number: number) => ({
  environment,
  problemId: `-${number}_V2`,
  displayId: `P-${number}`,
  title: `Problem ${number} \u0085\u202e`,
  status: "OPEN" as const,
  severityLevel: "ERROR",
  impactLevel: "SERVICES",
  startTime: Date.now() - 60_000,
  endTime: -1,
});
const seed: ClusterSeed = {
  environments: [{ id: "ABC-p1" }, { id: "abc-p2" }, { id: "abc-t1", state: "DISABLED" }, { id: "foreign-1" }],
  problems: [problem("abc-p2", 1), problem("abc-p2", 2), problem("abc-p2", 3)],
};

let world: CommandWorld | null = null;
afterEach(() => world?.close());
async function start(given: ClusterSeed = seed): Promise<CommandWorld> {
  world = await startCommandWorld(files, given);
  return world;
}

const linesOf = (output: string): readonly ApiLine[] =>
  output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ApiLine);
const ask = async (at: CommandWorld, ...words: readonly string[]) => {
  const end = await at.run(["api", ...words]);
  return { ...end, lines: linesOf(end.output) };
};

describe("dtsync api", () => {
  test("asks what is in scope and enabled, a page a line, and says what it did not ask", async () => {
    const { cluster, ...at } = await start();
    const { code, lines, output, errors } = await ask(
      { cluster, ...at },
      "/api/v2/problems?pageSize=2&fields=evidenceDetails",
    );
    expect(code).toBe(0);
    const shown = lines.map(({ environment, status, page, last, body }) => {
      const { problems } = body as { readonly problems: readonly unknown[] };
      return `${environment} ${status} ${page} ${last} ${problems.length}`;
    });
    expect(shown.sort()).toEqual(["abc-p1 200 1 true 0", "abc-p2 200 1 false 2", "abc-p2 200 2 true 1"]);
    expect(Object.keys(lines[0] ?? {})).toEqual(["environment", "cluster", "status", "path", "page", "last", "body"]);
    expect(output).not.toMatch(/[\u0085\u202e]/);
    expect(JSON.stringify(lines)).toContain("\u202e");
    expect(errors).toContain("1 environment is disabled and not asked: abc-t1");
    expect(errors).toContain("1 environment is not there yet and not asked: abc-d1");
    const paths = cluster.requests.map(({ path }) => path);
    expect(paths.filter((path) => /abc-t1|abc-d1|foreign-1/.test(path))).toEqual([]);
  });

  test("uses tokens that can do that alone, and leaves none", async () => {
    const at = await start();
    await ask(at, "/api/v2/problems", "--target", "abc-p1");
    const made = at.cluster.requests.filter(({ method }) => method === "POST").map(({ path }) => path);
    expect(made).toEqual([
      "/api/cluster/v2/tokens",
      "/api/cluster/v2/environments/ABC-p1/tokenManagementToken",
      "/e/ABC-p1/api/v2/apiTokens",
    ]);
    const left = at.cluster.snapshot().tokens.filter(({ name }) => /^dtsync run .* (?:run|read) /.test(name));
    expect(left).toEqual([]);
  });

  test("makes no token for what needs none, and gives the scope that is named", async () => {
    const at = await start();
    expect((await ask(at, "/api/v1/time")).lines.map(({ body }) => typeof body)).toEqual(["number", "number"]);
    expect(at.cluster.requests.filter(({ method }) => method !== "GET")).toEqual([]);
    const refused = await ask(at, "/api/v2/problems", "--scope", "oneAgents.read", "--target", "abc-p1");
    expect(refused.code).toBe(5);
    expect(refused.lines).toMatchObject([
      { environment: "abc-p1", status: 403, last: true, error: { code: "http-403" } },
    ]);
  });

  test("a failure of one is a line of its own, and the others are answered", async () => {
    const at = await start();
    at.cluster.addFault({ match: { path: "/e/abc-p2/api/v2/problems" }, do: { status: 403 } });
    const { code, lines, errors } = await ask(at, "/api/v2/problems");
    expect(code).toBe(5);
    expect(lines.map(({ environment, status }) => `${environment} ${status}`).sort()).toEqual([
      "abc-p1 200",
      "abc-p2 403",
    ]);
    expect(errors).not.toContain("bug");
  });

  const refusal = { error: { code: 400, message: "no" } };
  test.each<[string, FaultAction, unknown]>([
    ["the JSON of a refusal", { status: 400, body: refusal }, refusal],
    ["nothing where a page came", { html: 400 }, null],
    ["nothing of what is too much", { status: 400, body: { error: { message: "x".repeat(70_000) } } }, null],
  ])("gives %s", async (_what, answer, body) => {
    const at = await start();
    at.cluster.addFault({ match: { path: "/e/abc-p2/api/v2/problems" }, do: answer });
    const { code, lines } = await ask(at, "/api/v2/problems", "--target", "abc-p2");
    expect(code).toBe(5);
    expect(lines).toMatchObject([{ status: 400, body, error: {} }]);
  });

  test("a cluster that cannot be read is a line for each of its environments", async () => {
    const at = await start();
    at.cluster.addFault({
      match: { path: "/api/cluster/v2/environments", times: Number.POSITIVE_INFINITY },
      do: { status: 403 },
    });
    const { code, lines } = await ask(at, "/api/v2/problems");
    expect(code).toBe(1);
    expect(lines).toHaveLength(4);
    expect(lines.every(({ status, error }) => status === null && error?.code === "cluster-unreadable")).toBe(true);
  });

  test("goes on where an earlier run has ended, and what comes out is whole", async () => {
    const at = await start();
    const question = "/api/v2/problems?pageSize=2";
    const whole = (await ask(at, question)).output.trimEnd().split("\n");
    const [ofFirst = "", ...ofSecond] = [...whole].sort();
    const file = join(at.directory, "earlier.jsonl");
    // The second was cut off behind its first page, and again in the middle of a line.
    writeFileSync(file, `${ofFirst}\n${ofSecond[0]}\n${ofFirst.slice(0, 40)}`);
    const before = at.cluster.requests.length;
    const { code, output } = await ask(at, question, "--resume", file);
    expect(code).toBe(0);
    const comparable = (lines: readonly string[]) =>
      lines.map((line) => line.replace(/"nextPageKey":"[^"]*"/, "")).sort();
    expect(comparable(output.trimEnd().split("\n"))).toEqual(comparable(whole));
    const asked = at.cluster.requests.slice(before).filter(({ path }) => path.endsWith("/problems"));
    expect(asked.every(({ path }) => path.startsWith("/e/abc-p2/"))).toBe(true);
    expect(await ask(at, "/api/v2/problems", "--resume", file)).toMatchObject({
      code: 3,
      errors: expect.stringContaining("line 1 answers another question"),
    });
  });

  test("asks nothing that it cannot ask safely, or whose scope nobody knows", async () => {
    const at = await start();
    for (const words of [["/api/v2/../x"], ["/api/v2/new"], ["/api/v2/new", "--scope", "settings.write"]])
      expect(await ask(at, ...words)).toMatchObject({ code: 3, output: "" });
    expect(at.cluster.requests).toEqual([]);
  });
});
