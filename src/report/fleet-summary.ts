import { moreFirst, problemsByLevel, troubleOf } from "../fleet/compare-trouble.ts";
import { needsAttention } from "../fleet/needs-attention.ts";
import { count, printableLine, separated } from "../lib/printable.ts";
import type { Fleet, FleetCounts, FleetEnvironment } from "../model/fleet.ts";
import type { Held } from "../model/plan.ts";
import { asFarAsKnown, problemsOf } from "./fleet-facts.ts";

/** The environments of a fleet by what somebody may have to do about them, those with most trouble first. */
export function groupsOf({ environments }: Pick<Fleet, "environments">) {
  const rest = environments.filter((environment) => !needsAttention(environment));
  return {
    troubled: environments.filter(needsAttention).sort((left, right) => moreFirst(weightOf(left), weightOf(right))),
    suspended: rest.filter(({ suspended }) => suspended !== null),
    others: rest.filter(({ suspended }) => suspended === null),
  };
}

/** The customers of a fleet, those with most trouble first. */
export const worstFirst = ({ customers }: Pick<Fleet, "customers">): Fleet["customers"] =>
  [...customers].sort((left, right) => moreFirst(troubleOf(left.counts), troubleOf(right.counts)));

/** What could not be read and belongs to no environment, which tells it itself. */
export function notRead({ clusters, held }: Pick<Fleet, "clusters" | "held">): readonly string[] {
  const ofNone = held.filter(({ scope }: Held) => !/^(?:cluster|environment|host)\//.test(scope));
  return [
    ...clusters.flatMap(({ name, unreadable }) =>
      unreadable === null ? [] : [`not read: cluster/${name}: ${printableLine(unreadable)}`],
    ),
    ...ofNone.map(({ scope, reason }) => `held: ${printableLine(scope)}: ${printableLine(reason)}`),
  ];
}

const order: readonly string[] = ["drift", "hosts", "held", "unknown", "problems"];
/** How bad it stands, the condition first, then how many problems are open, from the gravest on. */
const weightOf = ({ condition, problems }: FleetEnvironment): readonly number[] => [
  order.indexOf(condition),
  ...problemsByLevel(problems.open ?? {}),
];

/** When the environment was asked that was asked first; null: none has answered. */
export const oldestReading = ({ environments }: Pick<Fleet, "environments">): string | null =>
  environments.reduce<string | null>(
    (oldest, { readAt }) => (readAt !== null && (oldest === null || readAt < oldest) ? readAt : oldest),
    null,
  );

/** The sums of a fleet in words. */
export function summaryParts(counts: FleetCounts, otherDrift: number): readonly string[] {
  return [
    count(counts.environments, "environment"),
    ...(counts.disabled > 0 ? [`${separated(counts.disabled)} disabled`] : []),
    ...(counts.suspended > 0 ? [`${separated(counts.suspended)} suspended`] : []),
    ...(counts.waiting > 0 ? [`${separated(counts.waiting)} waiting to be deleted`] : []),
    `${asFarAsKnown(counts.hostsSeen, counts)} of ${count(counts.hostsDeclared, "host")} seen`,
    `${asFarAsKnown(problemsOf(counts.problems), counts)} open ${problemsOf(counts.problems) === 1 ? "problem" : "problems"}`,
    `${count(counts.drift + otherDrift, "change", "changes")} in a plan`,
    ...(counts.held > 0 ? [`${separated(counts.held)} held`] : []),
    ...(counts.unknown > 0 ? [`${count(counts.unknown, "environment")} not known`] : []),
  ];
}
