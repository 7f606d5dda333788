/**
 * Rights of groups on management zones. A request names the zones whose rights it sets and touches no others, so the zones of
 * one group go together, up to a bound. Each change gets its own outcome, as with rights on whole environments.
 */
import { ApiError, isStatus } from "../../../dynatrace/api-error.ts";
import type { Client } from "../../../dynatrace/client.ts";
import { readZoneRightsOfGroup, writeZoneRights } from "../../../dynatrace/cluster-api.ts";
import type { Scheduler } from "../../../execute/applier.ts";
import { type ClusterClients, unusableCluster } from "../../../execute/cluster-clients.ts";
import { failed, failedWith, type Outcome, stale } from "../../../execute/outcome.ts";
import { type NotYet, type PlanMatch, settleWrite } from "../../../execute/settle-write.ts";
import { groupBy } from "../../../lib/group-by.ts";
import type { Clock, Log } from "../../../ports.ts";
import type { GroupDirectory } from "../../group/effects/directory.ts";
import type { ZonePermissionChange } from "../change.ts";
import { compareZoneRightsWithPlan, zoneRightsChanged } from "../compare-with-plan.ts";
import { rightsByZone } from "../observed-rights.ts";

interface ZonePorts {
  readonly client: Client;
  readonly directory: Pick<GroupDirectory, "find" | "refresh">;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface ZoneApplierPorts extends Pick<ZonePorts, "clock" | "log" | "signal"> {
  readonly clients: ClusterClients;
  /** By the name of the cluster. */
  readonly directories: ReadonlyMap<string, GroupDirectory>;
}

/** A cluster refuses bodies of more than 1 MB, and a zone with all of its permissions takes some 400 bytes. */
const zonesOfOneRequest = 1_000;

/** A new zone may be unknown to the node that takes its rights for a moment. */
const unknownZoneTries = 5;

/** Makes the changes of each group in their turn; those of several groups go side by side. */
export async function applyZonePermissions(
  changes: readonly ZonePermissionChange[],
  scheduler: Scheduler,
  { clients, directories, ...ports }: ZoneApplierPorts,
): Promise<void> {
  const together = groupBy(changes, ({ cluster, group }) => `${cluster}/${group.toLowerCase()}`);
  const work = [...together.values()].flatMap((ofGroup) =>
    chunks(ofGroup).map((chunk) => {
      const { cluster } = ofGroup[0];
      const [client, directory] = [clients.get(cluster), directories.get(cluster)];
      return scheduler.make({
        changes: chunk,
        after: "made",
        lane: scheduler.lane(`groups/${cluster}`, client?.maxConcurrency ?? 1),
        work: async (ready) =>
          client && directory ? applyZonesOfGroup(ready, { ...ports, client, directory }) : unusableCluster(ready),
      });
    }),
  );
  await Promise.all(work);
}

const chunks = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / zonesOfOneRequest) }, (_, index) =>
    items.slice(index * zonesOfOneRequest, (index + 1) * zonesOfOneRequest),
  );

/** How far the work on zones of one group has come. */
interface ZoneWork {
  /** Changes that are to be written and read back. */
  pending: readonly ZonePermissionChange[];
  readonly outcomes: Map<string, Outcome>;
  /** A write went out that was not refused. */
  wrote: boolean;
  /** How often the cluster has refused all of it for one that it does not know or take. */
  refusals: number;
}

/** The group as it is now, with its rights by zone; null: there is none. */
type GroupNow = { readonly id: string; readonly rights: ReadonlyMap<string, readonly string[]> } | null;

async function applyZonesOfGroup(
  changes: readonly ZonePermissionChange[],
  ports: ZonePorts,
): Promise<ReadonlyMap<string, Outcome>> {
  const work: ZoneWork = { pending: changes, outcomes: new Map(), wrote: false, refusals: 0 };
  const outcome = await settleWrite<GroupNow>(
    {
      about: changes[0]?.id ?? "",
      read: () => readGroupNow(changes, ports),
      compare: (current) => compare(work, current),
      write: async (current) => (current === null ? undefined : write(work, current, ports)),
      describe: () => zoneRightsChanged,
    },
    ports,
  );
  for (const { id } of work.pending) work.outcomes.set(id, outcome);
  return work.outcomes;
}

async function readGroupNow(
  changes: readonly ZonePermissionChange[],
  { client, directory }: ZonePorts,
): Promise<GroupNow> {
  const name = changes[0]?.group ?? "";
  let match = await directory.find(name);
  if (match.status === "missing") {
    // This run may have renamed it since the list was read.
    directory.refresh();
    match = await directory.find(name);
  }
  if (match.status !== "found") return null;
  const { id } = match.group;
  const rights = await readZoneRightsOfGroup(client, id);
  if (rights !== null) return { id, rights: rightsByZone(rights) };
  directory.refresh();
  return null;
}

/** Takes what somebody else has changed out of the work, and says whether there is still something to write. */
function compare(work: ZoneWork, current: GroupNow): PlanMatch {
  const giveUp = ({ id }: ZonePermissionChange, reason: string) =>
    work.outcomes.set(
      id,
      work.wrote
        ? failed(1, "overwritten", "another change of this group came between writing and reading back: plan again")
        : stale(0, reason),
    );
  if (current === null) {
    for (const change of work.pending) giveUp(change, "the group is no longer there");
    work.pending = [];
    return "as-wanted";
  }
  const matches = work.pending.map((change) => [change, compareZoneRightsWithPlan(change, current.rights)] as const);
  for (const [change, match] of matches) if (match === "other") giveUp(change, zoneRightsChanged);
  work.pending = matches.flatMap(([change, match]) => (match === "other" ? [] : [change]));
  const open = matches.filter(([, match]) => match === "as-planned").length;
  if (open === 0) return "as-wanted";
  return open < work.pending.length ? "partly" : "as-planned";
}

async function write(
  work: ZoneWork,
  { id, rights }: NonNullable<GroupNow>,
  ports: ZonePorts,
): Promise<NotYet | undefined> {
  const open = work.pending.filter((change) => compareZoneRightsWithPlan(change, rights) === "as-planned");
  try {
    await send(work, id, open, ports);
    return undefined;
  } catch (error) {
    if (!isStatus(error, 400, 404)) throw error;
    work.refusals += 1;
    if (isStatus(error, 404) && work.refusals < unknownZoneTries) return { wait: 500 * work.refusals, error };
    await writeOneByOne(work, id, open, ports);
    return undefined;
  }
}

/** A cluster refuses the whole request for one zone of it: what it refuses is given up, and the others are set without it. */
async function writeOneByOne(
  work: ZoneWork,
  id: string,
  open: readonly ZonePermissionChange[],
  ports: ZonePorts,
): Promise<void> {
  for (const change of open) {
    try {
      await send(work, id, [change], ports);
    } catch (error) {
      if (!isStatus(error, 400, 404)) throw error;
      const gone = stale(0, "the cluster does not know the management zone, its environment or the group any more");
      work.outcomes.set(change.id, isStatus(error, 404) ? gone : failedWith(error, 1));
      work.pending = work.pending.filter((other) => other !== change);
    }
  }
}

/** Notes whether the write may have had an effect. */
async function send(
  work: ZoneWork,
  id: string,
  changes: readonly ZonePermissionChange[],
  { client }: ZonePorts,
): Promise<void> {
  const rights = changes.map(({ environment, managementZoneId, after }) => ({
    environment,
    zone: managementZoneId,
    permissions: after,
  }));
  try {
    await writeZoneRights(client, id, rights);
    work.wrote = true;
  } catch (error) {
    if (error instanceof ApiError && error.details.effect === "unknown") work.wrote = true;
    throw error;
  }
}
