import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../../src/model/plan.ts";
import { renderPlanMarkdown } from "../../../src/report/plan-markdown.ts";
import { aChange, anInventory, planOf } from "../../support/builders.ts";

const empty = planOf({ inventory: anInventory(), clusters: {} });
const withChanges = (...changes: Plan["changes"]): Plan => ({ ...empty, changes });

/** An update of the name of an environment, from and to. */
const renamed = (before: string, after = "After") =>
  withChanges(
    aChange({
      kind: "environment",
      action: "update",
      before: { name: before },
      after: { name: after },
      fields: ["name"],
    }),
  );

const lineOf = (plan: Plan) =>
  renderPlanMarkdown(plan)
    .split("\n")
    .find((line) => line.startsWith("- \\~")) ?? "";

/** What is left of a line when its code spans are taken out, as CommonMark finds them. */
function outsideCode(line: string): string {
  let rest = line;
  let outside = "";
  for (;;) {
    const open = /`+/.exec(rest);
    if (!open) return outside + rest;
    outside += rest.slice(0, open.index);
    const after = rest.slice(open.index + open[0].length);
    const close = [...after.matchAll(/`+/g)].find(([run]) => run.length === open[0].length);
    if (!close) return outside + rest.slice(open.index);
    rest = after.slice((close.index ?? 0) + close[0].length);
  }
}

test("counts and what is taken away on top, the rest folded by customer and environment", () => {
  const plan: Plan = {
    ...withChanges(
      aChange({
        kind: "environment",
        action: "disable",
        before: { state: "enabled" },
        after: { state: "disabled" },
        fields: ["state"],
      }),
      aChange({ kind: "group", action: "create", after: { name: "operators" }, fields: ["name"] }),
      aChange({ kind: "permission", action: "revoke", before: ["VIEWER"], after: [], fields: ["VIEWER"] }),
    ),
    held: [{ scope: "host/a.example.com", reason: "no route", items: 1 }],
    waiting: [{ id: "abc-t1", until: "2026-03-17" }],
    guards: [{ guard: "maxRemovals", limit: 0, actual: 1, override: "--allow-removals 1", items: [] }],
    warnings: ["a warning"],
  };
  expect(renderPlanMarkdown(plan)).toMatchInlineSnapshot(`
    "### dtsync plan

    Plan: 0 to create, 0 to update, 0 to remove, 0 to deploy, 1 right to take away; 0 unchanged.

    **Takes away**

    - disable environment abc-p1 on emea (\`customers/abc.yaml:4\`): state: \`enabled → disabled\`
    - revoke rights of group operators on abc-p1 (\`customers/abc.yaml:4\`): revoke: \`VIEWER\`

    **Guards that stop an apply**

    - \`maxRemovals\`: 1 item would be disabled, deleted or uninstalled, at most 0 allowed; to go on: \`--allow-removals 1\`

    **Held back**

    - \`host/a.example.com\`: no route

    **Waiting to be deleted**

    - \`abc-t1\` from 2026-03-17

    **Warnings**

    - a warning

    <details>
    <summary>All customers: create 1 group</summary>

    - \\+ create \`group/emea/operators\` (\`customers/abc.yaml:4\`): name: \`operators\`

    </details>

    "
  `);
});

test("what is taken away has its origin and place, and guards say what they stand against and what trips them", () => {
  const places = { source: { file: "customers/abc.yaml", line: 7 } };
  const plan: Plan = {
    ...withChanges(
      aChange({ ...places, kind: "permission", action: "revoke", before: ["VIEWER"], after: [], origin: "change" }),
      aChange({ ...places, kind: "environment", action: "disable", environment: "abc-t1", origin: "pending" }),
    ),
    guards: [
      {
        ...{ guard: "maxRemovals", limit: 0, actual: 9, override: "--allow-removals 9" },
        items: Array.from({ length: 9 }, (_, index) => `environment/abc-t${index}`),
      },
      { guard: "protect", limit: 0, actual: 1, override: null, items: ["environment/abc-p1"] },
    ],
  };
  const text = renderPlanMarkdown(plan);
  expect(text).toContain(
    "Origin of the changes: 1 `change` (declared by this revision), 1 `pending` (declared before, and not applied yet).\n",
  );
  expect(text).toContain("- revoke rights of group operators on abc-p1 (`customers/abc.yaml:7`, change)");
  expect(text).toContain("- disable environment abc-t1 on emea (`customers/abc.yaml:7`, pending)");
  expect(text).toMatch(/9 items would be disabled, deleted or uninstalled, at most 0 allowed \(.*abc-t7` and 1 more\)/);
  expect(text).toContain(
    "- `protect`: 1 protected environment would be disabled or deleted, or begin to be (`environment/abc-p1`); nothing overrides it but a change of the inventory\n",
  );
});

test("what is folded says above it what is done to how many, and what has to be known of it", () => {
  const move = (host: string) =>
    aChange({
      ...{ kind: "host", action: "move", host, environment: "abc-p2", notes: ["applications have to be @restarted"] },
      ...{ before: { environment: "abc-p1" }, after: { environment: "abc-p2" }, fields: ["environment"] },
    });
  const grant = aChange({
    ...{
      kind: "permission",
      action: "grant",
      environment: "abc-p2",
      before: [],
      after: ["VIEWER"],
      fields: ["VIEWER"],
    },
  });
  const text = renderPlanMarkdown(withChanges(move("web1.example.com"), grant, move("web2.example.com")));
  expect(text).toContain("<summary>Customer abc / abc-p2: move 2 hosts, grant rights on 1 environment</summary>");
  expect(text).toContain(
    "**To know of what follows**\n\n- applications have to be `@restarted` (2 changes)\n\n<details>",
  );
});

test("a plan of a part of the fleet says so", () => {
  const scope: Plan["scope"] = {
    ...{ targets: ["label.type=a`b"], excludes: ["abc-*"], only: ["environments", "groups", "hosts"], hosts: "skip" },
    changedSince: "main",
  };
  expect(renderPlanMarkdown({ ...empty, scope })).toContain(
    "\n\nA part of the fleet: only what fits `` label.type=a`b ``; without `abc-*`; only what the inventory changes since `main`; hosts were not looked at.\n\n",
  );
  expect(renderPlanMarkdown(empty)).not.toContain("A part of the fleet");
});

describe("text from a cluster stays text", () => {
  test.each([
    ["a code span that ends early", "a`b"],
    ["two", "a``b"],
    ["three in a row, which contain two", "x```</details>@all"],
    ["many", "`".repeat(7)],
    ["at the ends", "`x`"],
    ["a tag", "</details><img src=x onerror=y>"],
    ["a mention, a link and a quick action", "@all [x](http://example.com)\n/close"],
    ["nothing", ""],
  ])("%s", (_name, text) => {
    const line = lineOf(renamed(text));
    expect(outsideCode(line)).toBe("- \\~ update  (): name: ");
  });

  test("whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("`", "a", " ", "\n", "<", "|", "*") }), (text) => {
        expect(outsideCode(lineOf(renamed(text, text)))).toBe("- \\~ update  (): name: ");
      }),
    );
  });

  test("reasons and warnings are escaped", () => {
    const nasty = "<b> @all #1 !2 ~x [a](b) *c* _d_ `e` | \n/close";
    const text = renderPlanMarkdown({
      ...empty,
      held: [{ scope: "cluster/emea", reason: nasty, items: 1 }],
      warnings: [nasty],
    });
    const shown = "\\<b\\> `@all` `#1` \\!2 \\~x \\[a\\](b) \\*c\\* \\_d\\_ \\`e\\` \\| \\\\n/close";
    expect(text).toContain(`- \`cluster/emea\`: ${shown}\n`);
    expect(text).toContain(`- ${shown}\n`);
  });

  test("what would become a mention, a link or a reference is code, which no forge looks into", () => {
    const shown = (reason: string) =>
      /`cluster\/emea`: (.*)/.exec(
        renderPlanMarkdown({ ...empty, held: [{ scope: "cluster/emea", reason, items: 1 }] }),
      )?.[1];
    expect(shown("ask a@b.example.com, see https://evil.example.com/x or www.evil.example.com (gh-7)")).toBe(
      "ask `a@b.example.com,` see `https://evil.example.com/x` or `www.evil.example.com` `(gh-7)`",
    );
    expect(shown("&commat;all &#64;all 10% $1 ^x")).toBe("\\&commat;all `&#64;all` 10\\% \\$1 \\^x");
  });

  test("the summary of a section mentions nobody", () => {
    const change = aChange({ kind: "environment", action: "update", environment: "p1", customer: "@all" });
    expect(renderPlanMarkdown(withChanges(change))).toContain(
      "<summary>Customer <code>&#64;all</code> / p1: update 1 environment</summary>",
    );
  });

  test("the summary of a section is HTML, where a backslash escapes nothing", () => {
    const change = aChange({ kind: "environment", action: "update", environment: "my_env", customer: "<abc>" });
    expect(renderPlanMarkdown(withChanges(change))).toContain(
      "<summary>Customer &#60;abc&#62; / my_env: update 1 environment</summary>",
    );
  });
});

test("no sign of a change begins a list of its own", () => {
  const actions = ["create", "update", "disable", "delete", "enable"] as const;
  const text = renderPlanMarkdown(withChanges(...actions.map((action) => aChange({ kind: "environment", action }))));
  expect(text).not.toMatch(/^- [-+*] /m);
});

describe("one that is too long for a comment", () => {
  const environments = (count: number) =>
    Array.from({ length: count }, (_, index) => {
      const customer = String.fromCharCode(97 + (index % 26)).repeat(3);
      return { customer, environment: `${customer}-p${index + 1}` };
    });

  test("loses names of what is folded, and no customer", () => {
    const changes = environments(20_000).map((place) =>
      aChange({
        ...{ ...place, kind: "environment", action: "update", fields: ["trial"] },
        ...{ before: { trial: true }, after: { trial: false } },
      }),
    );
    const text = renderPlanMarkdown(withChanges(...changes));
    expect(text.length).toBeLessThanOrEqual(60_001);
    expect(text).toContain("update 20,000 environments (`customers/abc.yaml:4`, 26 customers: `aaa`, `bbb`, ");
    expect(text).toContain(
      "\nLeft out here: 19,900 names. All of it is in the plan's JSON, and `dtsync plan --full` shows it.\n",
    );
  });

  test("keeps all that is taken away or held, and gives up detail of the rest", () => {
    const places = environments(1_200);
    const removals = places.map((place) =>
      aChange({
        ...{ ...place, kind: "environment", action: "disable", fields: ["state"] },
        ...{ before: { state: "enabled" }, after: { state: "disabled" } },
      }),
    );
    const updates = environments(90).map((place, index) =>
      aChange({
        ...{ ...place, kind: "environment", action: "update", fields: ["name"] },
        ...{ before: { name: `${index}`.repeat(200) }, after: { name: "x" }, notes: [`note ${index}`.repeat(100)] },
      }),
    );
    const held = places.map(({ environment }) => ({
      scope: `host/${environment}.example.com`,
      reason: "no",
      items: 1,
    }));
    const text = renderPlanMarkdown({ ...withChanges(...removals, ...updates), held });
    expect(text.length).toBeLessThanOrEqual(60_001);
    for (const { environment } of places) {
      expect(text).toContain(`\`${environment}\``);
      expect(text).toContain(`\`host/${environment}.example.com\``);
    }
    expect(text).toMatch(/Customer zzz|Several customers/);
    expect(text.match(/<details>/g)).toHaveLength(text.match(/<\/details>/g)?.length ?? 0);
  });

  test("says how much of what is taken away it cannot hold", () => {
    const changes = environments(6_000).map((place, index) =>
      aChange({
        ...{ ...place, kind: "permission", action: "revoke", fields: ["VIEWER"] },
        ...{ group: `group-${index}`, before: ["VIEWER"], after: [] },
      }),
    );
    const text = renderPlanMarkdown(withChanges(...changes));
    expect(text.length).toBeLessThanOrEqual(60_001);
    expect(text).toContain("- 5,700 more changes of this sort, left out here\n");
    expect(text).not.toContain("The rest was cut");
  });
});
