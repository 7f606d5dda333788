import { describe, expect, test } from "vitest";
import { applyExitCode, readingExitCode, resultsExitCode } from "../../../src/application/exit-codes.ts";
import type { ClusterFacts, Held } from "../../../src/model/plan.ts";
import type { ChangeResult, ResultStatus } from "../../../src/model/result.ts";
import { suspensionReason } from "../../../src/model/suspension.ts";

const facts: ClusterFacts = { url: "https://dynatrace.example.com", version: null, requests: 1 };
const suspended = "environment/abc-p1 suspended";
const reasonOf = (scope: string) =>
  scope === suspended ? suspensionReason({ until: "2026-12-01", reason: "migration" }) : "it did not answer";
const reading = (clusters: readonly string[], held: readonly string[]) => ({
  clusters: Object.fromEntries(clusters.map((name) => [name, facts])),
  held: held.map((scope): Held => ({ scope, reason: reasonOf(scope), items: 1 })),
});
const results = (...statuses: readonly ResultStatus[]): readonly ChangeResult[] =>
  statuses.map((status, index) => ({
    id: `environment/abc-p${index + 1}`,
    action: "create",
    status,
    attempts: 1,
    durationMs: 1,
  }));
const ending = { skipStale: false, interrupted: false };

describe("what could not be read", () => {
  test.each<[string, readonly string[], readonly string[], number]>([
    ["nothing", ["emea"], [], 0],
    ["one cluster of two", ["emea", "apac"], ["cluster/apac"], 5],
    ["both clusters", ["emea", "apac"], ["cluster/apac", "cluster/emea"], 1],
    ["the only cluster", ["emea"], ["cluster/emea"], 1],
    ["the groups of the only cluster", ["emea"], ["cluster/emea/groups"], 5],
    ["a source of hosts", ["emea"], ["source/customers/abc.yaml:5"], 5],
    ["a host", ["emea"], ["host/web01.example.com"], 0],
    ["a change that waits for another", ["emea"], ["group/emea/noc"], 0],
    ["nothing, where no cluster was needed", [], [], 0],
  ])("%s", (_what, clusters, held, code) => {
    expect(readingExitCode(reading(clusters, held))).toBe(code);
  });
});

describe("what became of the changes", () => {
  test.each<[readonly ResultStatus[], number]>([
    [[], 0],
    [["done", "done"], 0],
    [["done", "failed"], 5],
    [["uncertain"], 5],
    [["skipped"], 5],
    [["stale"], 6],
    [["failed", "stale"], 6],
  ])("%j ends with %i", (statuses, code) => {
    expect(resultsExitCode(results(...statuses), ending)).toBe(code);
  });

  test("stale changes count as partly done with --skip-stale", () => {
    expect(resultsExitCode(results("done", "stale"), { ...ending, skipStale: true })).toBe(5);
  });

  test("an interrupt counts before everything", () => {
    for (const statuses of [results("done"), results("stale", "failed")])
      expect(resultsExitCode(statuses, { ...ending, interrupted: true })).toBe(130);
  });
});

describe("an apply", () => {
  test.each<[string, ReturnType<typeof reading>, readonly ResultStatus[], number]>([
    ["with everything done", reading(["emea"], []), ["done"], 0],
    ["with everything done, but a host held", reading(["emea"], ["host/web01.example.com"]), ["done"], 5],
    ["with everything done, and an environment suspended", reading(["emea"], [suspended]), ["done"], 0],
    ["with nothing but what is suspended", reading(["emea"], [suspended]), [], 0],
    ["with a host held beside it", reading(["emea"], [suspended, "host/web01.example.com"]), [], 5],
    ["with a removal held, because groups could not be read", reading(["emea"], ["environment/abc-p1"]), [], 5],
    ["with a cluster held", reading(["emea", "apac"], ["cluster/apac"]), ["done"], 5],
    ["without any cluster", reading(["emea"], ["cluster/emea"]), [], 1],
    ["with something stale and a cluster held", reading(["emea", "apac"], ["cluster/apac"]), ["stale"], 6],
    ["with a failure and no cluster", reading(["emea"], ["cluster/emea"]), ["failed"], 1],
  ])("%s", (_what, plan, statuses, code) => {
    expect(applyExitCode(plan, results(...statuses), ending)).toBe(code);
  });
});
