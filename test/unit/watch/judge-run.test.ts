import { expect, test } from "vitest";
import type { Plan } from "../../../src/model/plan.ts";
import type { ApplyReport, ResultStatus } from "../../../src/model/result.ts";
import { suspensionReason } from "../../../src/model/suspension.ts";
import { isInSync, isTriedAgain, judgeRun, type RunEnd, type RunResult } from "../../../src/watch/judge-run.ts";

const planOf = (changes: number, ...held: readonly string[]) =>
  ({
    changes: Array(changes).fill({}),
    held: held.map((reason) => ({ scope: "environment/abc-p1", reason })),
    guards: [],
  }) as unknown as Plan;
const unread = "it did not answer";
const suspended = suspensionReason({ until: "2026-12-01", reason: "migration" });
const reportOf = (...results: readonly (readonly [ResultStatus, string?])[]) =>
  ({
    results: results.map(([status, code]) => ({ status, ...(code === undefined ? {} : { error: { code } }) })),
  }) as unknown as ApplyReport;

test.each<[RunResult, Partial<RunEnd>]>([
  ["in-sync", { plan: planOf(0) }],
  ["in-sync", { plan: planOf(0), report: reportOf() }],
  ["drift", { plan: planOf(2) }],
  ["drift", { plan: planOf(2, unread), exitCode: 5 }],
  ["held", { plan: planOf(0, unread), exitCode: 5 }],
  ["held", { plan: planOf(1, unread), report: reportOf(["done"]), exitCode: 5 }],
  ["held", { plan: planOf(0, suspended, unread), exitCode: 5 }],
  ["in-sync", { plan: planOf(0, suspended) }],
  ["applied", { plan: planOf(1, suspended), report: reportOf(["done"]) }],
  ["applied", { plan: planOf(1), report: reportOf(["done"]) }],
  ["partly", { plan: planOf(2), report: reportOf(["done"], ["failed", "http-403"]), exitCode: 5 }],
  ["partly", { plan: planOf(2), report: reportOf(["skipped", "superseded"], ["stale", "stale"]), exitCode: 5 }],
  ["superseded", { plan: planOf(2), report: reportOf(["done"], ["skipped", "superseded"]), exitCode: 5 }],
  ["refused", { plan: planOf(2), report: reportOf(), exitCode: 4 }],
  ["refused", { exitCode: 4, failure: "another apply is running" }],
  ["invalid", { exitCode: 3 }],
  ["failed", { exitCode: 1 }],
  ["failed", { exitCode: 1, plan: planOf(0, unread) }],
  ["interrupted", { exitCode: 130, plan: planOf(1), report: reportOf(["skipped", "interrupted"]) }],
])("a run is judged %s (%#)", (expected, end) => {
  const result = judgeRun({ exitCode: 0, plan: null, report: null, failure: null, ...end });
  expect(result).toBe(expected);
  expect(isTriedAgain(result, null)).toBe(expected === "partly" || expected === "failed");
  expect(isInSync(result)).toBe(expected === "in-sync" || expected === "applied");
});

test("what many items stand on is read again soon where it could not be, and a host that does not answer is not", () => {
  const held = (...scopes: readonly string[]) => ({
    held: scopes.map((scope) => ({ scope, reason: "it does not answer", items: 1 })),
  });
  expect(isTriedAgain("held", held("cluster/emea"))).toBe(true);
  expect(isTriedAgain("held", held("host/web01", "source/customers/abc.yaml:5"))).toBe(true);
  expect(isTriedAgain("held", held("host/web01"))).toBe(false);
  expect(isTriedAgain("drift", held("cluster/emea"))).toBe(false);
});
