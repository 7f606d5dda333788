import { count, printableLine } from "../lib/printable.ts";
import { type FleetEnvironment, severities } from "../model/fleet.ts";
import { listNames } from "./remarks-text.ts";

/** What somebody would want to know of an environment, a line for each thing; nothing where all is in order. */
export function environmentRemarks(environment: FleetEnvironment): readonly string[] {
  const { hosts, problems, drift, held, unreadable, state, declared } = environment;
  return [
    ...(unreadable === null ? [] : [`not known: ${printableLine(unreadable)}`]),
    ...(problems.open === null || Object.keys(problems.open).length === 0
      ? []
      : [`open: ${bySeverity(problems.open)}`]),
    ...held.map((reason) => `held: ${printableLine(reason)}`),
    ...(hosts.missing === null || hosts.missing.length === 0
      ? []
      : [`not seen: ${hosts.missing.length} of ${count(hosts.declared, "host")}: ${listNames(hosts.missing, 3)}`]),
    ...(hosts.elsewhere ?? []).map(
      ({ host, environment: other }) => `elsewhere: ${printableLine(host)} reports to ${printableLine(other)}`,
    ),
    ...(state === "missing" && declared !== "absent" ? ["not there yet"] : []),
    ...(drift === null || drift === 0
      ? []
      : [count(drift, "change that a plan would make", "changes that a plan would make")]),
  ];
}

/** Problems by their severity, the gravest first. */
function bySeverity(problems: Readonly<Record<string, number>>): string {
  const known: readonly string[] = severities;
  const rank = (name: string) => (known.includes(name) ? known.indexOf(name) : known.length);
  return Object.entries(problems)
    .sort(([left], [right]) => rank(left) - rank(right))
    .map(([name, number]) => `${number} ${printableLine(name).toLowerCase().replaceAll("_", " ")}`)
    .join(", ");
}
