import { describe, expect, test } from "vitest";
import { anEstate, importInto, observedEnvironment } from "../../support/import-world.ts";

const customers = ["abc", "def", "ghi", "jkl", "mno", "pqr"];
const retention = { realUserMonitoringRetention: { maxLimitInDays: 35 } };
const environmentsWith = (special: Readonly<Record<string, object>>) =>
  customers.flatMap((customer) =>
    ["p1", "t1", "d1"].map((key) =>
      observedEnvironment({
        id: `${customer}-${key}`,
        name: `${customer} ${key}`,
        ...{ tags: ["operated", `customer=${customer}`], storage: retention },
        ...special[`${customer}-${key}`],
      }),
    ),
  );

/** The files of an import, after which each environment is declared with the tags that it has. */
const textsOf = async (special: Readonly<Record<string, object>>) => {
  const environments = environmentsWith(special);
  const { texts, inventory, proposal } = await importInto([anEstate({ environments })]);
  expect(proposal.remarks).toEqual([]);
  const tags = new Map(inventory.environments.map(({ id, settings }) => [id, [...(settings.tags ?? [])].sort()]));
  expect(tags).toEqual(new Map(environments.map((one) => [one.id, [...one.tags].sort()])));
  return texts;
};

describe("a default of an import", () => {
  test("is what most environments have, and the others take it away", async () => {
    const texts = await textsOf({ "abc-p1": { tags: ["customer=abc"] }, "def-t1": { storage: {} } });
    expect(texts["dtsync.yaml"]).toContain("    tags:\n      - operated\n");
    expect(texts["dtsync.yaml"]).toContain("        maxLimitInDays: 35\n");
    expect(texts["customers/abc.yaml"]).toBe(`customer: abc

environment:
  tags: null

environments:
  d1:
    tags:
      - customer=abc
      - operated
  p1:
    tags:
      - customer=abc
  t1:
    tags:
      - customer=abc
      - operated
`);
    expect(texts["customers/def.yaml"]).toContain("      realUserMonitoringRetention:\n        maxLimitInDays: null\n");
    expect(texts["customers/ghi.yaml"]).not.toContain("operated");
  });

  test("is taken away by an environment without any tags alone", async () => {
    const texts = await textsOf({ "abc-p1": { tags: [] } });
    expect(texts["dtsync.yaml"]).toContain("      - operated\n");
    expect(texts["customers/abc.yaml"]).toContain("  tags:\n    - customer=abc\n");
    expect(texts["customers/abc.yaml"]).toContain("  p1:\n    tags: null\n");
  });

  test("is no tag that too many lack to make the inventory shorter", async () => {
    const lacking = customers.map((customer) => [`${customer}-p1`, { tags: [`customer=${customer}`] }]);
    expect((await textsOf(Object.fromEntries(lacking)))["dtsync.yaml"]).not.toContain("operated");
  });
});
