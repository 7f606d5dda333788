import fc from "fast-check";
import { groupIdOf } from "../../src/kinds/group/group-id.ts";
import type { Environment, EnvironmentSettings, Group, Inventory } from "../../src/model/inventory.ts";
import type { Fault } from "../../src/sandbox/cluster/faults.ts";
import { storedRights } from "../../src/sandbox/cluster/group-rules.ts";
import type { ClusterSeed, EnvironmentSeed, GroupSeed } from "../../src/sandbox/cluster/snapshot.ts";
import { aGroup, anEnvironment, anInventory } from "./builders.ts";

/** Few names, so that what is declared and what is there meet often. */
const declarable = ["abc-p1", "abc-t1", "xyz-p1", "xyz-t2"] as const;
const foreignEnvironments = ["foreign-1", "legacy"] as const;
const groupNames = ["noc", "abc-ops", "Sales Group"] as const;
const foreignGroups = ["Auditors", "old-noc"] as const;
const permissions = [
  "VIEWER",
  "LOG_VIEWER",
  "MANAGE_SETTINGS",
  "CONFIGURE_REQUEST_CAPTURE_DATA",
  "MANAGE_SECURITY_PROBLEMS",
];
const names = fc.constantFrom("One", "Two", "ABC – production");
const tags = fc.uniqueArray(fc.constantFrom("a", "B", "cost:1", "managed-by:dtsync"), { maxLength: 3 });
const limit = fc.constantFrom(null, 0, 10, 100);
const mappings = fc.uniqueArray(fc.constantFrom("cn=a", "cn=b", "ops"), { maxLength: 2 });

/** Each member is there or not. */
function optional<T extends object>(members: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(members, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

const settings: fc.Arbitrary<EnvironmentSettings> = optional<Required<EnvironmentSettings>>({
  name: names,
  tags,
  trial: fc.boolean(),
  quotas: optional({
    hostUnits: fc.record({ maxLimit: limit }),
    demUnits: optional({ monthlyLimit: limit, annualLimit: limit }),
  }) as fc.Arbitrary<NonNullable<EnvironmentSettings["quotas"]>>,
  storage: optional({
    transactionStorage: fc.record({ maxLimit: limit }),
    realUserMonitoringRetention: fc.record({ maxLimitInDays: fc.constantFrom(7, 35) }),
  }) as fc.Arbitrary<NonNullable<EnvironmentSettings["storage"]>>,
});

const environment = (id: string): fc.Arbitrary<Environment> =>
  fc
    .record({ settings, state: fc.constantFrom(null, "enabled", "disabled", "absent") })
    .map((given) => anEnvironment({ id, ...given }));

const somePermissions = fc.subarray(permissions);

/** The management zones that an environment may have, by their ids, and what of them an inventory names. */
const zoneNames: Readonly<Record<string, string>> = { "-11": "Web shop", "22": "Team A", "33": "Team B" };
const zonePermissions = ["VIEWER", "LOG_VIEWER", "MANAGE_SETTINGS"];
const namedZones = fc.dictionary(
  fc.constantFrom("Web shop", "Team A", "Team *", "Not there"),
  fc.subarray(zonePermissions),
  {
    maxKeys: 2,
  },
);

const group = (name: string, reachable: readonly string[]): fc.Arbitrary<Group> =>
  fc
    .record({
      state: fc.constantFrom("present", "present", "present", "absent"),
      access: fc.option(
        fc
          .subarray([...reachable])
          .chain((ids) => fc.record(Object.fromEntries(ids.map((id) => [id, somePermissions])))),
      ),
      zones: fc
        .subarray([...reachable])
        .chain((ids) => fc.record(Object.fromEntries(ids.map((id) => [id, namedZones])))),
      own: optional({
        isClusterAdminGroup: fc.constantFrom(false, false, true),
        ldapGroupNames: mappings,
        ssoGroupNames: mappings,
      }),
    })
    .map(({ state, access, zones, own }) => {
      const managementZones = access === null ? {} : zones;
      return aGroup({ name, state, access, managementZones, previously: name === "noc" ? ["old-noc"] : [], ...own });
    });

/** A valid inventory of one cluster without hosts. What is absent waits a week. */
export const randomInventory: fc.Arbitrary<Inventory> = fc
  .subarray([...declarable])
  .chain((ids) => fc.tuple(...ids.map(environment)))
  .chain((environments) => {
    const reachable = environments.filter(({ state }) => state !== "absent").map(({ id }) => id);
    return fc
      .subarray([...groupNames])
      .chain((chosen) => fc.tuple(...chosen.map((name) => group(name, reachable))))
      .map((groups) => anInventory({ environments, groups, safety: { maxRemovals: 99 } }));
  });

const environmentSeed = (id: string): fc.Arbitrary<EnvironmentSeed> =>
  fc
    .record({
      name: names,
      state: fc.constantFrom("ENABLED", "ENABLED", "DISABLED"),
      trial: fc.boolean(),
      tags,
      own: fc.subarray(["dtsync:disabled=2020-01-01", "dtsync:disabled=2026-03-09", "dtsync:note"]),
      hostUnits: limit,
      annualLimit: limit,
    })
    .map(({ own, hostUnits, annualLimit, ...seed }) => ({
      ...seed,
      id,
      tags: [...seed.tags, ...own],
      quotas: { hostUnits: { maxLimit: hostUnits }, demUnits: { monthlyLimit: null, annualLimit } },
    }));

const groupSeed = (name: string, environments: readonly string[]): fc.Arbitrary<GroupSeed> =>
  fc
    .record({
      isClusterAdminGroup: fc.constantFrom(false, false, true),
      isManageAccount: fc.boolean(),
      ldapGroupNames: mappings,
      ssoGroupNames: mappings,
      accessRight: fc.record(
        Object.fromEntries(
          ["VIEWER", "LOG_VIEWER", "SOMETHING_NEW"].map((name) => [name, fc.subarray([...environments])]),
        ),
        { requiredKeys: [] },
      ) as fc.Arbitrary<NonNullable<GroupSeed["accessRight"]>>,
    })
    .map((seed) => ({
      ...seed,
      name,
      accessRight: seed.isClusterAdminGroup ? {} : storedRights(seed.accessRight, true),
    }));

/** Nobody declares them, so that no plan is about the last administrators of a cluster, which a guard refuses. */
const keepers: GroupSeed = { name: "Keepers", isClusterAdminGroup: true };

/** What a cluster may hold: parts of the inventory in any state, and things that nobody declared. */
export const randomSeed: fc.Arbitrary<ClusterSeed> = fc.subarray([...declarable, ...foreignEnvironments]).chain((ids) =>
  fc
    .record({
      environments: fc.tuple(...ids.map(environmentSeed)),
      groups: fc
        .subarray([...groupNames, ...foreignGroups])
        // Rights on an environment that was deleted stay in its groups.
        .chain((chosen) => fc.tuple(...chosen.map((name) => groupSeed(name, [...ids, "deleted-1"]))))
        .map((groups) => [...groups, keepers]),
      managementZones: fc.subarray(
        ids.flatMap((environment) => Object.entries(zoneNames).map(([id, name]) => ({ environment, id, name }))),
      ),
    })
    .chain((seed) => zoneRightsOf(seed).map((zoneRights) => ({ ...seed, zoneRights }))),
);

/** Rights of some of the groups on some of the zones, as a cluster stores them. */
function zoneRightsOf({
  groups,
  managementZones,
}: Required<Pick<ClusterSeed, "groups" | "managementZones">>): fc.Arbitrary<NonNullable<ClusterSeed["zoneRights"]>> {
  const places = groups
    .filter(({ isClusterAdminGroup }) => isClusterAdminGroup !== true)
    .flatMap(({ name }) =>
      managementZones.map(({ environment, id }) => ({ group: groupIdOf(name), environment, zone: id })),
    );
  return fc
    .subarray(places)
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((place) =>
          fc
            .subarray(zonePermissions)
            .map((permissions) => ({ ...place, permissions: [...new Set(["VIEWER", ...permissions])].sort() })),
        ),
      ),
    );
}

/** Scripted trouble that passes. */
export const randomFaults: fc.Arbitrary<readonly Fault[]> = fc.array(
  fc.record({
    match: fc.record({
      method: fc.constantFrom("GET", "PUT", "POST", "DELETE"),
      path: fc.constantFrom(
        "/api/*",
        "/api/cluster/v2/environments*",
        "/api/v1.0/onpremise/groups*",
        "/api/v1.0/onpremise/groups/managementZones*",
        "/e/*/api/config/v1/managementZones",
      ),
      nth: fc.integer({ min: 1, max: 6 }),
      times: fc.integer({ min: 1, max: 2 }),
    }),
    do: fc.constantFrom<Fault["do"]>(
      "cut",
      "commit-then-cut",
      "truncate",
      { status: 500 },
      { html: 502 },
      { html: 503 },
      { status: 429 },
      { retryAfter: 2 },
      { delay: 3_000 },
    ),
  }),
  { maxLength: 4 },
);

const zoned = ["abc-p1", "xyz-p1"] as const;

/** A world that is about management zones: two environments that are there, and groups that name zones of both. */
export const zoneInventory: fc.Arbitrary<Inventory> = fc
  .tuple(
    ...["noc", "abc-ops"].map((name) =>
      fc
        .record(Object.fromEntries(zoned.map((id) => [id, namedZones])))
        .map((managementZones) => aGroup({ name, access: {}, managementZones })),
    ),
  )
  .map((groups) => anInventory({ environments: zoned.map((id) => anEnvironment({ id })), groups }));

export const zoneSeed: fc.Arbitrary<ClusterSeed> = fc
  .record({
    environments: fc.constant(zoned.map((id) => ({ id }))),
    groups: fc.subarray(["noc", "abc-ops", "Auditors"]).map((chosen) => chosen.map((name) => ({ name }))),
    managementZones: fc.subarray(
      zoned.flatMap((environment) => Object.entries(zoneNames).map(([id, name]) => ({ environment, id, name }))),
      { minLength: 3 },
    ),
  })
  .chain((seed) => zoneRightsOf(seed).map((zoneRights) => ({ ...seed, zoneRights })));
