import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../../src/model/diagnostic.ts";
import type { ApplyReport } from "../../../src/model/result.ts";
import { planDigest } from "../../../src/plan/digest.ts";
import { renderApplyJunit, renderDiagnosticsJunit, renderPlanJunit } from "../../../src/report/junit.ts";
import { renderGitlabTerraform } from "../../../src/report/plan-reports.ts";
import { aChange, anInventory, planOf } from "../../support/builders.ts";

const reportWith = (message: string, id = "environment/abc-p1"): ApplyReport => ({
  format: "dtsync-apply/1",
  run: "0123456789ab",
  plan: "sha256:0",
  results: [{ id, action: "create", status: "failed", attempts: 1, durationMs: 1_234, error: { code: "x", message } }],
  summary: { done: 0, failed: 1, uncertain: 0, skipped: 0, stale: 0 },
  held: [],
  waiting: [],
  warnings: [],
});

/** Checks what a parser would: nesting, quotes, entities and characters. Gives the names of the elements. */
function elementsOf(xml: string): readonly string[] {
  const [declaration, ...rest] = xml.split("\n");
  expect(declaration).toBe('<?xml version="1.0" encoding="UTF-8"?>');
  const body = rest.join("\n");
  expect(body).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  const open: string[] = [];
  const seen: string[] = [];
  let at = 0;
  for (const tag of body.matchAll(/<(\/?)([a-z]+)((?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)(\/?)>/g)) {
    expect(body.slice(at, tag.index)).not.toMatch(/[<]|&(?!(?:amp|lt|gt|quot);)/);
    at = (tag.index ?? 0) + tag[0].length;
    const [, closing, name = "", , empty] = tag;
    if (closing) expect(open.pop()).toBe(name);
    else {
      seen.push(name);
      if (!empty) open.push(name);
    }
  }
  expect(body.slice(at).trim()).toBe("");
  expect(open).toEqual([]);
  return seen;
}

describe("valid XML, whatever servers and hosts say", () => {
  test("any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (message, id) => {
        expect(elementsOf(renderApplyJunit(reportWith(message, id)))).toEqual([
          "testsuites",
          "testsuite",
          "testcase",
          "failure",
        ]);
      }),
    );
  });

  test("text that tries to break out", () => {
    const xml = renderApplyJunit(reportWith("]]></failure><x a=\"b\" c='d'>&amp;\u0000\ud800\uffff"));
    expect(elementsOf(xml)).not.toContain("x");
    expect(xml).toContain("&lt;/failure&gt;&lt;x a=&quot;b&quot; c='d'&gt;&amp;amp;\ufffd\ufffd\ufffd");
  });
});

test("a case for each result; what was not tried is skipped, and nothing is lost in the counts", () => {
  const base = { action: "create", attempts: 1, durationMs: 1_500, error: { code: "x", message: "why" } } as const;
  const statuses = ["done", "failed", "uncertain", "skipped", "stale"] as const;
  const results = statuses.map((status) => ({ ...base, id: `environment/${status}`, status }));
  const summary = { done: 1, failed: 1, uncertain: 1, skipped: 1, stale: 1 };
  expect(renderApplyJunit({ ...reportWith(""), results, summary })).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="dtsync apply" tests="5" failures="2" errors="0" skipped="2">
        <testcase classname="environment" name="create environment/done" time="1.500"/>
        <testcase classname="environment" name="create environment/failed" time="1.500"><failure>failed: why [x]</failure></testcase>
        <testcase classname="environment" name="create environment/uncertain" time="1.500"><failure>uncertain: why [x]</failure></testcase>
        <testcase classname="environment" name="create environment/skipped" time="1.500"><skipped>skipped: why [x]</skipped></testcase>
        <testcase classname="environment" name="create environment/stale" time="1.500"><skipped>stale: why [x]</skipped></testcase>
      </testsuite>
    </testsuites>
    "
  `);
});

test("each host is a case of an apply: its time, its code and reason, and an error where it was held", () => {
  const host = (
    name: string,
    status: "done" | "failed",
    error?: { readonly code: string; readonly message: string },
  ) => ({
    ...{ id: `host/${name}.example.com`, action: "install" as const, status, attempts: 1, durationMs: 5_210 },
    ...(error === undefined ? {} : { error }),
  });
  const xml = renderApplyJunit({
    ...reportWith(""),
    results: [host("web01", "done"), host("web02", "failed", { code: "installer-exit-6", message: "disk is full" })],
    held: [{ scope: "host/web03.example.com", reason: "nobody answers", items: 1 }],
  });
  expect(xml.split("\n").slice(3, 6)).toEqual([
    '    <testcase classname="host" name="install host/web01.example.com" time="5.210"/>',
    '    <testcase classname="host" name="install host/web02.example.com" time="5.210"><failure>failed: disk is full [installer-exit-6]</failure></testcase>',
    '    <testcase classname="held" name="host/web03.example.com" time="0.000"><error>nobody answers</error></testcase>',
  ]);
});

test("a plan: a case for each change, held item and guard, or one that says that there is nothing to do", () => {
  const plan = planOf({ inventory: anInventory(), clusters: {} });
  expect(renderPlanJunit(plan, "")).toContain('tests="1" failures="0" errors="0" skipped="0"');
  const full = {
    ...plan,
    changes: [aChange({ kind: "environment", action: "create" })],
    held: [{ scope: "host/a", reason: "no", items: 1 }],
    guards: [{ guard: "maxRemovals", limit: 0, actual: 1, override: null, items: [] }],
  };
  expect(renderPlanJunit(full, "data/")).toContain(' file="data/customers/abc.yaml"');
  expect(elementsOf(renderPlanJunit(full, "")).slice(2)).toEqual([
    "testcase",
    ...["testcase", "error"],
    ...["testcase", "failure"],
  ]);
});

test("an apply that held, waited, warned or was refused is never green, nor empty", () => {
  const nothing = { ...reportWith(""), results: [] };
  expect(renderApplyJunit(nothing)).toContain('name="nothing to do"');
  const xml = renderApplyJunit({
    ...nothing,
    held: [{ scope: "cluster/emea", reason: "no <answer>", items: 12 }],
    waiting: [{ id: "abc-t1", until: "2026-03-12" }],
    warnings: ["look here"],
    guards: [{ guard: "maxRemovals", limit: 0, actual: 1, override: null, items: [] }],
  });
  expect(xml).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="dtsync apply" tests="4" failures="1" errors="1" skipped="2">
        <testcase classname="held" name="cluster/emea" time="0.000"><error>no &lt;answer&gt; (12 items)</error></testcase>
        <testcase classname="guard" name="maxRemovals" time="0.000"><failure>1 item would be disabled, deleted or uninstalled, at most 0 allowed</failure></testcase>
        <testcase classname="waiting" name="abc-t1" time="0.000"><skipped>disabled, may be deleted from 2026-03-12</skipped></testcase>
        <testcase classname="warning" name="look here" time="0.000"><skipped>look here</skipped></testcase>
      </testsuite>
    </testsuites>
    "
  `);
});

test("faults of an inventory: errors fail, warnings are skipped", () => {
  const fault = {
    severity: "error",
    rule: "unknown-key",
    message: "m",
    hint: "h",
    file: "a.yaml",
    line: 2,
    column: 3,
  } as const;
  const xml = renderDiagnosticsJunit([fault, { ...fault, severity: "warning" }], "data/");
  expect(xml).toContain('tests="2" failures="1" errors="0" skipped="1"');
  expect(xml).toContain('<testcase classname="data/a.yaml" name="unknown-key: m" file="data/a.yaml" time="0.000">');
  expect(xml).toContain("<failure>data/a.yaml:2:3 m\nh</failure>");
  expect(xml).toContain("<skipped>data/a.yaml:2:3 m\nh</skipped>");
  // Forges drop a second case of the same name.
  expect(xml).toContain('name="unknown-key: m (2)"');
  expect(renderDiagnosticsJunit([], "")).toContain('name="the inventory is valid"');
});

describe("names of cases stay the same when text moves, so that forges take none for new", () => {
  const names = (xml: string) => [...xml.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"/g)].map(([all]) => all);
  const fault = (message: string, line: number): Diagnostic => ({
    severity: "error",
    rule: "host-twice",
    message,
    hint: "h",
    file: "customers/abc.yaml",
    line,
    column: line,
  });

  test("faults, with the places that their messages name", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.constantFrom("a.yaml", "hosts/web", "lists/all.txt"), (line, moved, file) => {
        const twice = (at: number) => fault(`the host "web01" is declared in ${file}:${at}:${at} too`, at + 1);
        const faults = (at: number) => [
          twice(at),
          twice(at + 1),
          fault("the tag cost-centre:4711 stands twice", at + 2),
        ];
        const before = names(renderDiagnosticsJunit(faults(line), "data/"));
        expect(names(renderDiagnosticsJunit(faults(moved), "data/"))).toEqual(before);
        expect(new Set(before).size).toBe(3);
        expect(before[2]).toContain("cost-centre:4711");
      }),
    );
  });

  test("what is held and warned about, whose text still has the place", () => {
    const plan = planOf({ inventory: anInventory(), clusters: {} });
    const remarks = (line: number) =>
      renderPlanJunit(
        {
          ...plan,
          held: [
            { scope: `source/customers/abc.yaml:${line}`, reason: "no answer", items: 1 },
            { scope: "host/2001:0db8:0:1::7", reason: "no answer", items: 1 },
          ],
          warnings: [`customers/abc.yaml:${line}: the list is empty`],
        },
        "",
      );
    expect(names(remarks(7))).toEqual(names(remarks(70)));
    expect(remarks(7)).toContain("<error>source/customers/abc.yaml:7: no answer</error>");
    expect(remarks(7)).toContain('name="host/2001:0db8:0:1::7"');
    expect(remarks(7)).toContain("<skipped>customers/abc.yaml:7: the list is empty</skipped>");
  });
});

test("the forge's three counts add up to all changes of the plan, and say which plan it is", () => {
  const plan = {
    ...planOf({ inventory: anInventory(), clusters: {} }),
    changes: [aChange({ kind: "host", action: "install" }), aChange({ kind: "host", action: "configure" })],
    summary: { create: 2, update: 3, remove: 4, deploy: 2, unchanged: 9, held: 1 },
  };
  expect(JSON.parse(String(renderGitlabTerraform(plan)))).toEqual({
    ...{ create: 3, update: 4, delete: 4 },
    ...{ environments: 1, digest: planDigest(plan) },
  });
  const heldAs = (scope: string) => renderGitlabTerraform({ ...plan, held: [{ scope, reason: "no", items: 1 }] });
  expect(JSON.parse(String(heldAs("host/web01.abc.example.com")))).toMatchObject({ create: 3, update: 4, delete: 4 });
  for (const scope of ["cluster/emea", "cluster/emea/groups", "source/customers/abc.yaml:7"]) {
    expect(heldAs(scope)).toEqual({ withheld: expect.stringContaining(scope) });
  }
});
