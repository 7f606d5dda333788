import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closePermissions } from "../../../src/kinds/group/permissions.ts";
import type { ObservedEnvironment, ObservedGroup, ObservedZones } from "../../../src/model/observed.ts";
import {
  anEstate,
  type ClusterToImport,
  estateHost,
  importInto,
  observedEnvironment,
  observedGroup,
} from "../../support/import-world.ts";

const customers = ["abc", "xyz", "abc-def", "north-shop", "z9"] as const;
const keys = ["p1", "p2", "t1", "d1", "z1", "prod1"] as const;
const idOf = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(...customers), fc.constantFrom(...keys)).map((parts) => parts.join("-")),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...customers), fc.constantFrom(...keys))
      .map(([customer, key]) => `ccv2-cust-${customer}-${key}`),
  },
  { weight: 1, arbitrary: fc.uuid() },
  {
    weight: 1,
    arbitrary: fc.constantFrom("Legacy", "ABC-p9", "a", "demo_live", "x--y", "p1-abc", "0", "abc_p1", "T1"),
  },
);
const name = fc.oneof(
  fc.constantFrom(
    "One",
    "Two",
    "abc p1",
    "ABC Retail p1",
    "ABC Retail t1",
    " edge",
    "tab\there",
    "yes",
    "1.0",
    "# no comment",
    "x: y",
    "Größe – ü",
    "{customer}",
    "null",
    "~",
  ),
  fc.string({ minLength: 1, maxLength: 20 }),
);
const tag = fc.constantFrom(
  "managed-by:dtsync",
  "dtsync:disabled=2026-01-01",
  "cost:1",
  "true",
  " blank ",
  "a,b",
  "- x",
);
const limit = fc.constantFrom(null, 0, 10, 100);
const environment = idOf.chain((id) =>
  fc
    .record({
      name,
      state: fc.constantFrom<ObservedEnvironment["state"]>("ENABLED", "ENABLED", "DISABLED"),
      trial: fc.constantFrom(false, false, true),
      tags: fc.uniqueArray(tag, { maxLength: 3 }),
      quotas: fc.record({
        hostUnits: fc.record({ maxLimit: limit, currentUsage: fc.nat() }),
        demUnits: fc.constant(null),
      }),
      storage: fc.record({
        transactionStorage: fc.record({ maxLimit: limit }),
        realUserMonitoringRetention: fc.record({ maxLimitInDays: fc.constantFrom(7, 35, 400) }),
        serviceRequestLevelRetention: fc.record({ maxLimitInDays: fc.constantFrom(10, 35) }),
        serviceCodeLevelRetention: fc.record({ maxLimitInDays: fc.constantFrom(10, 35) }),
      }),
    })
    .map((given) => observedEnvironment({ id, ...given })),
);
const environments = fc.uniqueArray(environment, {
  minLength: 0,
  maxLength: 14,
  selector: ({ id }) => id.toLowerCase(),
});
const complete = <T>(value: T) => ({ status: "complete", value }) as const;
const permission = fc.constantFrom(
  "VIEWER",
  "LOG_VIEWER",
  "MANAGE_SETTINGS",
  "CONFIGURE_REQUEST_CAPTURE_DATA",
  "NEW_RIGHT",
  "odd-right",
);

/** Rights as a cluster stores them: with those that others bring. */
const group = (ids: readonly string[]): fc.Arbitrary<ObservedGroup> =>
  fc
    .record({
      name: fc.oneof(
        fc.constantFrom(
          "noc",
          "NOC",
          "{braces}",
          "Sales: EMEA",
          "yes",
          ...customers.map((customer) => `${customer}-ops`),
        ),
        fc.constantFrom("x", ...ids).map((id) => `ccv1-dt-cust-${id}-standard`),
      ),
      isClusterAdminGroup: fc.constantFrom(false, false, false, true),
      ldapGroupNames: fc.uniqueArray(fc.constantFrom("cn=a", "cn=abc-ops,ou=x"), { maxLength: 2 }),
      ssoGroupNames: fc.uniqueArray(fc.constantFrom("sso", "a b"), { maxLength: 1 }),
      rights: fc.array(
        fc.tuple(fc.constantFrom("gone-1", ...ids), fc.uniqueArray(permission, { minLength: 1, maxLength: 2 })),
        { maxLength: 6 },
      ),
    })
    .map(({ rights, ...given }) => {
      const accessRight: Record<string, string[]> = {};
      for (const [id, permissions] of rights) {
        for (const one of closePermissions(permissions))
          accessRight[one] = [...new Set([...(accessRight[one] ?? []), id])];
      }
      return observedGroup({ ...given, accessRight: given.isClusterAdminGroup ? {} : accessRight });
    });

const stages = ["p", "t", "d", "z"] as const;

/** Groups that differ by customer and stage, with rights that depend on the stage, as far as there are environments for them. */
const families = (ids: readonly string[]): fc.Arbitrary<readonly ObservedGroup[]> =>
  fc.tuple(...stages.map(() => fc.option(permission))).map((permissions) => {
    const withRights = (name: string, among: readonly string[]): readonly ObservedGroup[] => {
      const accessRight: Record<string, string[]> = {};
      for (const [index, stage] of stages.entries()) {
        const own = among.filter((id) => new RegExp(`-${stage}\\d$`).test(id));
        for (const one of closePermissions([permissions[index] ?? []].flat()))
          if (own.length > 0) accessRight[one] = [...(accessRight[one] ?? []), ...own];
      }
      return Object.keys(accessRight).length === 0 ? [] : [observedGroup({ name, accessRight })];
    };
    return [
      ...customers.flatMap((customer) =>
        withRights(
          `${customer}-dev`,
          ids.filter((id) => new RegExp(`^(ccv2-cust-)?${customer}-`).test(id)),
        ),
      ),
      ...stages.flatMap((stage) =>
        withRights(
          `stage-${stage}`,
          ids.filter((id) => new RegExp(`-${stage}\\d$`).test(id)),
        ),
      ),
    ];
  });

const zone = fc.constantFrom("Web shop", "Team A", "Team B", "Team *", "{customer} web", " edge");
const zoneList = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(zone, { maxLength: 5 })
      .map((names) => complete(names.map((zoneName, index) => ({ id: String(index - 2), name: zoneName })))),
  },
  { weight: 1, arbitrary: fc.constant({ status: "unreadable", reason: "it was busy" } as const) },
);

/** Zones of enabled environments, and rights on zones that are there, or were. */
const zonesOf = (
  list: readonly ObservedEnvironment[],
  groups: readonly ObservedGroup[],
): fc.Arbitrary<ObservedZones> => {
  const right = fc.record({
    group: fc.constantFrom("gone", ...groups.filter((one) => !one.isClusterAdminGroup).map(({ id }) => id)),
    environment: fc.constantFrom("gone-1", ...list.map(({ id }) => id)),
    zone: fc.integer({ min: -2, max: 3 }).map(String),
    permissions: fc.uniqueArray(permission, { minLength: 1, maxLength: 2 }).map(closePermissions),
  });
  return fc.record({
    rights: fc
      .uniqueArray(right, {
        maxLength: 12,
        selector: ({ group, environment, zone }) => `${group}/${environment}/${zone}`,
      })
      .map(complete),
    lists: fc.tuple(...list.map(() => zoneList)).map(
      (lists) =>
        new Map(
          list.flatMap(({ id, state }, index) => {
            const found = lists[index];
            return state === "ENABLED" && found !== undefined ? [[id.toLowerCase(), found] as const] : [];
          }),
        ),
    ),
  });
};

const cluster = (clusterName: string): fc.Arbitrary<ClusterToImport> =>
  environments.chain((list) =>
    fc
      .tuple(
        fc.uniqueArray(group(list.map(({ id }) => id)), { maxLength: 8, selector: ({ id }) => id }),
        fc.oneof(fc.constant([]), families(list.map(({ id }) => id))),
      )
      .map(([some, more]) => [...some, ...more.filter(({ id }) => some.every((one) => one.id !== id))])
      .chain((groups) =>
        fc
          .option(zonesOf(list, groups), { nil: undefined })
          .map((zones) =>
            anEstate({ name: clusterName, environments: list, groups, ...(zones === undefined ? {} : { zones }) }),
          ),
      ),
  );

describe("an import of any estate", () => {
  test("is proven, declares every environment once, and changes nothing the second time", {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(cluster("emea"), fc.option(cluster("apac")), async (emea, apac) => {
        const estate = apac === null ? [emea] : [emea, apac];
        const { inventory, texts } = await importInto(estate);
        const ids = new Set(estate.flatMap((one) => one.environments.map(({ id }) => id.toLowerCase())));
        expect(new Set(inventory.environments.map(({ id }) => id.toLowerCase()))).toEqual(ids);
        expect((await importInto(estate, texts)).proposal.files).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test("adds the hosts of what is declared already, each once, and changes no other line", {
    timeout: 120_000,
  }, async () => {
    const setting = fc.constantFrom(null, null, "abc", "shop");
    const host = fc
      .record({
        name: fc.tuple(fc.constantFrom("web", "db", "x-"), fc.nat(30)).map(([start, number]) => `${start}${number}`),
        domain: fc.constantFrom("", ".example.com"),
        given: fc.record({ hostGroup: setting, networkZone: setting }),
      })
      .map(({ name: short, domain, given }) => estateHost(`${short}${domain}`, given));
    const listed = fc.uniqueArray(host, {
      maxLength: 25,
      selector: ({ name: listedName }) => listedName.split(".")[0],
    });
    const among = fc.array(fc.nat(), { minLength: 25, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(cluster("emea"), listed, among, fc.nat(25), async (emea, hosts, places, count) => {
        const enabled = emea.environments.filter(({ state }) => state === "ENABLED");
        fc.pre(enabled.length > 0);
        const listsOf = (some: typeof hosts) =>
          new Map(
            enabled.map(({ id }, index) => [
              id,
              some.filter((one) => (places[hosts.indexOf(one)] ?? 0) % enabled.length === index),
            ]),
          );
        const before = await importInto([{ ...emea, hosts: listsOf(hosts.slice(0, count)) }]);
        const estate = [{ ...emea, hosts: listsOf(hosts) }];
        const { inventory, texts, proposal } = await importInto(estate, before.texts);
        expect(proposal.counts).toEqual({ customers: 0, environments: 0, groups: 0, hosts: hosts.slice(count).length });
        const told = inventory.hosts.map(({ name: declared, environment: id, oneagent }) => ({
          ...{ name: declared, id },
          ...{ hostGroup: oneagent.hostGroup ?? null, networkZone: oneagent.networkZone ?? null },
        }));
        for (const [id, list] of estate[0]?.hosts ?? []) {
          for (const { name: listedName, hostGroup, networkZone } of list) {
            const found = told.filter((one) => one.name === listedName);
            expect(found).toEqual([{ name: listedName, id, hostGroup, networkZone }]);
          }
        }
        for (const [path, text] of Object.entries(before.texts)) {
          const lines = (texts[path] ?? "").split("\n");
          let at = 0;
          for (const line of text.split("\n").filter((one) => !one.endsWith("hosts: []"))) {
            at = lines.indexOf(line, at) + 1;
            expect(at, `${line} of ${path}`).toBeGreaterThan(0);
          }
        }
        expect((await importInto(estate, texts)).proposal.files).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
