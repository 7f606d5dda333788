import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { contentOf } from "../../../src/application/saved-document.ts";
import type { Plan } from "../../../src/model/plan.ts";
import { renderApplyHtml } from "../../../src/report/apply-html.ts";
import { changesHtml } from "../../../src/report/changes-html.ts";
import { renderDiagnosticsHtml } from "../../../src/report/diagnostics-html.ts";
import { renderDiffHtml } from "../../../src/report/diff-html.ts";
import type { EntryItem } from "../../../src/report/entry-html.ts";
import { fieldsHtml } from "../../../src/report/field-html.ts";
import { namesHtml } from "../../../src/report/names-html.ts";
import { html, htmlText } from "../../../src/report/page/html.ts";
import { renderPlanHtml } from "../../../src/report/plan-html.ts";
import { aChange, anInventory, planOf } from "../../support/builders.ts";
import { largePlan } from "../../support/large-plan.ts";
import { savedDifference, savedPlan, savedReport } from "../../support/saved-documents.ts";

const empty = planOf({ inventory: anInventory(), clusters: {} });

/** The tags of a page in their order, without the values of attributes. */
const tagsOf = (page: string): readonly string[] =>
  (page.replace(/<(style|script)>.*?<\/\1>/gs, "<$1>").match(/<[^>]*>/g) ?? []).map((tag) =>
    tag.replace(/"[^"]*"/g, '""'),
  );

const attack = `</script></style><img src=x onerror=alert(1)>"'><script>alert(1)</script>\u202e`;

/** What names things, but no key that a program reads. */
const named = new Set([
  "reason",
  "scope",
  "message",
  "title",
  "file",
  "notes",
  "warnings",
  "name",
  "tags",
  "hint",
  "url",
]);

/** The same document with an attack behind all text that people chose. */
function attacked<T>(value: T, key?: string): T;
function attacked(value: unknown, key = ""): unknown {
  if (typeof value === "string") return named.has(key) ? `${value}${attack}` : value;
  if (Array.isArray(value)) return value.map((item: unknown) => attacked(item, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, attacked(item, name)]));
}

const diagnostic = {
  severity: "error",
  rule: "unknown-key",
  message: "m",
  hint: "h",
  file: "f",
  line: 1,
  column: 1,
} as const;
const noItems = { files: 1, customers: 0, environments: 0, groups: 0, hosts: 0, errors: 1, warnings: 0 };
const pages: readonly (readonly [string, (change: <T>(value: T) => T) => string])[] = [
  ["plan", (change) => renderPlanHtml(change(largePlan(3)))],
  ["apply", (change) => renderApplyHtml(change(savedReport))],
  ["diff", (change) => renderDiffHtml(change(savedDifference))],
  ["validate", (change) => renderDiagnosticsHtml(change([diagnostic]), noItems, "")],
];

describe.each(pages)("the page of %s", (_name, render) => {
  const page = render((value) => value);

  test("is made of the same elements, whatever text from outside says", () => {
    const hostile = render((value) => attacked(value));
    expect(hostile).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(hostile).not.toContain("\u202e");
    expect(tagsOf(hostile)).toEqual(tagsOf(page));
  });

  test("lets just its own style and script work, and names no address", () => {
    const contentOf = (element: string) => new RegExp(`<${element}>(.*?)</${element}>`, "s").exec(page)?.[1] ?? "";
    const hashOf = (element: string) => createHash("sha256").update(contentOf(element)).digest("base64");
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hashOf("style")}'; script-src 'sha256-${hashOf("script")}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/ (?:src|style|on\w+)=/);
    expect([...page.matchAll(/ href="([^"]*)"/g)].map(([, target]) => target?.slice(0, 1))).toEqual(["#"]);
  });
});

test("the large plan that pages are tested with is one that a run could save", () => {
  expect(contentOf("plan", JSON.parse(JSON.stringify(largePlan(3))))).not.toHaveProperty("faults");
});

test("guards, held, what is taken away and warnings come before everything else", () => {
  const page = renderPlanHtml(largePlan(3));
  const places = [
    "Guards that stop an apply",
    "<code>--allow-removals 3</code>",
    "Held back",
    "Takes away",
    "disable 3 environments",
    "Warnings",
    "Waiting to be deleted",
    "In short",
    "Rollout to the hosts",
    'id="changes"',
    "Not in the inventory",
  ].map((text) => page.indexOf(text));
  expect(places).toEqual([...places].sort((left, right) => left - right));
  expect(places).not.toContain(-1);
});

test("of a list what comes and goes, of other fields what is before and after", () => {
  const page = renderPlanHtml(largePlan(1));
  expect(page).toContain(
    '<dt>tags</dt><dd><del>team:old</del> <ins>team:new</ins> <span class="muted">1 other as before</span></dd>',
  );
  expect(page).toContain("<dt>quotas.hostUnits.maxLimit</dt><dd><del>100</del> → <ins>200</ins></dd>");
  expect(page).toContain("<dt>rights</dt><dd><del>LOG_VIEWER</del> <ins>MANAGE_SETTINGS</ins>");
});

test("a removal shows what was there", () => {
  const change = aChange({
    kind: "host",
    action: "uninstall",
    before: { environment: "abc-p1", version: "1.313.52" },
    after: null,
  });
  expect(renderPlanHtml({ ...empty, changes: [change] })).toContain("<dt>version</dt><dd><del>1.313.52</del></dd>");
});

test("every change is on the page just once, with what it can be filtered by", () => {
  const page = renderPlanHtml(largePlan(4));
  const weights = [...page.matchAll(/ data-item .*?data-weight="(\d+)"/g)].map(([, weight]) => Number(weight));
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(40);
  expect(page).toContain('data-kind="permission" data-action="update" data-cluster="apac" data-customer="c0001"');
});

test("what is taken away has its environment, origin and place, and the words for origins are told", () => {
  const change = aChange({ kind: "permission", action: "revoke", before: ["VIEWER"], after: [], origin: "pending" });
  const page = renderPlanHtml({ ...empty, changes: [change] });
  expect(page).toMatch(
    /<strong>revoke rights of group operators on abc-p1<\/strong> <span class="tag">pending<\/span>.*<code>customers\/abc.yaml:4<\/code>/,
  );
  expect(page).toContain("<dt>Origin pending</dt><dd>1 change declared before, and not applied yet</dd>");
});

test("a plan without changes says so, and has nothing to filter", () => {
  const page = renderPlanHtml({ ...empty, summary: { ...empty.summary, unchanged: 7 } });
  expect(page).toContain("Nothing to do: 7 items are as declared.");
  expect(page).not.toContain("<form");
});

test.each([
  ["a plan without changes", renderPlanHtml(empty)],
  ["an apply that was refused", renderApplyHtml({ ...savedReport, results: [] })],
  ["no difference", renderDiffHtml({ ...savedDifference, changes: [] })],
  ["an inventory without faults", renderDiagnosticsHtml([], noItems, "")],
])("the page of %s leads nowhere that is not there", (_name, page) => {
  expect(page).not.toContain('href="#');
});

test("what narrowed a plan is told in words", () => {
  const scope: Plan["scope"] = {
    ...{ targets: ["abc", "xyz-*"], excludes: [], only: ["environments", "hosts"], hosts: "skip" },
    changedSince: "3f2a1b4c5d6e7f8091a2b3c4d5e6f708192a3b4c",
  };
  expect(renderPlanHtml({ ...savedPlan, scope })).toContain(
    "<dt>A part of the fleet</dt><dd>only what fits <code>abc</code>, <code>xyz-*</code>; only <code>environments</code>, <code>hosts</code>; only what the inventory changes since <code>3f2a1b4c5d6e</code>; hosts were not looked at</dd>",
  );
  expect(renderPlanHtml(empty)).not.toContain("A part of the fleet");
});

test("what is held because somebody suspended it is not called unreadable", () => {
  const held = [{ scope: "environment/abc-p1", reason: "suspended until 2026-12-01: a move", items: 3 }];
  const page = renderPlanHtml({ ...empty, held });
  expect(page).toContain("<h3>Held back: nothing is planned there</h3>");
  expect(page).not.toContain("could not be read");
});

test("of more changes than there is room for, those stay that take something away, and the page says what was cut", () => {
  const item = (action: "update" | "delete", index: number): EntryItem => ({
    changes: [aChange({ kind: "environment", action, environment: `abc-p${index}`, before: { name: "a" } })],
    title: action,
    notes: [],
  });
  const items = [item("update", 1), item("update", 2), item("delete", 3)];
  const sections = [{ customer: "abc", environment: null, items }];
  const page = htmlText(changesHtml(sections, { entries: 2, names: 10, value: 100 }));
  expect(page).toContain("<strong>Cut:</strong> 1 change had no room on this page.");
  expect([...page.matchAll(/data-action="(\w+)"/g)].map(([, action]) => action)).toEqual(["update", "delete"]);
});

test("long lists and values are cut where they have no room", () => {
  const { before, after } = { before: ["gone"], after: ["a", "b", "c", "d", "e".repeat(100)] };
  const fields = htmlText(
    html`${fieldsHtml([{ field: "tags", before, after }], { before, after }, { entries: 1, names: 3, value: 10 })}`,
  );
  expect(fields).toContain('<ins>c</ins> <span class="muted">and 2 more</span>');
  expect(htmlText(namesHtml(["a", "b", "c"], "host", { names: 2 }))).toBe("<code>a</code>, <code>b</code> and 1 more");
});

test("an apply says what was not done, why, and what to do", () => {
  const page = renderApplyHtml(savedReport);
  expect(page).toContain("the cluster refuses");
  expect(page).toContain("<code>dtsync help http-403</code>");
  expect(page).toContain("Nobody knows whether it was made. Plan again");
  expect([...page.matchAll(/ data-item /g)]).toHaveLength(savedReport.results.length);
});
