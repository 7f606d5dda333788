import { expect, test } from "vitest";
import { anEstate, importInto, observedEnvironment, observedGroup } from "../../support/import-world.ts";

/** Ids in which nothing says whose they are, as random ones look. */
const randomId = (number: number) =>
  `${(number * 2_654_435_761).toString(16).padStart(8, "0").slice(-8)}-b19f-4382-964a-4df674c8eb8e`;
const environments = Array.from({ length: 1_200 }, (_, index) =>
  observedEnvironment({ id: randomId(index + 1), name: `Environment of a long and telling name, number ${index}` }),
);

test("environments of nobody and many groups are divided among files that dtsync reads and lays out", async () => {
  const ids = environments.map(({ id }) => id);
  const groups = Array.from({ length: 300 }, (_, index) =>
    observedGroup({
      name: `team ${index}`,
      accessRight: { VIEWER: ids.filter((_, at) => (at * 7 + index) % 40 === 0) },
    }),
  );
  const { inventory, texts } = await importInto([anEstate({ environments, groups })]);
  expect(inventory.environments).toHaveLength(1_200);
  expect(inventory.groups).toHaveLength(300);
  expect(Object.keys(texts)).toEqual([
    "dtsync.yaml",
    "customers/other.yaml",
    "customers/other-2.yaml",
    "customers/other-3.yaml",
    "groups/imported.yaml",
    "groups/imported-2.yaml",
  ]);
  for (const [path, text] of Object.entries(texts)) expect(text.length, path).toBeLessThan(500_000);
  const [first] = environments;
  if (first === undefined) throw new Error("there are many");
  const more = await importInto(
    [anEstate({ environments: [...environments, { ...first, id: randomId(5_000), name: "one more" }], groups })],
    texts,
  );
  expect(more.proposal.files.map(({ path }) => path)).toEqual(["customers/other-3.yaml"]);
});

test("a file that would be too large to be read again says less, and the report says so", async () => {
  const many = Array.from({ length: 900 }, (_, index) =>
    observedEnvironment({ id: `abc-p${index + 1}`, name: `${"a name that fills a file ".repeat(60)}${index}` }),
  );
  const { inventory, texts, proposal } = await importInto([anEstate({ environments: many })]);
  expect(texts["customers/abc.yaml"]?.length).toBeLessThan(1_000_000);
  expect(inventory.environments.map(({ settings }) => settings.name)).toEqual(many.map(() => undefined));
  expect(proposal.remarks.flatMap(({ items }) => items).join()).toContain("abc-p1");
});
