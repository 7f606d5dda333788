import type { FleetCounts, FleetEnvironment } from "../model/fleet.ts";
import { sumOf } from "./sum-of.ts";

/** Sums over environments. */
export function countFleet(environments: readonly FleetEnvironment[]): FleetCounts {
  const sum = (of: (environment: FleetEnvironment) => number) =>
    environments.reduce((total, environment) => total + of(environment), 0);
  const number = (holds: (environment: FleetEnvironment) => boolean) => environments.filter(holds).length;
  return {
    environments: environments.length,
    disabled: number(({ state }) => state === "disabled"),
    missing: number(({ state, declared }) => state === "missing" && declared !== "absent"),
    unknown: number(({ state, unreadable }) => state === null || unreadable !== null),
    hostsDeclared: sum(({ hosts }) => hosts.declared),
    hostsSeen: sum(({ hosts }) => hosts.seen ?? 0),
    hostsMissing: sum(({ hosts }) => hosts.missing?.length ?? 0),
    hostsElsewhere: sum(({ hosts }) => hosts.elsewhere?.length ?? 0),
    versions: sumOf(environments.map(({ hosts }) => hosts.versions ?? {})),
    problems: sumOf(environments.map(({ problems }) => problems.open ?? {})),
    drift: sum(({ drift }) => drift ?? 0),
    held: sum(({ held }) => held.length),
    waiting: number(({ deletedFrom }) => deletedFrom !== null),
    suspended: number(({ suspended }) => suspended !== null),
  };
}
