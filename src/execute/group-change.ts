import { ApiError, isStatus } from "../dynatrace/api-error.ts";
import type { Client } from "../dynatrace/client.ts";
import { createGroup, deleteGroup, readGroup, replaceGroup } from "../dynatrace/cluster-api.ts";
import { observedGroupField, rightsByEnvironment, sameGroupField } from "../kinds/group/fields.ts";
import { closePermissions } from "../kinds/group/permissions.ts";
import type { Fields } from "../lib/json.ts";
import type { ObservedGroup } from "../model/observed.ts";
import type { Change } from "../model/plan.ts";
import type { Clock } from "../ports.ts";
import { newGroupBody, updatedGroupBody } from "./group-body.ts";
import type { GroupDirectory } from "./group-directory.ts";
import { failed, type Outcome, type Standing, settleWrite, stale } from "./settle.ts";

export interface GroupPorts {
  readonly client: Client;
  readonly directory: GroupDirectory;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A new environment may be unknown to the node that takes the group for a moment. */
const unknownEnvironmentTries = 5;

/** How far the work on the changes of one group has come. */
interface GroupWork {
  /** Changes that are to be written and read back. */
  pending: readonly Change[];
  readonly outcomes: Map<string, Outcome>;
  /** A write went out that was not refused. */
  wrote: boolean;
  /** The group is there because this run made it. */
  created: boolean;
}

/**
 * All changes of one group in one write: the group's own and those of its permissions. Each gets its own outcome; a
 * stale one is left out of the write, the others go on. Foreign rights are carried over as they are read just before.
 */
export async function applyGroupChanges(
  changes: readonly Change[],
  ports: GroupPorts,
): Promise<ReadonlyMap<string, Outcome>> {
  const own = changes.find(({ kind }) => kind === "group");
  if (own?.action === "delete") return new Map([[own.id, await applyDeletion(own, ports)]]);
  const work: GroupWork = { pending: changes, outcomes: new Map(), wrote: false, created: false };
  const outcome = await settleWrite<ObservedGroup | null>(
    {
      read: () => findGroup(changes, ports),
      compare: (current) => compareGroup(work, own, current),
      write: (current) => (current === null ? writeNewGroup(work, ports) : writeGroup(work, current, ports)),
      describe: () => "the group has changed",
    },
    ports,
  );
  for (const change of work.pending) work.outcomes.set(change.id, outcome);
  return work.outcomes;
}

/** Takes what somebody else has changed out of the work, and says whether there is still something to write. */
function compareGroup(work: GroupWork, own: Change | undefined, current: ObservedGroup | null): Standing {
  const { outcomes } = work;
  const giveUp = (change: Change, reason: string) => outcomes.set(change.id, strayed(work, reason));
  const standings = work.pending.map((change) => [change, standingOf(change, current, work)] as const);
  for (const [change, standing] of standings) {
    if (standing === "other") giveUp(change, describeDifference(change, current));
  }
  work.pending = standings.filter(([, standing]) => standing !== "other").map(([change]) => change);
  if (own?.action === "create" && outcomes.has(own.id)) {
    for (const change of work.pending) giveUp(change, "its group is not as the plan saw it");
    work.pending = [];
  }
  const open = standings.some(([change, standing]) => standing === "as-planned" && work.pending.includes(change));
  if (!open) return "as-wanted";
  return own?.action === "create" && current !== null ? "partly" : "as-planned";
}

/** Found otherwise after a write of ours: another writer came between, and repeating would take his change away. */
function strayed(work: GroupWork, reason: string): Outcome {
  return work.wrote
    ? failed(1, "overwritten", "another change of this group came between writing and reading back: plan again")
    : stale(0, reason);
}

async function findGroup(changes: readonly Change[], { client, directory }: GroupPorts): Promise<ObservedGroup | null> {
  const own = changes.find(({ kind }) => kind === "group");
  for (const name of [changes[0]?.group ?? "", ...formerName(own)]) {
    const id = await directory.find(name);
    const group = id === null ? null : await readGroup(client, id);
    if (group) return group;
    // It was deleted, perhaps made anew under another id.
    if (id !== null) directory.refresh();
  }
  return null;
}

function formerName(own: Change | undefined): readonly string[] {
  const before = own?.before as Fields | null | undefined;
  return typeof before?.["name"] === "string" ? [before["name"]] : [];
}

function standingOf(change: Change, current: ObservedGroup | null, work: GroupWork): Standing {
  if (change.kind === "permission") {
    if (current === null) return work.pending.some(createsGroup) ? "as-planned" : "other";
    const rights = closePermissions(rightsByEnvironment(current).get((change.environment ?? "").toLowerCase()) ?? []);
    if (sameList(rights, change.after as readonly string[])) return "as-wanted";
    return sameList(rights, change.before as readonly string[]) ? "as-planned" : "other";
  }
  if (change.before === null && current === null) return "as-planned";
  if (current === null) return "other";
  const matches = (side: Fields) =>
    change.fields.every((field) => sameGroupField(field, observedGroupField(current, field), side[field]));
  if (matches(change.after as Fields)) return "as-wanted";
  if (change.before !== null && matches(change.before as Fields)) return "as-planned";
  // A group that this run just made and that reads back otherwise is written once more as an update.
  return work.created && change.before === null ? "as-planned" : "other";
}

const createsGroup = ({ kind, action }: Change): boolean => kind === "group" && action === "create";

const sameList = (left: readonly string[], right: readonly string[]) => JSON.stringify(left) === JSON.stringify(right);

function describeDifference(change: Change, current: ObservedGroup | null): string {
  if (current === null) return "the group is no longer there";
  if (change.before === null) return "a group of this name exists now, and differs from what is declared";
  return change.kind === "permission"
    ? "since the plan was made, the group's rights there have changed"
    : `since the plan was made, ${change.fields.join(", ")} has changed`;
}

async function writeGroup(work: GroupWork, current: ObservedGroup, ports: GroupPorts): Promise<void> {
  const { client, directory } = ports;
  try {
    await despiteUnknownEnvironments(work, current, ports, (gone) => {
      const body = updatedGroupBody(work.pending, current, gone);
      return sent(work, () => replaceGroup(client, current.id, body));
    });
  } catch (error) {
    directory.refresh();
    // Refused because the new name is taken, or because the group was removed a moment ago.
    if (!isStatus(error, 406) || (await readGroup(client, current.id)) !== null) throw error;
    for (const change of work.pending) work.outcomes.set(change.id, strayed(work, "the group is no longer there"));
    work.pending = [];
  }
}

async function writeNewGroup(work: GroupWork, ports: GroupPorts): Promise<void> {
  const { directory, client } = ports;
  await despiteUnknownEnvironments(work, null, ports, async () => {
    const body = newGroupBody(work.pending);
    try {
      const group = await sent(work, () => createGroup(client, body));
      directory.learn(group.name, group.id);
      work.created = true;
    } catch (error) {
      directory.refresh();
      // Somebody made it, or an answer of ours was lost: reading back will tell whether it is as wanted.
      if (!isStatus(error, 406) || !(await appears(body.name, ports))) throw error;
    }
  });
}

/** Whether a group whose name is taken can be found; a node that has not heard of it gets some time. */
async function appears(name: string, { directory, clock, signal }: GroupPorts): Promise<boolean> {
  for (const pause of [500, 1_000, 2_000, 4_000]) {
    if ((await directory.find(name)) !== null) return true;
    if (signal.aborted) return false;
    await clock.sleep(pause, signal).catch(() => undefined);
    directory.refresh();
  }
  return (await directory.find(name)) !== null;
}

/**
 * A cluster refuses the whole group for one environment that it does not have. Rights of others on such environments are
 * dropped at once: they are left over from deleted ones. A wanted one may be too new for the node that answers; when it
 * stays unknown, its change is stale and the others are made without it.
 */
async function despiteUnknownEnvironments(
  work: GroupWork,
  current: ObservedGroup | null,
  { clock, signal, directory }: GroupPorts,
  write: (gone: ReadonlySet<string>) => Promise<void>,
): Promise<void> {
  const wanted = new Set(work.pending.flatMap(({ environment }) => environment?.toLowerCase() ?? []));
  const others = Object.values(current?.accessRight ?? {})
    .flat()
    .filter((id) => !wanted.has(id.toLowerCase()));
  let gone: ReadonlySet<string> = new Set();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write(gone);
    } catch (error) {
      if (!isStatus(error, 400) || attempt > unknownEnvironmentTries || signal.aborted) throw error;
      const last = attempt === unknownEnvironmentTries;
      const found = await directory.findGone(last ? [...others, ...wanted] : others).catch(() => gone);
      if (last && !leaveOut(work, found)) throw error;
      if (found.size > gone.size) gone = found;
      else await clock.sleep(500 * attempt, signal).catch(() => undefined);
    }
  }
}

/** Gives up the permission changes on environments that are gone. False: there are none, or nothing else is left. */
function leaveOut(work: GroupWork, gone: ReadonlySet<string>): boolean {
  const lost = work.pending.filter(({ environment }) => environment !== null && gone.has(environment.toLowerCase()));
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

async function applyDeletion(change: Change, ports: GroupPorts): Promise<Outcome> {
  return settleWrite<ObservedGroup | null>(
    {
      read: () => findGroup([change], ports),
      compare: (current) => {
        if (current === null) return "as-wanted";
        const before = change.before as Fields;
        const same = Object.keys(before).every((field) =>
          sameGroupField(field, observedGroupField(current, field), before[field]),
        );
        return same ? "as-planned" : "other";
      },
      write: async (current) => {
        if (current !== null) await deleteGroup(ports.client, current.id);
      },
      describe: () => "since the plan was made, the group has changed",
    },
    ports,
  );
}
