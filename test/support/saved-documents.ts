import type { DocumentKind } from "../../src/load/schema/document-schemas.ts";
import type { DifferenceReport } from "../../src/model/difference.ts";
import type { Plan } from "../../src/model/plan.ts";
import { type ApplyReport, type ChangeResult, countResults } from "../../src/model/result.ts";
import { compareDeclarations, reportDifference } from "../../src/plan/compare-declarations.ts";
import { planDigest } from "../../src/plan/digest.ts";
import { aGroup, aHost, aHostReading, anEnvironment, anInventory, planOf } from "./builders.ts";

const earlier = anInventory({
  environments: [anEnvironment(), anEnvironment({ id: "abc-t1" })],
  groups: [aGroup({ name: "noc", access: { "abc-t1": ["VIEWER"] } })],
  hosts: [aHost({ name: "old01.abc.example.com" })],
});
const later = anInventory({
  environments: [
    anEnvironment({ settings: { name: "Production", tags: ["a"], quotas: { hostUnits: { maxLimit: 5 } } } }),
    anEnvironment({ id: "abc-t1", state: "absent" }),
    anEnvironment({ id: "abc-p2" }),
  ],
  groups: [aGroup({ access: { "abc-p1": ["VIEWER"] } })],
  hosts: [aHost(), aHost({ name: "web02.abc.example.com", oneagent: { ...aHost().oneagent, hostGroup: "x" } })],
});

export const savedPlan: Plan = planOf({
  inventory: later,
  probes: { "web01.abc.example.com": aHostReading(), "web02.abc.example.com": aHostReading() },
  warnings: ["something is odd"],
});

const endings: readonly Pick<ChangeResult, "status" | "attempts" | "error">[] = [
  { status: "done", attempts: 1 },
  { status: "failed", attempts: 2, error: { code: "http-403", message: "the cluster refuses" } },
  { status: "skipped", attempts: 0, error: { code: "dependency", message: "group/emea/noc was not done (failed)" } },
  { status: "uncertain", attempts: 1, error: { code: "timeout", message: "no answer in time" } },
  { status: "stale", attempts: 1, error: { code: "stale", message: "it is other than the plan saw" } },
];
const results = savedPlan.changes.map(({ id, action }, index) => ({
  ...{ id, action, durationMs: 1200 },
  ...(endings[index % endings.length] ?? { status: "done" as const, attempts: 1 }),
}));

export const savedReport: ApplyReport = {
  format: "dtsync-apply/1",
  run: "0123456789ab",
  plan: planDigest(savedPlan),
  results,
  summary: countResults(results),
  held: [{ scope: "host/db01.abc.example.com", reason: "no route to host", items: 1 }],
  waiting: [{ id: "abc-t1", until: "2026-03-17" }],
  warnings: ["something is odd"],
};

export const savedDifference: DifferenceReport = reportDifference(
  compareDeclarations(earlier, later),
  { revision: "main", commit: "3f2a1b4c" },
  { revision: null, commit: null },
);

const savedValidation = {
  format: "dtsync-validate/1",
  valid: false,
  diagnostics: [
    {
      ...{ severity: "error", rule: "unknown-key", message: 'unknown key "nmae"', hint: 'Did you mean "name"?' },
      ...{ file: "customers/abc.yaml", line: 2, column: 1 },
    },
  ],
  summary: { files: 2, customers: 1, environments: 1, groups: 0, hosts: 3, errors: 1, warnings: 0 },
};

/** A document of each kind, as commands write it. */
export const savedDocuments: Readonly<Record<DocumentKind, object>> = {
  plan: savedPlan,
  apply: savedReport,
  validate: savedValidation,
  diff: savedDifference,
};
