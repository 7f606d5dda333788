import { expect, test } from "vitest";
import { painter } from "../../../src/lib/printable.ts";
import type { ApplyReport } from "../../../src/model/result.ts";
import { renderApplyMarkdown } from "../../../src/report/apply-markdown.ts";
import { renderApplyText } from "../../../src/report/apply-text.ts";
import { renderDiagnosticsMarkdown } from "../../../src/report/diagnostics-markdown.ts";

const base = { attempts: 1, durationMs: 20 };
const report: ApplyReport = {
  format: "dtsync-apply/1",
  run: "0123456789ab",
  plan: "sha256:0",
  results: [
    { ...base, id: "environment/abc-p1", action: "create", status: "done" },
    {
      ...base,
      id: "group/emea/x",
      action: "create",
      status: "failed",
      error: { code: "http-400", message: "no *reason*" },
    },
  ],
  summary: { done: 1, failed: 1, uncertain: 0, skipped: 0, stale: 0 },
  held: [
    { scope: "cluster/apac", reason: "no answer, @all", items: 12 },
    { scope: "host/web01.abc.example.com", reason: "unreachable", items: 1 },
  ],
  waiting: [{ id: "abc-t1", until: "2026-03-12" }],
  warnings: ["look here"],
};
const nothing: ApplyReport = {
  ...report,
  results: [],
  summary: { done: 0, failed: 0, uncertain: 0, skipped: 0, stale: 0 },
};
const guards = [
  { guard: "maxRemovals", limit: 0, actual: 1, override: "--allow-removals 1", items: ["environment/x"] },
];
const text = (given: ApplyReport) => renderApplyText(given, painter(false));

test("the text of an apply says what was held, waits and was warned of, and counts what is held", () => {
  expect(text(report)).toMatchInlineSnapshot(`
    "
    Not done:
    failed    create group/emea/x: no *reason* [http-400]

    Held back:
      ! cluster/apac (12 items): no answer, @all
      ! host/web01.abc.example.com: unreachable

    Waiting to be deleted:
      abc-t1: disabled, may be deleted from 2026-03-12

    Warnings:
      look here

    Applied 2 changes: 1 done, 1 failed, 0 uncertain, 0 skipped, 0 stale, 13 held.
    "
  `);
});

test("an apply that held everything, or was refused, does not say that there is nothing to do", () => {
  expect(text(nothing)).toContain("\nNothing was done: 13 items are held.\n");
  expect(text({ ...nothing, guards })).toContain("\nNothing was done: refused by a guard, 13 held.\n");
  expect(text({ ...nothing, guards })).toContain(
    "maxRemovals: 1, at most 0 (environment/x); to go on: --allow-removals 1",
  );
  const empty = { ...nothing, held: [{ scope: "cluster/apac", reason: "no answer", items: 0 }] };
  expect(text(empty)).toContain("Nothing was done: not everything could be read.");
  for (const render of [text, renderApplyMarkdown]) {
    expect(render(nothing)).not.toContain("Nothing to do");
    expect(render({ ...nothing, held: [], waiting: [], warnings: [] })).toContain("Nothing to do.");
  }
});

test("Markdown has the same, with nothing in it that a forge would act on", () => {
  expect(renderApplyMarkdown({ ...report, guards })).toMatchInlineSnapshot(`
    "### dtsync apply

    Nothing was done: refused by a guard, 13 held.

    **Not done**

    - failed: create \`group/emea/x\`: no \\*reason\\* (\`http-400\`)

    **Guards that refused it**

    - \`maxRemovals\`: 1, at most 0; to go on: \`--allow-removals 1\`

    **Held back**

    - \`cluster/apac\`: no answer, \\@all
    - \`host/web01.abc.example.com\`: unreachable

    **Waiting to be deleted**

    - \`abc-t1\` from 2026-03-12

    **Warnings**

    - look here

    <details>
    <summary>Done: 1</summary>

    - create \`environment/abc-p1\`

    </details>

    "
  `);
});

test("Markdown of an inventory's faults has their places in the repository", () => {
  const place = { file: "customers/abc.yaml", line: 2, column: 1 };
  const fault = {
    ...place,
    severity: "error",
    rule: "unknown-key",
    message: 'unknown key "x"',
    hint: "Delete it.",
  } as const;
  const summary = { files: 2, customers: 1, environments: 0, groups: 0, hosts: 0, errors: 1, warnings: 1 };
  const diagnostics = [fault, { ...fault, severity: "warning", rule: "not-read" } as const];
  expect(renderDiagnosticsMarkdown(diagnostics, summary, "data/")).toMatchInlineSnapshot(`
    "### dtsync validate

    Invalid: 1 fault, 1 warning. 2 files: 1 customer, 0 environments, 0 groups, 0 hosts.

    **Faults**

    - \`data/customers/abc.yaml:2:1\` unknown key "x" (\`unknown-key\`). Delete it.

    **Warnings**

    - \`data/customers/abc.yaml:2:1\` unknown key "x" (\`not-read\`). Delete it.

    "
  `);
});
