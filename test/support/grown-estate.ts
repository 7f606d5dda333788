import { takeHosts } from "../../src/import/take-hosts.ts";
import { closePermissions } from "../../src/kinds/group/permissions.ts";
import type { ListedHost, ObservedEnvironment, ObservedGroup } from "../../src/model/observed.ts";
import { createRandom, type Random } from "../../src/sandbox/cluster/random.ts";
import { anEstate, type ClusterToImport, observedEnvironment, observedGroup } from "./import-world.ts";

export interface GrownEstate {
  readonly clusters: readonly ClusterToImport[];
  /** What enabled environments say of their hosts, by id. */
  readonly lists: ReadonlyMap<string, readonly ListedHost[]>;
}

export interface EstateSize {
  /** Enabled and disabled environments of each cluster. */
  readonly clusters: readonly (readonly [name: string, enabled: number, disabled: number])[];
  readonly hosts: number;
}

const sites = ["east", "west", "north"];
const firstKeys = ["d1", "t1", "p1"];
const secondKeys = ["d1", "s1", "p1", "p2", "z1"];
const words = [
  "amber",
  "azure",
  "beige",
  "coral",
  "green",
  "ivory",
  "khaki",
  "lilac",
  "olive",
  "pearl",
  "sepia",
  "umber",
];
const roles = ["web", "app", "db", "batch", "edge", "cache"];

interface Customer {
  readonly ids: readonly string[];
  /** As names of groups have it. */
  readonly code: string;
  readonly generation: 1 | 2 | 3;
}

/**
 * An estate as years make it, another one for each seed: three generations of ids, of which some are disabled, ids that follow nothing,
 * groups for each environment, customer and stage with exceptions among them, quotas by default with exceptions, rights that lead
 * nowhere, rights on zones, groups of policies, and hosts under names of every form.
 */
export function grownEstate(seed: number, { clusters, hosts }: EstateSize): GrownEstate {
  const random = createRandom(seed);
  const made = clusters.map(([name, enabled, disabled], index) => aCluster(name, index, enabled, disabled, random));
  const lists = listedHosts(
    made.flatMap(({ environments }) => environments.filter(({ state }) => state === "ENABLED")),
    hosts,
    random,
  );
  const taken = takeHosts(lists).hosts;
  return {
    lists,
    clusters: made.map((cluster) => {
      const own = cluster.environments.flatMap(({ id }) => {
        const list = taken.get(id);
        return list === undefined ? [] : [[id, list] as const];
      });
      return { ...cluster, hosts: new Map(own) };
    }),
  };
}

function aCluster(name: string, index: number, enabled: number, disabled: number, random: Random): ClusterToImport {
  const { below } = random;
  const oneOf = <T>(list: readonly [T, ...T[]] | readonly T[]): T => list[below(list.length)] as T;
  const isRare = (percent: number): boolean => below(100) < percent;
  const total = enabled + disabled;
  const environments: ObservedEnvironment[] = [];
  let disabledLeft = disabled;
  const add = (id: string, shown: string, tags: readonly string[]): void => {
    const isOff = below(total - environments.length) < disabledLeft;
    if (isOff) disabledLeft -= 1;
    environments.push(
      observedEnvironment({
        ...{ id, name: shown },
        state: isOff ? "DISABLED" : "ENABLED",
        trial: isRare(1),
        tags: [...(isRare(2) ? [] : ["operated"]), ...tags, ...(isRare(3) ? [`cost-centre:${below(9_000)}`] : [])],
        quotas: {
          hostUnits: { maxLimit: isRare(6) ? 10 * below(50) : 20, currentUsage: below(20) },
          demUnits: { monthlyLimit: null, annualLimit: isRare(4) ? 1_000 * below(9) : null },
        },
        storage: { realUserMonitoringRetention: { maxLimitInDays: isRare(3) ? 14 : 35, currentlyUsedInDays: 7 } },
      }),
    );
  };
  const customers: Customer[] = [];
  const withCustomer = (generation: Customer["generation"], code: string, ids: readonly string[], shown: string) => {
    const kept = ids.slice(0, total - environments.length);
    for (const id of kept) {
      const key = /[^-]*$/.exec(id)?.[0] ?? "";
      const tags = generation === 2 ? [`customer=${code.split("-")[0]}`] : [];
      add(id, isRare(5) ? `${shown} (${key})` : `${shown} ${key}`, [`type:ccv${generation}`, ...tags]);
    }
    customers.push({ ids: kept, code, generation });
  };
  for (const id of [random.uuid(), `Shared-Services-${index}`, `lab${index}`, `demo_live_${index}`, `ZZ${index}-P1`])
    add(id, `Older than all rules ${id.slice(0, 8)}`, []);
  for (let number = 0; environments.length < total * 0.45; number += 1) {
    const code = letters(index, number);
    const keys = firstKeys.filter(() => !isRare(10));
    withCustomer(
      1,
      code,
      keys.map((key) => `${code}-${key}`),
      `Customer ${code.toUpperCase()}`,
    );
  }
  for (let number = 0; environments.length < total * 0.85; number += 1) {
    const colour = `${oneOf(words)}${index}${number}`;
    const code = `${colour}-${oneOf(sites)}`;
    const keys = secondKeys.filter(() => !isRare(15));
    withCustomer(
      2,
      code,
      keys.map((key) => `ccv2-cust-${code}-${key}`),
      code,
    );
  }
  for (let number = 0; environments.length < total; number += 1) {
    const code = `${oneOf(words)}-${oneOf(words)}-${index}x${number}`;
    withCustomer(
      3,
      code,
      ["p1", "t1"].map((key) => `${code}-${key}`),
      `${code.replaceAll("-", " ")} Ltd`,
    );
  }
  const groups: ObservedGroup[] = [];
  const taken = new Set<string>();
  const group = (
    shown: string,
    rights: ReadonlyMap<string, readonly string[]>,
    more: Partial<ObservedGroup> = {},
  ): ObservedGroup => {
    const accessRight: Record<string, string[]> = {};
    for (const [id, permissions] of rights) {
      for (const permission of closePermissions(permissions)) {
        accessRight[permission] ??= [];
        accessRight[permission].push(id);
      }
    }
    const one = observedGroup({
      ...{ name: shown, accessRight },
      ldapGroupNames: [`cn=${shown.toLowerCase()},ou=groups,dc=example,dc=com`],
      ...more,
    });
    if (!taken.has(one.id)) groups.push(one);
    taken.add(one.id);
    return one;
  };
  const on = (ids: readonly string[], permissions: readonly string[]) => new Map(ids.map((id) => [id, permissions]));
  for (const { ids, code, generation } of customers) {
    if (generation === 1) {
      for (const id of ids) {
        const odd = isRare(3) ? ["LOG_VIEWER", "MANAGE_SETTINGS"] : ["LOG_VIEWER"];
        group(
          `ccv1-dt-cust-${id}-standard`,
          on(
            ids.filter((other) => other === id),
            odd,
          ),
        );
      }
      // Somebody who wrote it in capitals.
      if (isRare(4)) group(`${code.toUpperCase()}-Developers`, on(ids, ["VIEWER"]));
    } else if (generation === 2) {
      const without = isRare(3) ? ids.slice(1) : ids;
      group(`ccv2-${code}-customer_developer`, on(without, ["MANAGE_SETTINGS", "LOG_VIEWER"]));
      const careful = new Map(
        ids.map((id) => [id, /-p\d$/.test(id) ? ["LOG_VIEWER"] : ["LOG_VIEWER", "CONFIGURE_REQUEST_CAPTURE_DATA"]]),
      );
      group(`ccv2-${code}-operations`, careful);
    } else group(`${code} viewers`, on(ids, ["VIEWER"]), isRare(10) ? { ssoGroupNames: [`sso ${code}`] } : {});
  }
  const all = environments.map(({ id }) => id);
  const production = all.filter((id) => /-p\d$/.test(id));
  group("operations", on(all, ["VIEWER"]));
  group(`noc-${name}`, on(production, ["LOG_VIEWER", "VIEW_SECURITY_PROBLEMS"]));
  group(
    "stage-z-testers",
    on(
      all.filter((id) => /-z\d$/.test(id)),
      ["REPLAY_SESSION_DATA"],
    ),
  );
  group(
    "stage-t-testers",
    on(
      all.filter((id) => /-t\d$/.test(id)),
      ["REPLAY_SESSION_DATA"],
    ),
  );
  group("auditors of 2019", new Map([...on([`gone-${index}-p1`], ["VIEWER"]), ...on(all.slice(0, 2), ["VIEWER"])]));
  group("platform-admins", new Map(), { isClusterAdminGroup: true });
  const security = group("security", new Map());
  group("nobody knows", new Map());
  const shop = group("shop operators", new Map());
  for (let number = 0; number < total / 100; number += 1) {
    const some = all.filter(() => isRare(2));
    group(`project ${oneOf(words)} ${number}`, on(some, isRare(50) ? ["VIEWER"] : ["LOG_VIEWER", "AGENT_INSTALL"]));
  }
  const shops = environments.filter(({ state, id }) => state === "ENABLED" && id.endsWith("-p1")).slice(0, 20);
  return anEstate({
    ...{ name, environments, groups },
    policyGroups: { ids: new Set([security.id]), asked: 50, enabled },
    zones: {
      rights: {
        status: "complete",
        value: shops.map(({ id }, place) => ({
          ...{ group: shop.id, environment: id, zone: place % 7 === 6 ? "gone" : "1" },
          permissions: closePermissions(["LOG_VIEWER"]),
        })),
      },
      lists: new Map(
        shops.map(({ id }) => [
          id.toLowerCase(),
          {
            status: "complete",
            value: [
              { id: "1", name: "Web shop" },
              { id: "2", name: "Nobody's" },
            ],
          } as const,
        ]),
      ),
    },
  });
}

/** Three letters that no other customer of any cluster has. */
function letters(index: number, number: number): string {
  const letter = (place: number): string => String.fromCharCode(97 + (place % 26));
  return letter(4 * index + Math.floor(number / 676)) + letter(Math.floor(number / 26)) + letter(number);
}

function listedHosts(
  environments: readonly ObservedEnvironment[],
  wanted: number,
  { below }: Random,
): ReadonlyMap<string, readonly ListedHost[]> {
  const lists = new Map<string, ListedHost[]>(environments.map(({ id }) => [id, []]));
  let count = 0;
  const add = (environment: string, name: string, given: Partial<ListedHost> = {}): void => {
    count += 1;
    lists.get(environment)?.push({
      id: `HOST-${count.toString(16).toUpperCase().padStart(16, "0")}`,
      ...{ customName: null, localName: name, discoveredName: null, displayName: name },
      addresses: [`10.${(count >> 16) & 255}.${(count >> 8) & 255}.${count & 255}`],
      ...{ state: "MONITORED", version: "1.313.52.20250602-150703", hostGroup: null, networkZone: "default" },
      ...given,
    });
  };
  const names = environments.map(({ id }) => id).filter(() => below(20) > 0);
  for (let round = 0; count < wanted; round += 1) {
    const id = names[below(names.length)] as string;
    const [customer = id, stage = ""] = [id.replace(/^ccv2-cust-/, "").toLowerCase(), id.slice(-2)];
    const role = roles[below(roles.length)] as string;
    const form = below(6);
    const size = 1 + below(30);
    const zone = below(5) === 0 ? `zone-${below(4)}` : "default";
    const hostGroup = below(3) === 0 ? null : below(4) === 0 ? `${customer}-${role}` : customer;
    for (let number = 1; number <= size && count < wanted; number += 1) {
      // Machines that have gone.
      if (below(8) === 0) continue;
      const padded = String(number).padStart(2, "0");
      const given = { hostGroup, networkZone: zone };
      const short = `${role}${round}-${padded}`;
      if (form === 0) add(id, `${short}.${customer.replaceAll("_", "-")}.example.com`, given);
      else if (form === 1) add(id, `${customer.slice(0, 12).replaceAll("_", "-")}-${role}${round}x${number}`, given);
      else if (form === 2) add(id, `SRV-${round}-${role.toUpperCase()}${padded}`, given);
      else if (form === 3) add(id, number % 2 === 0 ? `${short}.example.com` : short, given);
      else if (form === 4)
        add(id, `${short}${stage}a.dc${below(2)}.example.com`, { ...given, customName: `Shop ${short}` });
      else add(id, `${short}.example.com`, { ...given, localName: null, discoveredName: `${short}.example.com` });
      if (below(200) === 0) {
        const other = names[below(names.length)] as string;
        const last = lists.get(id)?.at(-1);
        if (last && other !== id) lists.get(other)?.push({ ...last, state: "UNMONITORED", hostGroup: "moved" });
      }
    }
  }
  return lists;
}
