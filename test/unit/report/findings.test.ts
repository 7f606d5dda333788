import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";
import { describe, expect, test } from "vitest";
import { loadInventory } from "../../../src/load/load-inventory.ts";
import type { Diagnostic } from "../../../src/model/diagnostic.ts";
import type { Plan } from "../../../src/model/plan.ts";
import { diagnosticFindings, type Finding } from "../../../src/report/findings.ts";
import { renderGitlabCodequality } from "../../../src/report/gitlab-codequality.ts";
import { planFindings } from "../../../src/report/plan-findings.ts";
import { planReports } from "../../../src/report/plan-reports.ts";
import { rules } from "../../../src/report/rules.ts";
import { renderSarif } from "../../../src/report/sarif.ts";
import {
  aGroup,
  aHost,
  anEnvironment,
  anInventory,
  anObservedEnvironment,
  anObservedGroup,
  planOf,
} from "../../support/builders.ts";
import { codequalitySchema, sarifSchema } from "../../support/report-schemas.ts";

const ajv = new Ajv({ strict: true, strictRequired: false })
  .addFormat("uri", /^[a-z][a-z0-9+.-]*:[^\s{}|\\^`"<>]*$/i)
  .addFormat("uri-reference", /^(?:[\w.~!$&'()*+,;=:@/?#-]|%[0-9A-F]{2})*$/i);
const validators = { sarif: ajv.compile(sarifSchema), codequality: ajv.compile(codequalitySchema) };

function valid(validate: ValidateFunction, text: string): unknown {
  const document: unknown = JSON.parse(text);
  validate(document);
  expect(validate.errors ?? []).toEqual([]);
  return document;
}

interface Entry {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}
const codequality = (findings: readonly Finding[], folder = "inventory/") =>
  valid(validators.codequality, renderGitlabCodequality(findings, folder)) as readonly Entry[];

interface Sarif {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly message: { readonly text: string };
        readonly locations: readonly [{ readonly physicalLocation: Readonly<Record<string, unknown>> }];
        readonly partialFingerprints: Readonly<Record<string, string>>;
      }[];
    },
  ];
}
const sarif = (findings: readonly Finding[], folder = "inventory/") =>
  valid(validators.sarif, renderSarif(findings, { folder, command: "validate", version: "0.1.0" })) as Sarif;

const fault = (given: Partial<Diagnostic> = {}): Diagnostic => ({
  severity: "error",
  rule: "unknown-key",
  message: 'unknown key "tgas"',
  hint: 'Did you mean "tags"?',
  file: "customers/abc.yaml",
  line: 6,
  column: 5,
  ...given,
});
const findings = (...faults: readonly Diagnostic[]) => diagnosticFindings(faults);
const fingerprints = (...faults: readonly Diagnostic[]) =>
  codequality(findings(...faults)).map(({ fingerprint }) => fingerprint);

describe("faults as GitLab's code quality", () => {
  test("have the place in the repository, and what to do in the description", () => {
    expect(codequality(findings(fault()))).toEqual([
      {
        description: 'unknown key "tgas". Did you mean "tags"?',
        check_name: "dtsync/unknown-key",
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        severity: "blocker",
        location: { path: "inventory/customers/abc.yaml", lines: { begin: 6 } },
      },
    ]);
    expect(codequality(findings(fault()), "")[0]?.location.path).toBe("customers/abc.yaml");
  });

  test("are an empty list where there is nothing to report", () => {
    expect(renderGitlabCodequality([], "inventory/")).toBe("[]\n");
  });

  test("weigh what their rule weighs, and warnings little", () => {
    const severities = codequality(
      findings(
        fault({ rule: "unknown-role" }),
        fault({ rule: "unknown-environment", severity: "warning" }),
        fault({ rule: "not-read", severity: "warning" }),
        fault({ rule: "secret-in-file" }),
        fault({ rule: "a-rule-of-tomorrow" }),
      ),
    ).map(({ severity }) => severity);
    expect(severities).toEqual(["major", "minor", "info", "blocker", "major"]);
  });

  test("keep their fingerprints when lines move, here and in the other file that they name", () => {
    const other = (line: number) => ({ message: `the host "a" is declared in customers/xyz.yaml:${line} too` });
    expect(fingerprints(fault({ line: 60, column: 1 }), fault(other(7)))).toEqual(
      fingerprints(fault(), fault(other(70))),
    );
  });

  test("have fingerprints of their own by rule, file, subject, and number where all are equal", () => {
    const all = fingerprints(
      fault(),
      fault({ line: 7 }),
      fault({ line: 8 }),
      fault({ rule: "invalid-key" }),
      fault({ file: "customers/xyz.yaml" }),
      fault({ message: 'unknown key "nmae"' }),
    );
    expect(new Set(all).size).toBe(6);
  });

  test("hold no control characters", () => {
    expect(codequality(findings(fault({ message: "a\u001b[2J\nb" })))[0]?.description).toContain("a\\u001b[2J\\nb");
  });
});

describe("faults as SARIF", () => {
  test("are results of rules that the tool describes", () => {
    const [run] = sarif(
      findings(
        fault(),
        fault({ rule: "reaches-nothing", severity: "warning" }),
        fault({ rule: "not-read", severity: "warning" }),
      ),
    ).runs;
    expect(run.tool.driver).toEqual({
      name: "dtsync",
      version: "0.1.0",
      rules: ["not-read", "reaches-nothing", "unknown-key"].map((id) => ({
        id,
        shortDescription: { text: rules[id]?.description },
      })),
    });
    expect(run.results.map(({ level }) => level)).toEqual(["error", "warning", "note"]);
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  });

  test("have the place as a relative address, and the fingerprint of the code quality report", () => {
    const strange = fault({ file: "customers/ä b#c%.yaml" });
    const [result] = sarif(findings(strange)).runs[0].results;
    expect(result?.message).toEqual({ text: 'unknown key "tgas". Did you mean "tags"?' });
    expect(result?.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "inventory/customers/%C3%A4%20b%23c%25.yaml", uriBaseId: "%SRCROOT%" },
      region: { startLine: 6, startColumn: 5 },
    });
    expect(Object.values(result?.partialFingerprints ?? {})).toEqual(fingerprints(strange));
  });

  test("are a run without results where there is nothing to report", () => {
    expect(sarif([]).runs[0].results).toEqual([]);
  });
});

test("reports of every inventory of the corpus are valid, and no two findings have one fingerprint", async () => {
  const corpus = fileURLToPath(new URL("../../corpus/", import.meta.url));
  for (const name of readdirSync(corpus)) {
    const { diagnostics } = await loadInventory({
      directory: `${corpus}${name}/inventory`,
      set: [],
      rootCertificate: null,
      home: "/home/user",
    });
    const [entries, [run]] = [
      codequality(diagnosticFindings(diagnostics)),
      sarif(diagnosticFindings(diagnostics)).runs,
    ];
    expect(entries, name).toHaveLength(diagnostics.length);
    expect(run.results, name).toHaveLength(diagnostics.length);
    expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size, name).toBe(diagnostics.length);
  }
});

describe("plans as findings", () => {
  const place = (file: string, line: number) => ({ place: { file, line, column: 3 } });
  const inventory = anInventory({
    environments: [
      anEnvironment({ id: "abc-p1", state: "absent", ...place("customers/abc.yaml", 4) }),
      anEnvironment({ id: "abc-t1", ...place("customers/abc.yaml", 9) }),
      anEnvironment({ id: "abc-t2", ...place("customers/abc.yaml", 12) }),
    ],
    groups: [aGroup({ name: "both", previously: ["former"], ...place("groups/all.yaml", 7) })],
    hosts: [aHost({ name: "far.abc.example.com", environment: "abc-t2", ...place("customers/abc.yaml", 20) })],
    safety: { protect: ["*-p*"] },
  });
  const plan: Plan = planOf({
    inventory,
    clusters: {
      emea: {
        environments: [
          anObservedEnvironment({ id: "abc-p1" }),
          anObservedEnvironment({ id: "abc-t1", state: "DISABLED" }),
          anObservedEnvironment({ id: "abc-t2" }),
        ],
        groups: [anObservedGroup({ name: "both" }), anObservedGroup({ name: "former" })],
      },
    },
    probes: { "far.abc.example.com": { status: "unreadable", reason: "no route to the host" } },
    warnings: ["customers/abc.yaml:30: the command printed no hosts", "something without a place"],
  });
  const declarations = { inventory, hosts: inventory.hosts };
  const found = planFindings(plan, declarations);

  test("name guards at the change, held items and warnings at the declaration", () => {
    expect(found.map(({ rule, file, line }) => `${file}:${line} ${rule}`)).toEqual([
      "customers/abc.yaml:4 guard-max-removals",
      "customers/abc.yaml:4 guard-protect",
      "groups/all.yaml:7 held",
      "customers/abc.yaml:20 held",
      "customers/abc.yaml:9 plan-warning",
      "customers/abc.yaml:30 plan-warning",
      "dtsync.yaml:1 plan-warning",
    ]);
    expect(found[0]?.message).toBe(
      "environment/abc-p1 is stopped by a guard: maxRemovals is 0, and the plan has 1 (to go on: --allow-removals 1)",
    );
    expect(found[3]?.message).toBe("host/far.abc.example.com is held: no route to the host");
  });

  test("are valid reports, also when there is nothing to say", () => {
    const surroundings = { ...declarations, folder: "" };
    const empty = planOf({ inventory: anInventory({}), clusters: {}, probes: {} });
    for (const [one, size] of [
      [plan, found.length],
      [empty, 0],
    ] as const) {
      const entries = valid(validators.codequality, planReports["gitlab-codequality"]?.(one, surroundings) ?? "");
      expect(entries).toHaveLength(size);
      const document = valid(validators.sarif, planReports["sarif"]?.(one, surroundings) ?? "") as Sarif;
      expect(document.runs[0].results).toHaveLength(size);
    }
  });

  test("keep the fingerprint of what is held when only the reason changes", () => {
    const reworded = { ...plan, held: plan.held.map((held) => ({ ...held, reason: "timed out" })) };
    expect(codequality(planFindings(reworded, declarations)).map(({ fingerprint }) => fingerprint)).toEqual(
      codequality(found).map(({ fingerprint }) => fingerprint),
    );
  });

  test("tell of an apply what failed, where it is declared, beside what was held", () => {
    const [change] = plan.changes;
    const id = change?.id ?? expect.fail("the plan has no change");
    const result = { id, action: "create", attempts: 1, durationMs: 1 } as const;
    const failed = { ...result, status: "failed", error: { code: "http-500", message: "no answer" } } as const;
    const of = (...results: Parameters<typeof planFindings>[2] & {}) =>
      codequality(planFindings(plan, declarations, results));
    expect(of({ ...result, status: "done" })).toEqual(codequality(found));
    expect(of(failed)).toHaveLength(found.length + 1);
    expect(of(failed)).toContainEqual(
      expect.objectContaining({
        description: expect.stringContaining(`${id} failed: no answer`),
        check_name: "dtsync/change-failed",
        severity: "critical",
        location: { path: `inventory/${change?.source.file}`, lines: { begin: change?.source.line } },
      }),
    );
  });

  test("keep the fingerprint of a source that is held when its line moves", () => {
    const at = (line: number) => {
      const held = [{ scope: `source/customers/abc.yaml:${line}`, reason: "no answer", items: 1 }];
      return codequality(planFindings({ ...plan, guards: [], warnings: [], held }, declarations));
    };
    expect(at(70).map(({ fingerprint }) => fingerprint)).toEqual(at(7).map(({ fingerprint }) => fingerprint));
    expect(at(70)[0]?.location).toMatchObject({ lines: { begin: 70 } });
  });
});

test("every rule of validate, every guard of plan is described, and no other", () => {
  const textOf = (folder: string) =>
    readdirSync(new URL(`../../../src/${folder}/`, import.meta.url), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(new URL(`../../../src/${folder}/${name}`, import.meta.url), "utf8"))
      .join("\n");
  const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const used = [
    ...[...textOf("load").matchAll(/\brule: "([a-z0-9-]+)"/g)].map(([, name = ""]) => name),
    ...[...textOf("plan").matchAll(/\bguard: "(\w+)"/g)].map(([, name = ""]) => `guard-${kebab(name)}`),
    "held",
    "plan-warning",
    "change-failed",
  ];
  expect(used.length).toBeGreaterThan(50);
  expect(Object.keys(rules).sort()).toEqual([...new Set(used)].sort());
  for (const { description } of Object.values(rules)) expect(description).toMatch(/^[A-Z].*\.$/);
});
