import fc from "fast-check";
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

const group = (name: string, reachable: readonly string[]): fc.Arbitrary<Group> =>
  fc
    .record({
      state: fc.constantFrom("present", "present", "present", "absent"),
      access: fc.option(
        fc
          .subarray([...reachable])
          .chain((ids) => fc.record(Object.fromEntries(ids.map((id) => [id, somePermissions])))),
      ),
      own: optional({
        isClusterAdminGroup: fc.constantFrom(false, false, true),
        ldapGroupNames: mappings,
        ssoGroupNames: mappings,
      }),
    })
    .map(({ state, access, own }) =>
      aGroup({ name, state, access, previously: name === "noc" ? ["old-noc"] : [], ...own }),
    );

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

/** What a cluster may hold: parts of the inventory in any state, and things that nobody declared. */
export const randomSeed: fc.Arbitrary<ClusterSeed> = fc.subarray([...declarable, ...foreignEnvironments]).chain((ids) =>
  fc.record({
    environments: fc.tuple(...ids.map(environmentSeed)),
    groups: fc
      .subarray([...groupNames, ...foreignGroups])
      // Rights on an environment that was deleted stay in its groups.
      .chain((chosen) => fc.tuple(...chosen.map((name) => groupSeed(name, [...ids, "deleted-1"])))),
  }),
);

/** Scripted trouble that passes. */
export const randomFaults: fc.Arbitrary<readonly Fault[]> = fc.array(
  fc.record({
    match: fc.record({
      method: fc.constantFrom("GET", "PUT", "POST", "DELETE"),
      path: fc.constantFrom("/api/*", "/api/cluster/v2/environments*", "/api/v1.0/onpremise/groups*"),
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
