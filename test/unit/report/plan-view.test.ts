import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { actionRules, leavesLess, rulesOf } from "../../../src/kinds/kinds.ts";
import { painter } from "../../../src/lib/printable.ts";
import type { Change } from "../../../src/model/change.ts";
import type { Plan } from "../../../src/model/plan.ts";
import { countChanges } from "../../../src/plan/summary.ts";
import { renderPlanMarkdown } from "../../../src/report/plan-markdown.ts";
import { renderPlanText } from "../../../src/report/plan-text.ts";
import { type PlanView, planView } from "../../../src/report/plan-view.ts";
import { aChange, anInventory, planOf } from "../../support/builders.ts";
import { someChanges } from "../../support/random-changes.ts";

const empty = planOf({ inventory: anInventory(), clusters: {} });
const withChanges = (changes: readonly Change[], given: Partial<Plan> = {}): Plan => ({
  ...empty,
  changes,
  summary: { ...empty.summary, ...countChanges(changes) },
  ...given,
});
const text = (plan: Plan, full = false) => renderPlanText(plan, painter(false), { full });

const entriesOf = ({ sections, takesAway }: PlanView) => [...sections.flatMap(({ entries }) => entries), ...takesAway];
const idsOf = (changes: readonly Change[]) => changes.map(({ id }) => id).sort();

/** The lines of a block of the text, below its heading. */
function block(shown: string, heading: string): string {
  const from = `\n${shown}`.indexOf(`\n${heading}\n`);
  return from < 0 ? "" : shown.slice(from, shown.indexOf("\n\n", from));
}

/** Names are whole words: `web1` is not named by `web10`. */
const names = (shown: string) => new Set(shown.split(/[\s,:()`]+/));

describe("whatever a plan has", () => {
  test("each change is in one entry, folded or not, and what takes away is apart", () => {
    fc.assert(
      fc.property(someChanges(120), fc.boolean(), (changes, full) => {
        const view = planView(withChanges(changes), { full });
        expect(idsOf(entriesOf(view).flatMap((entry) => entry.changes))).toEqual(idsOf(changes));
        expect(idsOf(view.takesAway.flatMap((entry) => entry.changes))).toEqual(idsOf(changes.filter(leavesLess)));
      }),
    );
  });

  test("an entry has changes of one kind and action alone", () => {
    fc.assert(
      fc.property(someChanges(120), (changes) => {
        for (const entry of entriesOf(planView(withChanges(changes)))) {
          expect(new Set(entry.changes.map(({ kind, action }) => `${kind} ${action}`)).size).toBe(1);
          expect(entry.sign).toBe(actionRules(entry.changes[0]).sign);
        }
      }),
    );
  });

  test("the counts of customers add up", () => {
    fc.assert(
      fc.property(someChanges(120), (changes) => {
        const { customers, counts } = planView(withChanges(changes));
        const { shown, others, common } = customers;
        const rows = [...shown, ...[others, common].filter((row) => row !== null)];
        for (const column of ["create", "update", "remove", "deploy", "lostRights"] as const) {
          expect(rows.reduce((sum, row) => sum + row[column], 0)).toBe(counts[column]);
        }
        expect(counts).toMatchObject(countChanges(changes));
      }),
    );
  });

  test("every item that is taken away is named, also where many are", () => {
    fc.assert(
      fc.property(someChanges(120), (changes) => {
        const shown = names(block(text(withChanges(changes)), "Takes away:"));
        for (const change of changes.filter(leavesLess)) expect(shown).toContain(rulesOf(change).name(change));
      }),
    );
  });

  test("in full, every item is named with what becomes of it", () => {
    fc.assert(
      fc.property(someChanges(80), (changes) => {
        const full = text(withChanges(changes), true);
        const shown = names(full);
        for (const change of changes) expect(shown).toContain(rulesOf(change).name(change));
        expect(full).not.toContain(" more");
        expect(full).not.toContain("differs");
      }),
    );
  });

  test("what takes nothing away is read on three screens, headings and counts included", () => {
    fc.assert(
      fc.property(someChanges(1_000), (changes) => {
        const shown = text(withChanges(changes.filter((change) => !leavesLess(change))));
        expect(shown.split("\n").length).toBeLessThanOrEqual(150);
      }),
      { numRuns: 20 },
    );
  });

  test("Markdown names what is taken away and fits into a comment", () => {
    fc.assert(
      fc.property(someChanges(300), (changes) => {
        const markdown = renderPlanMarkdown(withChanges(changes));
        expect(markdown.length).toBeLessThanOrEqual(60_001);
        expect(markdown.match(/<details>/g)?.length).toBe(markdown.match(/<\/details>/g)?.length);
        const [, away = ""] = /\*\*Takes away\*\*\n\n([\s\S]*?)\n\n/.exec(markdown) ?? [];
        for (const change of changes.filter(leavesLess)) {
          expect([...names(away)].some((name) => name.endsWith(rulesOf(change).name(change)))).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });
});

test("guards, what is held and what waits are named whole", () => {
  const many = (prefix: string) => Array.from({ length: 30 }, (_, index) => `${prefix}${index}`);
  const plan = withChanges([], {
    guards: [{ guard: "protect", limit: 0, actual: 30, override: null, items: many("environment/p") }],
    held: many("host/h").map((scope) => ({
      scope,
      reason: `${scope.slice(5)} (10.0.0.${scope.length}): timed out`,
      items: 1,
    })),
    waiting: many("w").map((id) => ({ id, until: "2026-03-12" })),
    summary: { ...empty.summary, held: 30 },
  });
  for (const shown of [text(plan), renderPlanMarkdown(plan)]) {
    const words = names(shown);
    for (const name of [...many("environment/p"), ...many("host/h"), ...many("w")]) expect(words).toContain(name);
  }
  expect(text(plan)).toContain("  ! 30 held: for example h0 (10.0.0.7): timed out\n      host/h0, host/h1, ");
  expect(renderPlanMarkdown(plan)).toContain("`host/h29`: for example h0 (10.0.0.7): timed out\n");
});

/** An estate: 50 customers with 10 environments each. */
const places = Array.from({ length: 500 }, (_, index) => {
  const customer = `cust${String(Math.floor(index / 10) + 10)}`;
  return {
    customer,
    environment: `${customer}-p${(index % 10) + 1}`,
    source: { file: `customers/${customer}.yaml`, line: 5 + (index % 10) },
  };
});

describe("what is alike is one entry", () => {
  test("a new default tag on 500 environments, whatever tags they have of their own", () => {
    const changes = places.map((place, index) =>
      aChange({
        ...{ ...place, kind: "environment", action: "update", fields: ["tags"] },
        ...{ before: { tags: [`own:${index}`] }, after: { tags: [`own:${index}`, "team:web"] } },
      }),
    );
    expect(text(withChanges(changes)).split("\n").slice(0, 7)).toEqual([
      "Several customers",
      "  ~ update 500 environments  customers/cust10.yaml:5 and 499 more places",
      "      tags  + team:web",
      "      cust10-p1, cust10-p2, cust10-p3, cust10-p4, cust10-p5, cust10-p6 and 494 more",
      "      of 50 customers (cust10, cust11, cust12, cust13 and 46 more)",
      "",
      "  customer            create  update  remove  deploy",
    ]);
  });

  test("what only has the name of its item in it, with the placeholder that the inventory has for it", () => {
    const changes = places.slice(0, 40).map((place) => {
      const group = `${place.customer}-operators`;
      return aChange({
        ...{ ...place, kind: "permission", action: "grant", group, fields: ["VIEWER"] },
        ...{ before: [], after: ["VIEWER"], source: { file: "dtsync.yaml", line: 20 } },
      });
    });
    expect(text(withChanges(changes)).split("\n").slice(1, 4)).toEqual([
      "  + grant rights of 4 groups on 40 environments  dtsync.yaml:20",
      "      group   {customer}-operators",
      "      rights  + VIEWER",
    ]);
  });

  test("names of new items may differ, and nothing else while there is room", () => {
    const create = (index: number, maxLimit: number) =>
      aChange({
        ...{ ...places[index], kind: "environment", action: "create", fields: ["name", "quotas.hostUnits.maxLimit"] },
        after: { name: `Display ${index}`, quotas: { hostUnits: { maxLimit } } },
      });
    const changes = [...Array.from({ length: 8 }, (_, index) => create(index, 10)), create(8, 99)];
    const shown = text(withChanges(changes));
    expect(shown).toContain("+ create 8 environments");
    expect(shown).toContain("name                       differs: Display 0, Display 1, Display 2 and 5 others\n");
    expect(shown).toContain(
      "+ create environment cust10-p9 on emea  customers/cust10.yaml:13\n        name                       Display 8\n        quotas.hostUnits.maxLimit  99\n",
    );
  });

  test("what differs for each of very many is one entry that says so", () => {
    const changes = places.map((place, index) =>
      aChange({
        ...{ ...place, kind: "environment", action: "update", fields: ["quotas.hostUnits.maxLimit"] },
        before: { quotas: { hostUnits: { maxLimit: index } } },
        after: { quotas: { hostUnits: { maxLimit: index + 1 } } },
      }),
    );
    expect(text(withChanges(changes))).toContain(
      "quotas.hostUnits.maxLimit  differs: 0 → 1, 1 → 2, 10 → 11 and 497 others\n",
    );
  });

  test("a group of administrators of a cluster is never among others", () => {
    const changes = places.map(({ environment }, index) =>
      aChange({
        ...{ kind: "group", action: "create", group: `${environment}-group`, fields: ["isClusterAdminGroup", "name"] },
        after: { name: `${environment}-group`, isClusterAdminGroup: index === 300 || index === 400 },
        customer: index === 300 ? "abc" : null,
      }),
    );
    const shown = text(withChanges(changes));
    expect(shown).toContain("+ create 498 groups");
    expect(shown).toContain("+ create group cust40-p1-group on emea");
    expect(shown).toContain("+ create group cust50-p1-group on emea");
  });

  test("who caused changes is told of each entry, and counted where it differs", () => {
    const changes = places.map((place, index) =>
      aChange({
        ...{ ...place, kind: "environment", action: "update", fields: ["quotas.hostUnits.maxLimit"] },
        before: { quotas: { hostUnits: { maxLimit: index } } },
        after: { quotas: { hostUnits: { maxLimit: index < 250 ? 1_000 : index + 1 } } },
        origin: index % 2 === 0 ? "drift" : "change",
      }),
    );
    expect(text(withChanges(changes))).toMatch(/~ update 250 environments {2}\[drift\] /);
    expect(text(withChanges(changes))).toMatch(/~ update 250 environments {2}\[change\] /);
  });

  test("what is taken away by what is taken from whom, each item by its name", () => {
    const revoke = (group: string) =>
      places.slice(0, 10).map((place) =>
        aChange({
          ...{ ...place, kind: "permission", action: "revoke", group, fields: ["VIEWER"] },
          ...{ before: ["VIEWER"], after: [] },
        }),
      );
    const all = places.slice(0, 10).map(({ environment }) => environment);
    const shown = block(text(withChanges([...revoke("noc"), ...revoke("audit")])), "Takes away:");
    expect(shown).toContain(
      `- revoke rights of group noc on 10 environments  customers/cust10.yaml:5 and 9 more places`,
    );
    expect(shown.split(all.join(", "))).toHaveLength(3);
  });

  test("names of what is taken away are exact: with the group, or the cluster, where those differ", () => {
    const revoke = (group: string, place: (typeof places)[number]) =>
      aChange({
        ...{ ...place, kind: "permission", action: "revoke", group, fields: ["VIEWER"] },
        ...{ before: ["VIEWER"], after: [] },
      });
    const remove = (cluster: string, group: string) =>
      aChange({
        kind: "group",
        action: "delete",
        cluster,
        group,
        customer: null,
        before: { name: group },
        after: null,
      });
    const [one, , other] = [places[0], places[1], places[10]];
    if (one === undefined || other === undefined) throw new Error("there are 500 places");
    const ofTemplate = [one, other].map((place) => revoke(`${place.customer}-operators`, place));
    const shown = block(text(withChanges([...ofTemplate, remove("emea", "a"), remove("apac", "b")])), "Takes away:");
    expect(shown).toContain("      group   {customer}-operators\n");
    expect(shown).toContain("\n      cust10-p1, cust11-p1\n");
    expect(shown).toContain("- delete 2 groups  customers/abc.yaml:4\n      a on emea, b on apac");
  });

  test("warnings that differ in names alone are shown in part", () => {
    const warnings = places.map(({ environment }) => `${environment}: hosts are left as they are`);
    const shown = block(text(withChanges([], { warnings })), "Warnings:");
    expect(shown).toBe(
      "Warnings:\n  cust10-p1: hosts are left as they are\n  cust10-p2: hosts are left as they are\n  and 498 more like the last one",
    );
    expect(text(withChanges([], { warnings }), true)).toContain("cust59-p10: hosts are left as they are");
  });
});

test("customers with most changes have a line each, all others one, and what belongs to none another", () => {
  const update = (place: (typeof places)[number]) =>
    aChange({
      ...{ ...place, kind: "environment", action: "update", fields: ["trial"] },
      ...{ before: { trial: true }, after: { trial: false } },
    });
  const common = aChange({ kind: "group", action: "create", after: { name: "noc" }, fields: ["name"] });
  const shown = text(withChanges([...places.slice(4).map(update), common]));
  expect(shown.slice(shown.indexOf("  customer "))).toBe(`  customer            create  update  remove  deploy
${Array.from({ length: 8 }, (_, index) => `  cust${index + 11}                   –      10       –       –\n`).join("")}  42 other customers       –     416       –       –
  for all customers        1       –       –       –

Plan: 1 to create, 496 to update, 0 to remove, 0 to deploy; 0 unchanged.
`);
  expect(text(withChanges([...places.slice(0, 20).map(update), common]))).not.toContain("customer  ");
  const nine = text(withChanges(places.slice(0, 90).map(update)));
  expect(nine).toContain("  cust18");
  expect(nine).not.toContain("other customer");
});

/** Lines of a terminal that is so wide. */
const linesAt = (shown: string, columns: number): number =>
  shown.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);

test("500 changes and 3,000 hosts fit three screens", () => {
  const limits = (index: number) => ({ quotas: { hostUnits: { maxLimit: (index * 7) % 90 } } });
  const environments = places.slice(0, 250).map((place, index) =>
    index % 5 === 0
      ? aChange({
          ...{ ...place, kind: "environment", action: "update", fields: ["quotas.hostUnits.maxLimit"] },
          ...{ before: limits(index), after: limits(index + 3) },
        })
      : aChange({
          ...{ ...place, kind: "environment", action: "update", fields: ["tags"] },
          ...{ before: { tags: [`own:${index}`] }, after: { tags: [`own:${index}`, "team:web"] } },
        }),
  );
  const created = places.slice(250, 350).map((place, index) =>
    aChange({
      ...{ ...place, kind: "environment", action: "create", fields: ["name", "tags", "quotas.hostUnits.maxLimit"] },
      after: { name: `Display ${index}`, tags: [`cost-centre:${index % 17}`, "managed-by:dtsync"], ...limits(index) },
    }),
  );
  const granted = places.slice(250, 400).map((place, index) =>
    aChange({
      ...{ ...place, kind: "permission", action: index % 30 === 0 ? "revoke" : "grant", fields: ["VIEWER"] },
      ...{ group: index % 3 === 0 ? "noc" : `${place.customer}-operators` },
      ...{ before: index % 30 === 0 ? ["VIEWER"] : [], after: index % 30 === 0 ? [] : ["VIEWER"] },
    }),
  );
  const hosts = Array.from({ length: 3_000 }, (_, index) => {
    const place = places[250 + (index % 100)];
    const host = `web${String(index).padStart(4, "0")}.${place?.environment}.example.com`;
    const settings = { hostGroup: place?.environment, networkZone: `zone${index % 4}` };
    if (index % 3 === 0)
      return aChange({
        ...{ ...place, kind: "host", action: "update", host, fields: ["version"] },
        ...{ before: { version: `1.${290 + (index % 20)}.10` }, after: { version: "1.313.52" } },
      });
    return aChange({
      ...{ ...place, kind: "host", action: "install", host, fields: ["version", "hostGroup", "networkZone"] },
      after: { version: "latest", ...settings },
    });
  });
  const plan = withChanges([...environments, ...created, ...granted, ...hosts]);
  expect(plan.changes).toHaveLength(3_500);
  const shown = text(plan);
  expect(linesAt(shown, 120)).toBeLessThanOrEqual(150);
  expect(shown.trimEnd().split("\n").at(-1)).toBe(
    "Plan: 100 to create, 400 to update, 0 to remove, 3,000 to deploy, 5 rights to take away; 0 unchanged.",
  );
  const full = text(plan, true);
  for (const { host } of hosts) expect(full).toContain(`${host}  customers/`);
});
