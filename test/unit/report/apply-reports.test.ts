import { describe, expect, test } from "vitest";
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

describe("how installers came to hosts", () => {
  const base = { ...nothing, held: [], waiting: [], warnings: [], results: [] };

  test("is a line that says why some were sent", () => {
    const installers = {
      ...{ pulled: 180, pushed: 4 },
      reasons: [
        { way: "pull", why: "emea reached", hosts: 180 },
        { way: "push", why: "no downloader", hosts: 2 },
        { way: "push", why: "emea not reached", hosts: 1 },
        { way: "push", why: "download failed", hosts: 1 },
      ],
    } as const;
    const line =
      "Installers: 180 pulled by the hosts, 4 pushed (no downloader: 2, emea not reached: 1, download failed: 1)";
    expect(text({ ...base, installers }).split("\n")).toContain(line);
    expect(
      renderApplyMarkdown({ ...base, installers })
        .replaceAll("\\", "")
        .split("\n"),
    ).toContain(line);
  });

  test("is not told where none did, and in few words where all went one way", () => {
    expect(text(base)).not.toContain("installers");
    const pulled = { pulled: 3, pushed: 0, reasons: [{ way: "pull", why: "transfer: pull", hosts: 3 }] } as const;
    expect(text({ ...base, installers: pulled })).toContain("Installers: 3 pulled by the hosts\n");
    const pushed = { pulled: 0, pushed: 2, reasons: [{ way: "push", why: "small installer", hosts: 2 }] } as const;
    expect(text({ ...base, installers: pushed })).toContain("Installers: 2 pushed (small installer: 2)\n");
  });
});

describe("the slowest hosts", () => {
  const hostsOf = (total: number): ApplyReport => {
    const results = Array.from({ length: total }, (_, index) => ({
      ...{ ...base, id: `host/web${index}.example.com`, action: "install" as const, status: "done" as const },
    }));
    const slowest = [
      { id: "host/web7.example.com", durationMs: 1_510_000, step: "wait seen", stepMs: 600_000 },
      { id: "host/web12.example.com", durationMs: 5_210, step: "install", stepMs: 4_000 },
    ];
    return { ...nothing, held: [], waiting: [], warnings: [], results, slowest };
  };

  test("are named where there are many hosts", () => {
    expect(text(hostsOf(11)).split("\n").slice(0, 5)).toEqual([
      "",
      "Slowest hosts:",
      "  host/web7.example.com   25 min  longest: wait seen 10 min",
      "  host/web12.example.com   5.2 s  longest: install 4.0 s",
      "",
    ]);
    expect(renderApplyMarkdown(hostsOf(11))).toContain(
      "<summary>Slowest hosts</summary>\n\n- `host/web7.example.com`: 25 min, longest: wait seen 10 min\n",
    );
  });

  test("are not where there are few", () => {
    expect(text(hostsOf(10))).not.toContain("Slowest");
    expect(renderApplyMarkdown(hostsOf(10))).not.toContain("Slowest");
  });
});

test("the text of an apply says what was held, waits and was warned of, and counts what is held", () => {
  expect(text(report)).toMatchInlineSnapshot(`
    "
    Not done:
    failed    create group/emea/x: no *reason* [http-400]

    Warnings:
      look here

    Held back:
      ! cluster/apac (12 items): no answer, @all
      ! host/web01.abc.example.com: unreachable

    Waiting to be deleted:
      abc-t1: disabled, may be deleted from 2026-03-12

    Applied 2 changes: 1 done, 1 failed, 0 uncertain, 0 skipped, 0 stale, 13 held.
    "
  `);
});

test("an apply that held everything, or was refused, does not say that there is nothing to do", () => {
  expect(text(nothing)).toContain("\nNothing was done: 13 items are held.\n");
  expect(text({ ...nothing, guards })).toContain("\nNothing was done: refused by a guard, 13 held.\n");
  expect(text({ ...nothing, guards })).toContain(
    "maxRemovals: 1 item would be disabled, deleted or uninstalled, at most 0 allowed (environment/x); to go on: --allow-removals 1",
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

    - \`maxRemovals\`: 1 item would be disabled, deleted or uninstalled, at most 0 allowed (\`environment/x\`); to go on: \`--allow-removals 1\`

    **Held back**

    - \`cluster/apac\` (12 items): no answer, \`@all\`
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

describe("equal ends of many changes", () => {
  const hosts = Array.from({ length: 12 }, (_, index) => `web${index}.abc.example.com`);
  const skipped = hosts.map((host) => ({
    ...({ ...base, id: `host/${host}`, action: "install", status: "skipped" } as const),
    error: { code: "dependency", message: `environment/e-${host} was not done (failed)` },
  }));
  const failed = hosts.map((host) => ({
    ...({ ...base, id: `host/x${host}`, action: "update", status: "failed" } as const),
    error: { code: "unreachable", message: `x${host} (10.0.0.${host.length}): timed out` },
  }));
  const many: ApplyReport = {
    ...{ ...nothing, held: [], waiting: [], warnings: [] },
    results: [...skipped, ...failed],
    summary: { ...nothing.summary, failed: 12, skipped: 12 },
  };

  test("are one entry with some of the names, and what failed comes before what was skipped for it", () => {
    expect(text(many)).toMatchInlineSnapshot(`
      "
      Not done:
      failed    update 12 hosts: for example xweb0.abc.example.com (10.0.0.20): timed out [unreachable]
                xweb0.abc.example.com, xweb1.abc.example.com, xweb2.abc.example.com, xweb3.abc.example.com, xweb4.abc.example.com, xweb5.abc.example.com, xweb6.abc.example.com, xweb7.abc.example.com and 4 more
      skipped   install 12 hosts: for example environment/e-web0.abc.example.com was not done (failed) [dependency]
                web0.abc.example.com, web1.abc.example.com, web2.abc.example.com, web3.abc.example.com, web4.abc.example.com, web5.abc.example.com, web6.abc.example.com, web7.abc.example.com and 4 more
      Applied 24 changes: 0 done, 12 failed, 0 uncertain, 12 skipped, 0 stale.
      "
    `);
  });

  test("are one each in full", () => {
    const full = renderApplyText(many, painter(false), { full: true });
    for (const host of hosts) {
      expect(full).toContain(`update host/x${host}: x${host} (`);
      expect(full).toContain(`install host/${host}: environment/e-${host} was`);
    }
    expect(full.indexOf("skipped ")).toBeGreaterThan(full.lastIndexOf("failed   "));
  });

  test("have all names in Markdown while they fit, and say how many are missing where they do not", () => {
    const shown = renderApplyMarkdown(many);
    for (const host of hosts) expect(shown).toContain(`\`x${host}\``);
    const results = Array.from({ length: 9_000 }, (_, index) => ({
      ...({ ...base, id: `host/a-long-name-${index}.example.com`, action: "install", status: "failed" } as const),
      error: { code: "unreachable", message: "timed out" },
    }));
    const cut = renderApplyMarkdown({ ...many, results });
    expect(cut.length).toBeLessThanOrEqual(60_001);
    expect(cut).toContain("- failed: install 9,000 hosts: timed out (`unreachable`): `a-long-name-0.example.com`, ");
    expect(cut).toContain(" and 8700 more\n");
  });
});
