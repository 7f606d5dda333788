import { nearLimit } from "../fleet/licence-use.ts";
import { groupBy } from "../lib/group-by.ts";
import { count, printableLine } from "../lib/printable.ts";
import type { FleetEnvironment, LicenceUse } from "../model/fleet.ts";
import { alikeHeld } from "./alike-remarks.ts";
import { quotaWords, showUsed } from "./quota-words.ts";
import { listNames } from "./remarks-text.ts";

/** Hosts that a line names. */
const someNames = 3;

/**
 * What somebody would want to know of an environment besides its problems, a line for each thing; nothing where all is in order.
 * Hosts of which the same is to be said are in one line, with at most `names` of them.
 */
export function environmentRemarks(environment: FleetEnvironment, names: number = someNames): readonly string[] {
  const { hosts, drift, held, unreadable, state, declared, suspended, licence, deletedFrom } = environment;
  return [
    ...(unreadable === null ? [] : [`not known: ${printableLine(unreadable)}`]),
    ...(unreadable === null || hosts.licensed === null
      ? []
      : [`by the licence ${count(hosts.licensed, "host")} had agents that ran some hours ago`]),
    ...(suspended === null ? [] : [`suspended until ${suspended.until}: ${printableLine(suspended.reason)}`]),
    ...heldRemarks(held, names),
    ...(hosts.missing === null || hosts.missing.length === 0
      ? []
      : [`not seen: ${hosts.missing.length} of ${count(hosts.declared, "host")}: ${listNames(hosts.missing, names)}`]),
    ...elsewhereRemarks(hosts.elsewhere ?? [], names),
    ...(state === "missing" && declared !== "absent" ? ["not there yet"] : []),
    ...(drift === null || drift === 0
      ? []
      : [count(drift, "change that a plan would make", "changes that a plan would make")]),
    ...(deletedFrom === null ? [] : [`disabled, may be deleted from ${printableLine(deletedFrom)}`]),
    ...nearLimit(licence).map((use) => `near its limit: ${quotaWords(use)}, ${showUse(use)}`),
  ];
}

/** What is held has its scope before the reason. */
function heldRemarks(held: FleetEnvironment["held"], names: number): readonly string[] {
  const parts = held.map((text) => {
    const [, scope = "", reason = text] = /^(\S+): (.*)$/s.exec(text) ?? [];
    return { scope, reason, items: 1 };
  });
  return alikeHeld(parts).map(({ scopes, reason }) =>
    ["held", listNames(scopes, names), printableLine(reason)].filter((part) => part !== "").join(": "),
  );
}

const elsewhereRemarks = (
  elsewhere: NonNullable<FleetEnvironment["hosts"]["elsewhere"]>,
  names: number,
): readonly string[] =>
  [...groupBy(elsewhere, ({ environment }) => environment)].map(([other, hosts]) =>
    hosts.length === 1
      ? `elsewhere: ${printableLine(hosts[0].host)} reports to ${printableLine(other)}`
      : `elsewhere: ${count(hosts.length, "host")} report to ${printableLine(other)}: ${listNames(
          hosts.map(({ host }) => host),
          names,
        )}`,
  );

const showUse = ({ used, limit }: LicenceUse): string =>
  limit === null ? showUsed(used) : `${showUsed(used)} of ${showUsed(limit)}`;
