import { describe, expect, test } from "vitest";
import type { DifferenceReport } from "../../../src/model/difference.ts";
import type { Inventory } from "../../../src/model/inventory.ts";
import { compareDeclarations, reportDifference } from "../../../src/plan/compare-declarations.ts";
import { diffEntries } from "../../../src/report/diff-entries.ts";
import { renderDiffMarkdown } from "../../../src/report/diff-markdown.ts";
import { renderDiffText } from "../../../src/report/diff-text.ts";
import { aGroup, aHost, anEnvironment, anInventory, aRollout } from "../../support/builders.ts";

const report = (before: Inventory, after: Inventory): DifferenceReport =>
  reportDifference(
    compareDeclarations(before, after),
    { revision: "main", commit: "1234567890abcdef1234567890abcdef12345678" },
    { revision: null, commit: null },
  );
const textOf = (before: Inventory, after: Inventory): string =>
  renderDiffText(report(before, after), (_, text) => text);

const ids = Array.from({ length: 12 }, (_, index) => `c${index + 10}-p1`);
const fleet = (tags: (index: number) => readonly string[], given: Partial<Inventory> = {}): Inventory =>
  anInventory({
    environments: ids.map((id, index) => anEnvironment({ id, settings: { tags: tags(index) } })),
    ...given,
  });

describe("a difference as text", () => {
  test("says once what is added to lists that differ otherwise", () => {
    const before = fleet((index) => [`own:${index}`]);
    const after = fleet((index) => [`own:${index}`, "team:web"]);
    expect(textOf(before, after)).toBe(`main (12345678) → work tree

Declared alike for several
  ~ tags: + team:web on 12 environments: c10-p1, c11-p1, c12-p1, c13-p1, c14-p1, c15-p1, c16-p1, c17-p1 and 4 more

Declared differently: 0 to create, 12 to update, 0 to remove, 0 to deploy, 0 no longer declared.
`);
  });

  test("shows each by itself in full", () => {
    const difference = report(
      fleet(() => []),
      fleet(() => ["team:web"]),
    );
    const full = renderDiffText(difference, (_, text) => text, new Map(), { full: true });
    for (const id of ids) expect(full).toContain(`  ~ update environment ${id} on emea`);
    expect(full).not.toContain("Declared alike for several");
    const gone = renderDiffText(
      report(
        fleet(() => []),
        anInventory(),
      ),
      (_, text) => text,
      new Map(),
      { full: true },
    );
    expect(gone).toContain(`12 environments (${ids.join(", ")}): becomes unmanaged`);
  });

  test("says where all of them have it from, now or before", () => {
    const difference = report(
      fleet(() => []),
      fleet(() => ["team:web"]),
    );
    const [{ key } = { key: "" }] = diffEntries(difference.changes).shared;
    const now = new Map([[key, { side: "after", places: ["dtsync.yaml:31", "customers/`.yaml:2"] } as const]]);
    const then = new Map([[key, { side: "before", places: ["dtsync.yaml:31"] } as const]]);
    expect(renderDiffText(difference, (_, text) => text, now)).toContain(
      "  ~ tags: + team:web on 12 environments (dtsync.yaml:31, customers/`.yaml:2): c10-p1, ",
    );
    expect(renderDiffText(difference, (_, text) => text, then)).toContain(
      " on 12 environments (was dtsync.yaml:31): c",
    );
    expect(renderDiffMarkdown(difference, now)).toContain(
      "- \\~ `tags: + team:web` on 12 environments (`dtsync.yaml:31`, `` customers/`.yaml:2 ``): `c10-p1`, ",
    );
    expect(renderDiffMarkdown(difference, then)).toContain(" on 12 environments (was `dtsync.yaml:31`): `c10-p1`, ");
  });

  test("keeps apart what an environment has for itself", () => {
    const before = fleet(() => []);
    const after = fleet((index) => (index === 3 ? ["a", "b"] : ["a"]));
    const text = textOf(before, after);
    expect(text).toContain("tags: + a on 11 environments: ");
    expect(text).toContain(
      "Customer c13\n  ~ update environment c13-p1 on emea  customers/c13.yaml:4\n      tags  + a, + b\n",
    );
  });

  test("counts rights by group and environment, and items of one place", () => {
    const groups = (permissions: readonly string[]) =>
      ids.map((id) => aGroup({ name: `${id}-ops`, access: { [id]: permissions } }));
    const text = textOf(
      fleet(() => [], { groups: groups(["VIEWER"]) }),
      fleet(() => [], { groups: groups(["LOG_VIEWER"]) }),
    );
    expect(text).toContain("~ update rights of 12 groups: + LOG_VIEWER on 12 environments: c10-p1, ");
    const made = textOf(
      fleet(() => []),
      fleet(() => [], { groups: groups(["VIEWER"]) }),
    );
    expect(made).toContain("+ create on 12 groups: c10-p1-ops, ");
    expect(made).toContain("+ grant rights of 12 groups: + VIEWER on 12 environments: c10-p1, ");
  });

  test("lists equal settings once", () => {
    const rollout = aRollout({ concurrency: 5 });
    const before = fleet(() => []);
    const after = { ...before, environments: before.environments.map((environment) => ({ ...environment, rollout })) };
    expect(textOf(before, after)).toContain(
      "Settings of dtsync:\n  rollout.concurrency: 50 → 5 on 12 environments: c10-p1, c11-p1, ",
    );
    const one = { ...before, environments: [...after.environments.slice(0, 1), ...before.environments.slice(1)] };
    expect(textOf(before, one)).toContain("Settings of dtsync:\n  environment c10-p1: rollout.concurrency: 50 → 5\n");
  });

  test("makes names from outside safe", () => {
    const before = anInventory();
    const after = anInventory({ groups: [aGroup({ name: "evil\u001b[31m" })], hosts: [aHost()] });
    expect(textOf(before, after)).toContain("create group evil\\u001b[31m on emea");
  });
});

describe("a difference as Markdown", () => {
  test("puts counts and what goes on top, and folds the rest", () => {
    const before = anInventory({
      environments: [anEnvironment(), anEnvironment({ id: "abc-t1" })],
      groups: [aGroup()],
    });
    const after = anInventory({ environments: [anEnvironment({ state: "absent" })] });
    expect(renderDiffMarkdown(report(before, after))).toBe(`### dtsync diff

\`main (12345678)\` → \`work tree\`

Declared differently: 0 to create, 0 to update, 1 to remove, 0 to deploy, 2 no longer declared.

**Takes away**

- disable \`environment/abc-p1\`

**No longer declared**

- 1 environment (\`abc-t1\`): becomes unmanaged; to remove it, declare \`state: absent\`
- 1 group (\`operators on emea\`): becomes unmanaged; to remove it, declare \`state: absent\`

<details>
<summary>abc: 1</summary>

- \\- disable \`environment abc-p1 on emea\` (\`customers/abc.yaml:4\`): state: \`not declared → absent\` (disabled by one apply, deleted with its data by a later one)

</details>

`);
  });

  test("names each of several that something is taken from", () => {
    const hosts = ids.map((_, index) => aHost({ name: `old${index + 10}.abc.example.com` }));
    const before = anInventory({ environments: [anEnvironment()], hosts });
    const after = { ...before, hosts: hosts.map((host) => ({ ...host, state: "absent" as const })) };
    const text = renderDiffMarkdown(report(before, after));
    const names = hosts.map(({ name }) => `\`${name}\``).join(", ");
    expect(text).toContain(`**Takes away**\n\n- \\- \`uninstall\` on 12 hosts: ${names}\n`);
    expect(text).not.toContain("Declared alike");
  });

  test("fits into what forges show, with something of every customer", () => {
    const environments = Array.from({ length: 4_000 }, (_, index) => {
      const customer = `c${10 + (index % 40)}`;
      const place = { file: `customers/${customer}.yaml`, line: index + 1, column: 1 };
      return anEnvironment({ id: `${customer}-p${index + 1}`, place });
    });
    const text = renderDiffMarkdown(report(anInventory(), anInventory({ environments })));
    expect(text.length).toBeLessThanOrEqual(60_001);
    for (let customer = 10; customer < 50; customer += 1)
      expect(text).toContain(`<summary>c${customer}: 100</summary>`);
    expect(text).toContain("- and 90 more, left out here\n");
    expect(text.match(/<details>/g)).toHaveLength(40);
    expect(text.match(/<\/details>/g)).toHaveLength(40);
  });
});
