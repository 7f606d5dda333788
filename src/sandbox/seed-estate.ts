import { groupIdOf } from "../kinds/group/group-id.ts";
import { closePermissions } from "../kinds/group/permissions.ts";
import type { ClusterSeed, EnvironmentSeed, GroupSeed } from "./cluster/snapshot.ts";

/** Environments of a cluster unless another number is asked for: the shape of a large estate, small enough to be tried. */
export const usualEstate = 120;

const sites = ["east", "west", "north"];
const firstKeys = ["d1", "t1", "p1"];
const secondKeys = ["d1", "s1", "p1", "p2", "z1"];
const colours = ["amber", "azure", "beige", "black", "coral", "green", "ivory", "khaki", "lilac", "olive"];

/**
 * A cluster that has grown for years: two generations of ids side by side, a third of the environments disabled, groups for
 * each environment of the first generation and for each customer of the second, quotas by default with exceptions, ids that
 * follow nothing, rights on environments that are gone, on management zones and from policies. The same every time; `index` tells clusters apart.
 */
export function seedEstate(index: number, size: number): ClusterSeed {
  const environments: EnvironmentSeed[] = [];
  const groups: GroupSeed[] = [];
  const add = (id: string, name: string, tags: readonly string[]): void => {
    const number = environments.length;
    environments.push({
      ...{ id, name, tags: ["operated", ...tags] },
      state: number % 3 === 2 ? "DISABLED" : "ENABLED",
      trial: number % 97 === 50,
      quotas: { hostUnits: { maxLimit: number % 17 === 3 ? 100 : 20 } },
    });
  };
  for (const [place, id] of [
    `19a963a7-b19f-4382-964a-4df674c8eb${index}e`,
    `Shared-Services-${index}`,
    `lab${index}`,
  ].entries()) {
    add(id, `Older than all rules ${index}.${place + 1}`, []);
  }
  for (let customer = 0; environments.length < size / 2; customer += 1) {
    const code = letters(index, customer);
    for (const key of firstKeys) {
      const id = `${code}-${key}`;
      add(id, `Customer ${code.toUpperCase()} ${key}`, ["type:ccv1"]);
      groups.push(
        aGroup(`ccv1-dt-cust-${id}-standard`, [`cn=dt-${id},ou=groups,dc=example,dc=com`], { [id]: ["LOG_VIEWER"] }),
      );
    }
  }
  for (let customer = 0; environments.length < size; customer += 1) {
    const colour = `${colours[customer % colours.length]}${index}${Math.floor(customer / colours.length)}`;
    const code = `${colour}-${sites[customer % sites.length]}`;
    const ids = secondKeys.map((key) => `ccv2-cust-${code}-${key}`);
    for (const [place, id] of ids.entries())
      add(id, `${code} ${secondKeys[place]}`, ["type:ccv2", `customer=${colour}`]);
    const rights = Object.fromEntries(ids.map((id) => [id, ["MANAGE_SETTINGS", "LOG_VIEWER"]]));
    groups.push(aGroup(`ccv2-${code}-customer_developer`, [`cn=dev-${code},ou=groups,dc=example,dc=com`], rights));
  }
  const everywhere = Object.fromEntries(environments.map(({ id }) => [id, ["VIEWER"]]));
  groups.push(aGroup("operations", ["cn=operations,ou=groups,dc=example,dc=com"], everywhere));
  groups.push(aGroup("auditors of 2019", [], { [`gone${index}-p1`]: ["VIEWER"], [`lab${index}`]: ["VIEWER"] }));
  groups.push({
    ...aGroup("platform-admins", ["cn=platform-admins,ou=groups,dc=example,dc=com"], {}),
    isClusterAdminGroup: true,
  });
  groups.push(aGroup("security", ["cn=security,ou=groups,dc=example,dc=com"], {}));
  groups.push(aGroup("shop operators", ["cn=shop,ou=groups,dc=example,dc=com"], {}));
  const shops = environments.filter(({ id, state }) => state === "ENABLED" && id.endsWith("-p1")).slice(0, 3);
  const clusterUuid = `6d1f2c3a-0b5e-4f7d-9a8c-00000000000${index}`;
  return {
    ...{ environments, groups, clusterUuid },
    managementZones: shops.flatMap(({ id }, place) => [
      { environment: id, id: `-${place + 1}`, name: "Web shop" },
      { environment: id, id: `${place + 1}`, name: "Nobody's" },
    ]),
    zoneRights: shops.map(({ id }, place) => ({
      ...{ group: groupIdOf("shop operators"), environment: id, zone: `-${place + 1}` },
      permissions: closePermissions(["LOG_VIEWER"]),
    })),
    policies: [
      {
        uuid: "7e0a3b4c-1d2f-4a6b-8c9d-000000000001",
        name: "Security of all environments",
        statementQuery: "ALLOW environment:roles:view-security-problems;",
        ...{ levelType: "cluster", levelId: clusterUuid },
        groups: [groupIdOf("security")],
      },
    ],
  };
}

/** Three letters that no other customer of any cluster has. */
function letters(index: number, customer: number): string {
  const letter = (number: number): string => String.fromCharCode(97 + (number % 26));
  return letter(index) + letter(Math.floor(customer / 26)) + letter(customer);
}

function aGroup(
  name: string,
  ldapGroupNames: readonly string[],
  rights: Readonly<Record<string, readonly string[]>>,
): GroupSeed {
  const accessRight: Record<string, string[]> = {};
  for (const [id, permissions] of Object.entries(rights)) {
    for (const permission of closePermissions(permissions)) {
      const ids = accessRight[permission] ?? [];
      ids.push(id);
      accessRight[permission] = ids;
    }
  }
  return { name, ldapGroupNames, accessRight };
}
