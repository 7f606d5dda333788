/**
 * All changes of one group in one write: the group's own and those of its permissions. A PUT replaces the group as a
 * whole, so everything that the changes are not about is carried over as it was read just before, rights that dtsync does
 * not manage included. Each change gets its own outcome: one that somebody else came before is left out of the write, the
 * others go on.
 */
import { ApiError, isStatus } from "../../../dynatrace/api-error.ts";
import { createGroup, deleteGroup, readGroup, replaceGroup } from "../../../dynatrace/cluster-api.ts";
import type { Applier } from "../../../execute/applier.ts";
import { type ClusterClients, unusableCluster } from "../../../execute/cluster-clients.ts";
import { failed, type Outcome, stale, Unfeasible } from "../../../execute/outcome.ts";
import { type Look, type NotYet, type PlanMatch, settleWrite } from "../../../execute/settle-write.ts";
import { groupBy } from "../../../lib/group-by.ts";
import { pauses, repeatUntil } from "../../../lib/repeat-until.ts";
import type { ObservedGroup } from "../../../model/observed.ts";
import type { Log } from "../../../ports.ts";
import { applyZonePermissions } from "../../zone-permission/effects/apply.ts";
import { losesAdministration } from "../administration.ts";
import type { GroupChange } from "../change.ts";
import { compareGroupWithPlan, describeGroupDifference, matchesSide } from "../compare-with-plan.ts";
import { fieldsOfSide } from "../fields.ts";
import type { NameMatch } from "../group-names.ts";
import { type GroupWrite, newGroupBody, updatedGroupBody } from "./body.ts";
import { createGroupDirectory, type GroupDirectory } from "./directory.ts";
import { type AdministratorPorts, keepAdministrators, leavingAdministration } from "./keep-administrators.ts";

export interface GroupPorts extends AdministratorPorts {
  readonly directory: GroupDirectory;
  readonly log: Log;
}

/** A new environment may be unknown to the node that takes the group for a moment. */
const unknownEnvironmentTries = 5;
/** After so many refusals it is no longer likely that a new environment is the reason, and the list is read again. */
const refusalsByNew = 2;

/** Groups of all clusters; what one has to be looked up is shared by the groups of its cluster. */
export function groupApplier(
  clients: ClusterClients,
  ports: Pick<GroupPorts, "clock" | "log" | "signal">,
): Applier<"group"> {
  return async (changes, scheduler) => {
    const directories = new Map([...clients].map(([name, client]) => [name, createGroupDirectory(client)]));
    const writes = changes.filter((change) => change.kind !== "zone-permission");
    const zones = changes.filter((change) => change.kind === "zone-permission");
    const leaving = leavingAdministration(writes);
    const together = groupBy(writes, ({ cluster, group }) => `${cluster}/${group.toLowerCase()}`);
    const work = [...together.values()].map(([first, ...others]) => {
      const { cluster } = first;
      const [client, directory] = [clients.get(cluster), directories.get(cluster)];
      return scheduler.make({
        changes: [first, ...others],
        // The cluster takes rights on an environment that does not answer yet.
        after: "made",
        lane: scheduler.lane(`groups/${cluster}`, client?.maxConcurrency ?? 1),
        work: async (ready) =>
          client && directory
            ? applyGroupChanges(ready, { ...ports, client, directory, leaving: leaving.get(cluster) ?? new Set() })
            : unusableCluster(ready),
      });
    });
    await Promise.all([...work, applyZonePermissions(zones, scheduler, { ...ports, clients, directories })]);
  };
}

/** How far the work on the changes of one group has come. */
interface GroupWork {
  /** Changes that are to be written and read back. */
  pending: readonly GroupWrite[];
  readonly outcomes: Map<string, Outcome>;
  /** A write went out that was not refused. */
  wrote: boolean;
  /** The group is there because this run made it. */
  created: boolean;
  /** Environments, by id in lower case, that the cluster does not have although the group has rights there. */
  gone: ReadonlySet<string>;
  /** How often the cluster has refused the group for an environment that it does not know. */
  refusals: number;
}

const ownChange = (changes: readonly GroupWrite[]): GroupChange | undefined =>
  changes.find((change) => change.kind === "group");

/** Makes all changes of one group, and says of each by its id how it ended. */
export async function applyGroupChanges(
  changes: readonly GroupWrite[],
  ports: GroupPorts,
): Promise<ReadonlyMap<string, Outcome>> {
  const own = ownChange(changes);
  if (own?.action === "delete") return new Map([[own.id, await applyDeletion(own, ports)]]);
  const work: GroupWork = {
    ...{ pending: changes, outcomes: new Map(), wrote: false, created: false },
    ...{ gone: new Set(), refusals: 0 },
  };
  const outcome = await settleWrite<NameMatch<ObservedGroup>>(
    {
      about: changes[0]?.id ?? "",
      read: (look) => findGroup(changes, ports, look),
      compare: (match) => compareGroup(work, own, match),
      write: (match) => (match.status === "found" ? writeGroup(work, match.group, ports) : writeNewGroup(work, ports)),
      describe: () => "the group has changed",
    },
    ports,
  );
  for (const change of work.pending) work.outcomes.set(change.id, outcome);
  return work.outcomes;
}

/** Takes what somebody else has changed out of the work, and says whether there is still something to write. */
function compareGroup(work: GroupWork, own: GroupChange | undefined, match: NameMatch<ObservedGroup>): PlanMatch {
  const { outcomes } = work;
  const giveUp = (change: GroupWrite, reason: string) => outcomes.set(change.id, strayed(work, reason));
  if (match.status === "unclear") {
    for (const change of work.pending) giveUp(change, match.reason);
    work.pending = [];
    return "as-wanted";
  }
  const current = match.status === "found" ? match.group : null;
  const appears = work.pending.some(({ kind, action }) => kind === "group" && action === "create");
  const matches = work.pending.map(
    (change) => [change, compareGroupWithPlan(change, current, { appears, created: work.created })] as const,
  );
  for (const [change, match] of matches) {
    if (match === "other") giveUp(change, describeGroupDifference(change, current));
  }
  work.pending = matches.filter(([, match]) => match !== "other").map(([change]) => change);
  if (own?.action === "create" && outcomes.has(own.id)) {
    for (const change of work.pending) giveUp(change, "its group is not as the plan saw it");
    work.pending = [];
  }
  const open = matches.some(([change, match]) => match === "as-planned" && work.pending.includes(change));
  if (!open) return "as-wanted";
  return own?.action === "create" && current !== null ? "partly" : "as-planned";
}

/** Found otherwise after a write of ours: another writer came between, and repeating would undo that change. */
function strayed(work: GroupWork, reason: string): Outcome {
  return work.wrote
    ? failed(1, "overwritten", "another change of this group came between writing and reading back: plan again")
    : stale(0, reason);
}

/**
 * The group under its name, or under its former one. Throws Unfeasible where the list has it and it is denied by itself before
 * anything was sent: nobody knows then.
 */
async function findGroup(
  changes: readonly GroupWrite[],
  { client, directory }: GroupPorts,
  look: Look,
): Promise<NameMatch<ObservedGroup>> {
  const formerName = ownChange(changes)?.before?.name;
  const names = new Set([...changes.slice(0, 1).map(({ group }) => group), ...(formerName ? [formerName] : [])]);
  for (const name of names) {
    const match = await directory.find(name);
    if (match.status === "missing") continue;
    if (match.status === "unclear") return { ...match, groups: [] };
    const group = await readGroup(client, match.group.id);
    if (group && !names.has(group.name)) return { status: "unclear", groups: [group], reason: otherName(group) };
    if (group) return { status: "found", group };
    // It was deleted, and perhaps made again under another id.
    directory.refresh();
    if (look !== "before") continue;
    const again = await directory.find(name);
    if (again.status === "found" && again.group.id === match.group.id)
      throw new Unfeasible(
        "unexpected-answer",
        `the list of groups has ${match.group.id}, which is denied when it is asked for by itself`,
      );
  }
  return { status: "missing" };
}

/** Renamed since the plan was made, or another one that differs in case from a group that is gone. */
const otherName = ({ name }: ObservedGroup): string =>
  `the plan did not see the group under the name ${JSON.stringify(name)}, which it has now`;

async function writeGroup(work: GroupWork, current: ObservedGroup, ports: GroupPorts): Promise<NotYet | undefined> {
  const { client, directory } = ports;
  if (work.pending.some(losesAdministration)) await keepAdministrators(ports);
  try {
    const body = updatedGroupBody(work.pending, current, work.gone);
    await sent(work, () => replaceGroup(client, current.id, body));
    return undefined;
  } catch (error) {
    if (isStatus(error, 400)) return whenEnvironmentsAreKnown(work, current, error, ports);
    directory.refresh();
    // Refused because the new name is taken, or because the group was removed a moment ago.
    if (!isStatus(error, 406) || (await readGroup(client, current.id)) !== null) throw error;
    for (const change of work.pending) work.outcomes.set(change.id, strayed(work, "the group is no longer there"));
    work.pending = [];
    return undefined;
  }
}

async function writeNewGroup(work: GroupWork, ports: GroupPorts): Promise<NotYet | undefined> {
  const { directory, client } = ports;
  const own = ownChange(work.pending);
  if (own?.action !== "create") throw new Error("a group is made by its creation alone");
  const body = newGroupBody(own.after, work.pending);
  try {
    const group = await sent(work, () => createGroup(client, body));
    directory.learn(group.name, group.id);
    work.created = true;
  } catch (error) {
    if (isStatus(error, 400)) return whenEnvironmentsAreKnown(work, null, error, ports);
    directory.refresh();
    // Somebody made it, or an answer of ours was lost: reading back will tell whether it is as wanted.
    if (!isStatus(error, 406) || !(await appears(body.name, ports))) throw error;
  }
  return undefined;
}

/** Whether a group whose name is taken can be found; a node that has not heard of it gets some time. */
async function appears(name: string, { directory, clock, signal }: GroupPorts): Promise<boolean> {
  const match = await repeatUntil(
    async (attempt) => {
      if (attempt > 1) directory.refresh();
      return directory.find(name);
    },
    ({ status }) => status !== "missing",
    pauses([500, 1_000, 2_000, 4_000]),
    { clock, signal, lastLook: true },
  );
  return match.status !== "missing";
}

/**
 * A cluster refuses the whole group for one environment that it does not have. Rights of others on such environments are
 * left out at once: they remain from deleted ones. A wanted one may be too new for the node that answers; when it stays
 * unknown, its change is stale and the others are made without it. Each time the group is read again first, because others
 * may have changed it meanwhile.
 */
async function whenEnvironmentsAreKnown(
  work: GroupWork,
  current: ObservedGroup | null,
  error: unknown,
  { directory }: GroupPorts,
): Promise<NotYet> {
  work.refusals += 1;
  if (work.refusals > unknownEnvironmentTries) throw error;
  if (work.refusals > refusalsByNew) directory.refreshEnvironments();
  const wanted = new Set(
    work.pending.flatMap((change) => (change.kind === "permission" ? [change.environment.toLowerCase()] : [])),
  );
  const others = Object.values(current?.accessRight ?? {})
    .flat()
    .filter((id) => !wanted.has(id.toLowerCase()));
  const last = work.refusals === unknownEnvironmentTries;
  const found = await directory.findGone(last ? [...others, ...wanted] : others).catch(() => work.gone);
  if (last && !leaveOut(work, found)) throw error;
  const learned = found.size > work.gone.size;
  if (learned) work.gone = found;
  return { wait: learned ? 0 : 500 * work.refusals, error };
}

/** Gives up the permission changes on environments that are gone. False: there are none, or nothing else is left. */
function leaveOut(work: GroupWork, gone: ReadonlySet<string>): boolean {
  const lost = work.pending.filter(
    (change) => change.kind === "permission" && gone.has(change.environment.toLowerCase()),
  );
  for (const change of lost) work.outcomes.set(change.id, stale(0, "the environment is no longer there"));
  work.pending = work.pending.filter((change) => !lost.includes(change));
  return lost.length > 0 && work.pending.length > 0;
}

/** Notes whether the write may have had an effect. */
async function sent<T>(work: GroupWork, write: () => Promise<T>): Promise<T> {
  try {
    const answer = await write();
    work.wrote = true;
    return answer;
  } catch (error) {
    if (error instanceof ApiError && error.details.effect === "unknown") work.wrote = true;
    throw error;
  }
}

async function applyDeletion(
  change: Extract<GroupChange, { readonly action: "delete" }>,
  ports: GroupPorts,
): Promise<Outcome> {
  return settleWrite<NameMatch<ObservedGroup>>(
    {
      about: change.id,
      read: (look) => findGroup([change], ports, look),
      compare: (match) => {
        if (match.status === "missing") return "as-wanted";
        if (match.status === "unclear") return "other";
        return matchesSide(match.group, change.before, fieldsOfSide(change.before)) ? "as-planned" : "other";
      },
      write: async (match) => {
        if (match.status !== "found") return undefined;
        if (losesAdministration(change)) await keepAdministrators(ports);
        await deleteGroup(ports.client, match.group.id);
        return undefined;
      },
      describe: (match) =>
        match.status === "unclear" ? match.reason : "since the plan was made, the group has changed",
    },
    ports,
  );
}
