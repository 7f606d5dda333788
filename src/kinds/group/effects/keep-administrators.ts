import type { Client } from "../../../dynatrace/client.ts";
import { readGroups } from "../../../dynatrace/cluster-api.ts";
import { Unfeasible } from "../../../execute/outcome.ts";
import { groupBy } from "../../../lib/group-by.ts";
import { pauses, repeatUntil } from "../../../lib/repeat-until.ts";
import type { Clock } from "../../../ports.ts";
import { losesAdministration } from "../administration.ts";
import type { GroupWrite } from "./body.ts";

export interface AdministratorPorts {
  readonly client: Client;
  /** Names, in lower case, of the groups of this cluster that the run takes administration from. */
  readonly leaving: ReadonlySet<string>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Names, in lower case, of the groups that a run takes administration from, by their cluster. */
export function leavingAdministration(changes: readonly GroupWrite[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byCluster = groupBy(
    changes.flatMap((change) => (change.kind === "group" && losesAdministration(change) ? [change] : [])),
    ({ cluster }) => cluster,
  );
  return new Map(
    [...byCluster].map(([cluster, leaving]) => [
      cluster,
      new Set(leaving.map((change) => String(change.before?.name ?? change.group).toLowerCase())),
    ]),
  );
}

/** Milliseconds between looks for other administrators: a group that was just made may not be in the list yet. */
const administratorLooks: readonly number[] = [500, 1_000, 2_000];

/**
 * Looks once more, just before a group that administrates its cluster ceases to: what the guard of the plan counted may be gone
 * since. Throws Unfeasible where no other group would be left that administrates it.
 */
export async function keepAdministrators({ client, leaving, clock, signal }: AdministratorPorts): Promise<void> {
  const others = await repeatUntil(
    async () =>
      (await readGroups(client)).filter(
        ({ name, isClusterAdminGroup }) => isClusterAdminGroup && !leaving.has(name.toLowerCase()),
      ),
    (found) => found.length > 0,
    pauses(administratorLooks),
    { clock, signal, lastLook: true },
  );
  if (others.length > 0) return;
  throw new Unfeasible(
    "last-administrators",
    "no other group that administrates the cluster was found any more: it was left as it is; plan again",
  );
}
