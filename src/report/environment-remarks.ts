import { nearLimit } from "../fleet/licence-use.ts";
import { count, printableLine } from "../lib/printable.ts";
import type { FleetEnvironment, LicenceUse } from "../model/fleet.ts";
import { quotaWords, showUsed } from "./quota-words.ts";
import { listNames } from "./remarks-text.ts";

/** What somebody would want to know of an environment besides its problems, a line for each thing; nothing where all is in order. */
export function environmentRemarks(environment: FleetEnvironment): readonly string[] {
  const { hosts, drift, held, unreadable, state, declared, suspended, licence, deletedFrom } = environment;
  return [
    ...(unreadable === null ? [] : [`not known: ${printableLine(unreadable)}`]),
    ...(unreadable === null || hosts.licensed === null
      ? []
      : [`by the licence ${count(hosts.licensed, "host")} had agents that ran some hours ago`]),
    ...(suspended === null ? [] : [`suspended until ${suspended.until}: ${printableLine(suspended.reason)}`]),
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
    ...(deletedFrom === null ? [] : [`disabled, may be deleted from ${printableLine(deletedFrom)}`]),
    ...nearLimit(licence).map((use) => `near its limit: ${quotaWords(use)}, ${showUse(use)}`),
  ];
}

const showUse = ({ used, limit }: LicenceUse): string =>
  limit === null ? showUsed(used) : `${showUsed(used)} of ${showUsed(limit)}`;
