import { describe, expect, test } from "vitest";
import type { Inventory } from "../../../src/model/inventory.ts";
import { compareDeclarations, reportDifference } from "../../../src/plan/compare-declarations.ts";
import { renamedCustomers } from "../../../src/plan/renamed-customers.ts";
import { renderDiffMarkdown } from "../../../src/report/diff-markdown.ts";
import { renderDiffText } from "../../../src/report/diff-text.ts";
import { aCustomer, aHost, anEnvironment, anInventory } from "../../support/builders.ts";

interface Given {
  readonly file?: string;
  readonly name?: string;
  readonly keys?: readonly string[];
  readonly host?: string | null;
}

/** An inventory of one customer with two environments, and a host in the first. */
function customerOf(
  id: string,
  { file = `customers/${id}.yaml`, name = id, keys = ["p1", "t1"], host = "web01" }: Given = {},
) {
  const place = { file, line: 1, column: 1 };
  return {
    customer: aCustomer({ id, name, place }),
    environments: keys.map((key) =>
      anEnvironment({ id: `${id}-${key}`, key, customer: id, defaultName: `${name} ${key}`, place }),
    ),
    hosts: host === null ? [] : [aHost({ name: host, customer: id, environment: `${id}-${keys[0]}`, place })],
  };
}

function inventoryOf(...customers: readonly ReturnType<typeof customerOf>[]): Inventory {
  return anInventory({
    customers: customers.map(({ customer }) => customer),
    environments: customers.flatMap(({ environments }) => environments),
    hosts: customers.flatMap(({ hosts }) => hosts),
  });
}

const renamed = (before: Inventory, after: Inventory): readonly string[] =>
  renamedCustomers(before, after).map((found) => `${found.before} → ${found.after}`);

const other = customerOf("other", { host: "db01" });

describe("a customer is renamed", () => {
  test("where its file has another id and environments of the same keys", () => {
    const file = "customers/abc.yaml";
    const before = inventoryOf(other, customerOf("abc", { file, host: null }));
    expect(renamed(before, inventoryOf(other, customerOf("xyz", { file, keys: ["p1", "p2"], host: null })))).toEqual([
      "abc → xyz",
    ]);
    expect(renamed(before, inventoryOf(other, customerOf("xyz", { file, keys: ["q1"], host: null })))).toEqual([]);
  });

  test("where another file has the same environments with a host, or under the same name", () => {
    expect(renamed(inventoryOf(customerOf("abc")), inventoryOf(customerOf("xyz")))).toEqual(["abc → xyz"]);
    expect(renamed(inventoryOf(customerOf("abc")), inventoryOf(customerOf("xyz", { host: "db01" })))).toEqual([]);
    expect(renamed(inventoryOf(customerOf("abc")), inventoryOf(customerOf("xyz", { keys: ["p1"] })))).toEqual([]);
    const named = (id: string, name: string) => inventoryOf(customerOf(id, { name, host: null }));
    expect(renamed(named("abc", "Retail AG"), named("xyz", "Retail AG"))).toEqual(["abc → xyz"]);
    expect(renamed(named("abc", "Retail AG"), named("xyz", "Energy AG"))).toEqual([]);
    expect(renamed(named("abc", "abc"), named("xyz", "xyz"))).toEqual([]);
  });

  test("to nothing where several fit, and not while the former one is there", () => {
    const before = inventoryOf(customerOf("abc"));
    expect(renamed(before, inventoryOf(customerOf("xyz"), customerOf("uvw")))).toEqual([]);
    expect(renamed(before, inventoryOf(customerOf("abc"), customerOf("xyz")))).toEqual([]);
    expect(renamed(before, inventoryOf())).toEqual([]);
  });
});

describe("a difference", () => {
  const reportOf = (before: Inventory, after: Inventory) =>
    reportDifference(
      compareDeclarations(before, after),
      { revision: "main", commit: null },
      { revision: null, commit: null },
    );

  test("says what the new id of a customer means", () => {
    const report = reportOf(inventoryOf(customerOf("abc")), inventoryOf(customerOf("xyz")));
    expect(report.renamedCustomers).toEqual([
      {
        before: "abc",
        after: "xyz",
        environments: [
          { key: "p1", before: "abc-p1", after: "xyz-p1" },
          { key: "t1", before: "abc-t1", after: "xyz-t1" },
        ],
        source: { file: "customers/xyz.yaml", line: 1 },
      },
    ]);
    expect(renderDiffText(report, (_, text) => text)).toContain(`Renamed customers
  ~ customer abc is now called xyz  customers/xyz.yaml:1
      its environments get new ids: abc-p1 → xyz-p1, abc-t1 → xyz-t1
      those with the new ids are created; those with the old ones become unmanaged and stay as they are, with their data
      to keep them, declare their ids: p1: { id: abc-p1 }
      with an id of its own, {stage} is the whole key there, p1 and not p: groups with {stage} in their names are other groups then, and match and --target mean p1 by stage
      groups with {customer} in their names are other groups then: those with the old names become unmanaged and stay as they are
`);
    expect(renderDiffMarkdown(report)).toContain("customer abc is now called xyz: its environments get new ids: ");
  });

  test("says nothing of stages where the keys have none", () => {
    const withIds = (id: string) => {
      const customer = customerOf(id, { keys: ["legacy"], file: "customers/abc.yaml" });
      return inventoryOf({
        ...customer,
        environments: customer.environments.map((one) => ({ ...one, id: `${id}-old` })),
      });
    };
    const text = renderDiffText(reportOf(withIds("abc"), withIds("xyz")), (_, words) => words);
    expect(text).toContain("declare their ids: legacy: { id: abc-old }");
    expect(text).not.toContain("{stage}");
  });

  test("says that environments with ids of their own stay", () => {
    const before = customerOf("abc");
    const after = customerOf("xyz");
    const kept = after.environments.map((environment, index) => ({
      ...environment,
      id: before.environments[index]?.id ?? "",
    }));
    const report = reportOf(inventoryOf(before), inventoryOf({ ...after, environments: kept, hosts: [] }));
    expect(report.renamedCustomers).toEqual([]);
    const named = (customer: ReturnType<typeof customerOf>) => ({
      ...customer,
      customer: { ...customer.customer, name: "A" },
    });
    const same = reportOf(inventoryOf(named(before)), inventoryOf(named({ ...after, environments: kept, hosts: [] })));
    expect(renderDiffText(same, (_, text) => text)).toContain("its environments keep their ids");
    expect(renderDiffText(same, (_, text) => text)).toContain("groups with {customer} in their names");
  });

  test("tells a new display name of a customer once", () => {
    const [before, after] = ["Retail AG", "Retail SE"].map((name) => inventoryOf(customerOf("abc", { name })));
    const report = reportOf(before as Inventory, after as Inventory);
    expect(renderDiffText(report, (_, text) => text)).toBe(`main → work tree

Settings of dtsync:
  customer abc: name: Retail AG → Retail SE

Declared differently: 0 to create, 0 to update, 0 to remove, 0 to deploy, 0 no longer declared, 1 setting.
`);
    expect(renderDiffMarkdown(report)).not.toContain("defaultName");
  });
});
