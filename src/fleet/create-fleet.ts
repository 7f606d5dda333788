import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { Condition, EnvironmentReading, Fleet, FleetEnvironment, SeenHost } from "../model/fleet.ts";
import type { Environment, Host, Inventory } from "../model/inventory.ts";
import type { ObservedCluster, Reading } from "../model/observed.ts";
import type { Plan } from "../model/plan.ts";
import { suspensionOn, suspensionReason } from "../model/suspension.ts";
import { countFleet } from "./count-fleet.ts";
import { licenceTotal, licenceUse } from "./licence-use.ts";
import { matchHosts } from "./match-hosts.ts";
import { sumOf } from "./sum-of.ts";

/** How a declared environment stands on its cluster; null: nobody knows. */
export type ListedState = FleetEnvironment["state"];

export interface FleetInput {
  readonly inventory: Inventory;
  /** Those in scope. */
  readonly environments: readonly Environment[];
  readonly hosts: readonly Host[];
  readonly plan: Plan;
  readonly clusters: ReadonlyMap<string, ObservedCluster>;
  readonly states: ReadonlyMap<Environment, ListedState>;
  /** Of environments that were to be asked. */
  readonly readings: ReadonlyMap<Environment, Reading<EnvironmentReading>>;
  readonly problemsSince: number | null;
}

/** Puts together what is declared, planned and read. Pure: what could not be read is null, and never zero. */
export function createFleet(input: FleetInput): Fleet {
  const { inventory, plan, clusters } = input;
  const environments = fleetEnvironments(input);
  const named = new Map(inventory.customers.map(({ id, name }) => [id, name]));
  const byCluster = groupBy(environments, ({ cluster }) => cluster);
  const byCustomer = groupBy(environments, ({ customer }) => customer);
  const ids = new Set(environments.map(({ id }) => id.toLowerCase()));
  return {
    format: "dtsync-status/1",
    createdAt: plan.createdAt,
    dtsync: plan.dtsync,
    inventory: { digest: plan.inventory.digest },
    scope: plan.scope,
    problemsSince: input.problemsSince,
    clusters: inventory.clusters
      .filter(({ name }) => clusters.has(name))
      .map(({ name, url }) => {
        const list = clusters.get(name)?.environments;
        const unmanaged = plan.unmanaged[name];
        const isRead = list?.status === "complete";
        return {
          name,
          url,
          version: clusters.get(name)?.version ?? null,
          unreadable: list?.status === "unreadable" ? list.reason : null,
          unmanaged:
            isRead && unmanaged !== undefined
              ? { environments: unmanaged.environments.length, groups: unmanaged.groups.length }
              : null,
          licence: isRead ? licenceTotal(list.value.map(licenceUse)) : null,
          licenceHour: hourOf(clusters.get(name)),
          counts: countFleet(byCluster.get(name) ?? []),
        };
      }),
    customers: [...byCustomer]
      .map(([id, own]) => {
        // What is not there uses nothing, which is known.
        const there = own.filter(({ state }) => state !== "missing");
        const licence = licenceTotal(there.map((environment) => environment.licence));
        return { id, name: named.get(id) ?? id, licence, counts: countFleet(own) };
      })
      .sort((left, right) => compareText(left.id, right.id)),
    environments,
    versions: sumOf(environments.map(({ hosts }) => hosts.versions ?? {})),
    otherDrift: plan.changes.filter(({ environment }) => environment === null || !ids.has(environment.toLowerCase()))
      .length,
    held: plan.held,
    waiting: plan.waiting,
    warnings: plan.warnings,
    counts: countFleet(environments),
  };
}

function fleetEnvironments(input: FleetInput): readonly FleetEnvironment[] {
  const { inventory, plan, hosts, environments, states, readings, clusters } = input;
  const origins = new Map(inventory.clusters.map(({ name, url }) => [name, url]));
  const changes = groupBy(plan.changes, ({ environment }) => environment?.toLowerCase() ?? "");
  const hostsOf = groupBy(
    hosts.filter(({ state }) => state === "present"),
    ({ environment }) => environment.toLowerCase(),
  );
  const today = plan.createdAt.slice(0, 10);
  const held = heldByEnvironment(plan, hosts);
  const observed = new Map(
    [...clusters].flatMap(([cluster, { environments: list }]) =>
      list.status === "complete" ? list.value.map((found) => [`${cluster}/${found.id.toLowerCase()}`, found]) : [],
    ),
  );
  const waiting = new Map(plan.waiting.map(({ id, until }) => [id.replace(/^environment\//, "").toLowerCase(), until]));
  const listed = new Map(
    [...readings].flatMap(([environment, reading]): [string, readonly SeenHost[]][] =>
      reading.status === "complete" ? [[environment.id, reading.value.hosts]] : [],
    ),
  );
  const matches = matchHosts(hostsOf, listed);
  return [...environments]
    .sort((left, right) => compareText(left.id, right.id))
    .map((environment) => {
      const key = environment.id.toLowerCase();
      const state = states.get(environment) ?? null;
      const reading = readings.get(environment);
      const own = hostsOf.get(key) ?? [];
      const match = matches.get(environment.id) ?? null;
      const isPlanned = clusters.get(environment.cluster)?.environments.status === "complete";
      const value = reading?.status === "complete" ? reading.value : null;
      const suspension = suspensionOn(environment, today);
      const known = observed.get(`${environment.cluster}/${key}`);
      const found = {
        id: environment.id,
        name: environment.settings.name ?? environment.defaultName,
        customer: environment.customer,
        cluster: environment.cluster,
        stage: environment.stage,
        labels: environment.labels,
        url: `${origins.get(environment.cluster) ?? ""}/e/${encodeURIComponent(environment.id)}/`,
        state,
        declared: environment.state ?? ("enabled" as const),
        suspended: suspension === null ? null : { until: suspension.until, reason: suspension.reason },
        readAt: value === null ? null : new Date(value.at).toISOString(),
        unreadable: reading?.status === "unreadable" ? reading.reason : null,
        hosts: {
          declared: own.length,
          seen: match?.seen ?? null,
          missing: match?.missing ?? null,
          elsewhere: match?.elsewhere ?? null,
          undeclared: match?.undeclared ?? null,
          licensed: known === undefined ? null : licensedHosts(clusters.get(environment.cluster), key),
          versions: value === null ? null : versionsOf(value.hosts),
        },
        problems: {
          open: value === null ? null : openBySeverity(value),
          list: value === null ? null : [...value.problems].sort((left, right) => left.start - right.start),
        },
        drift: isPlanned ? (changes.get(key)?.length ?? 0) : null,
        held: (held.get(key) ?? []).filter(
          (reason) => suspension === null || !reason.endsWith(`: ${suspensionReason(suspension)}`),
        ),
        licence: known === undefined ? null : licenceUse(known),
        deletedFrom: waiting.get(key) ?? null,
      };
      return { ...found, condition: conditionOf(found) };
    });
}

const hourOf = (cluster: ObservedCluster | undefined): string | null => {
  const hour = cluster?.licenceHour ?? null;
  return hour === null ? null : new Date(hour.start).toISOString();
};

/** An environment that is there, and of which the licence tells nothing, had no hosts in that hour. */
function licensedHosts(cluster: ObservedCluster | undefined, key: string): number | null {
  const hour = cluster?.licenceHour ?? null;
  return hour === null ? null : (hour.hosts.get(key) ?? 0);
}

function conditionOf(found: Omit<FleetEnvironment, "condition">): Condition {
  const { hosts, problems } = found;
  if (problems.open !== null && Object.keys(problems.open).length > 0) return "problems";
  if (found.unreadable !== null || found.state === null) return "unknown";
  if (found.held.length > 0) return "held";
  if ((hosts.missing?.length ?? 0) + (hosts.elsewhere?.length ?? 0) > 0) return "hosts";
  if ((found.drift ?? 0) > 0) return "drift";
  if (found.suspended !== null) return "suspended";
  if (found.deletedFrom !== null) return "waiting";
  return found.state === "disabled" ? "disabled" : "ok";
}

/** Reasons of what is held, by environment in small letters: its own, and those of its hosts and sources. */
function heldByEnvironment(plan: Plan, hosts: readonly Host[]): ReadonlyMap<string, readonly string[]> {
  const environmentOf = new Map(hosts.map(({ name, environment }) => [name.toLowerCase(), environment.toLowerCase()]));
  const reasons = new Map<string, string[]>();
  for (const { scope, reason } of plan.held) {
    const [kind, ...rest] = scope.split("/");
    const name = (rest.at(-1) ?? "").toLowerCase();
    const environment = kind === "host" ? environmentOf.get(name) : kind === "environment" ? name : undefined;
    if (environment === undefined) continue;
    reasons.set(environment, [...(reasons.get(environment) ?? []), `${scope}: ${reason}`]);
  }
  return reasons;
}

function openBySeverity({ problems }: EnvironmentReading): Readonly<Record<string, number>> {
  return sumOf(problems.filter(({ end }) => end === null).map(({ severity }) => ({ [severity]: 1 })));
}

const versionsOf = (hosts: readonly SeenHost[]): Readonly<Record<string, number>> =>
  sumOf(hosts.map(({ version }) => ({ [version ?? "unknown"]: 1 })));
