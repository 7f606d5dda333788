import { describe, expect, test } from "vitest";
import type { ListedHost } from "../../../src/model/observed.ts";
import { type EstateSize, type GrownEstate, grownEstate } from "../../support/grown-estate.ts";
import { importInto } from "../../support/import-world.ts";

const large: EstateSize = {
  clusters: [
    ["emea", 497, 903],
    ["apac", 398, 703],
    ["amer", 186, 577],
    ["shared", 1_822, 387],
  ],
  hosts: 30_000,
};
const small: EstateSize = {
  clusters: [
    ["emea", 50, 40],
    ["apac", 30, 60],
  ],
  hosts: 900,
};

const nameOf = ({ localName, discoveredName, customName }: ListedHost): string =>
  (localName ?? discoveredName ?? customName ?? "").toLowerCase();

/** Where each host is to be declared: where it is monitored now, by all that lists it. */
function placesOf({
  lists,
}: GrownEstate): ReadonlyMap<string, { readonly environment: string; readonly host: ListedHost }> {
  const places = new Map<string, { readonly environment: string; readonly host: ListedHost }>();
  for (const [environment, hosts] of lists)
    for (const host of hosts) if (host.state === "MONITORED") places.set(nameOf(host), { environment, host });
  return places;
}

describe("an estate that has grown for years", () => {
  test.each([
    ["of the size of a large provider", 1, large],
    ["of another kind", 2, small],
    ["of another kind", 3, small],
    ["of another kind", 4, small],
  ] as const)(
    "%s (%i) is imported whole, reads well, and has nothing to add the second time",
    {
      timeout: 180_000,
    },
    async (_what, seed, size) => {
      const estate = grownEstate(seed, size);
      const { inventory, texts, proposal } = await importInto(estate.clusters);
      const ids = estate.clusters.flatMap(({ environments }) => environments.map(({ id }) => id));
      expect(inventory.environments.map(({ id }) => id).sort()).toEqual([...ids].sort());
      const declared = new Set(inventory.groups.map(({ cluster, name }) => `${cluster}/${name}`));
      const there = estate.clusters.flatMap(({ name, groups }) => groups.map((group) => `${name}/${group.name}`));
      expect([...declared].sort()).toEqual([...there].sort());

      const places = placesOf(estate);
      expect(inventory.hosts).toHaveLength(places.size);
      for (const { name, environment, oneagent } of inventory.hosts) {
        const { host, environment: wanted } = places.get(name) ?? {};
        expect({
          name,
          environment,
          group: oneagent.hostGroup ?? null,
          zone: oneagent.networkZone ?? "default",
        }).toEqual({
          ...{ name, environment: wanted, group: host?.hostGroup, zone: host?.networkZone },
        });
      }

      expect(proposal.templates.map(({ template }) => template)).toEqual(
        expect.arrayContaining(["{customer}-{key}", "ccv2-cust-{customer}-{key}"]),
      );
      const templates = [...(texts["dtsync.yaml"] ?? "").matchAll(/- name: "?([^"\n]*\{[^"\n]*)"?/g)].map(
        ([, name]) => name,
      );
      expect(templates).toEqual(
        expect.arrayContaining([
          "ccv1-dt-cust-{environment}-standard",
          "ccv2-{customer}-customer_developer",
          "ccv2-{customer}-operations",
          "{customer} viewers",
        ]),
      );
      // What is true of all production is said in a line, although words of customers begin like the stage.
      const groups = inventory.groups.filter(({ name }) => name.startsWith("noc-"));
      expect(groups).toHaveLength(size.clusters.length);
      const lines = (texts["groups/imported.yaml"] ?? "").split("- name: ").filter((text) => text.startsWith("noc-"));
      for (const text of lines) expect(text.split("\n").length, text.slice(0, 500)).toBeLessThan(15);
      expect((await importInto(estate.clusters, texts)).proposal.files).toEqual([]);
    },
  );
});
