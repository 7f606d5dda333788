import { readCertificates } from "../dynatrace/read-certificates.ts";
import { execute } from "../execute/execute.ts";
import { createAppliers } from "../kinds/appliers.ts";
import { tidyHosts } from "../kinds/host/effects/tidy-hosts.ts";
import type { Change } from "../model/change.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { HostReading, Observed } from "../model/observed.ts";
import type { Guard, Plan } from "../model/plan.ts";
import type { ChangeResult, InstallerTransfers } from "../model/result.ts";
import type { RaisedLimits } from "../plan/guards.ts";
import { inShard, type Shard } from "../plan/shard.ts";
import type { LogFields } from "../ports.ts";
import { applyProgress } from "./apply-progress.ts";
import { bothSteps } from "./both-steps.ts";
import type { Context } from "./context.ts";
import { followServices } from "./follow-services.ts";
import { openRun } from "./open-run.ts";
import type { HostConnections } from "./open-ssh.ts";
import type { FleetOptions } from "./options.ts";
import { remainingGuards } from "./remaining-guards.ts";
import { transferTally } from "./transfer-tally.ts";

/** A plan that may be carried out as far as guards let it: confirmed, or chosen by a file that was reviewed. */
export interface ApprovedPlan {
  readonly plan: Plan;
  readonly inventory: Inventory;
  /** The inventory's hosts and those of the host commands that ran. */
  readonly hosts: readonly Host[];
  readonly observed: Pick<Observed, "hosts">;
  /** Where a file or an earlier report chose the changes. */
  readonly review?: Review;
}

export interface Review {
  /** Of the plan in the file, else of the one that is carried out. */
  readonly digest: string;
  /** The changes that this run is about, in their order: each gets a result. */
  readonly ids: readonly string[];
  /** Results of those that are not to be made. */
  readonly settled: readonly ChangeResult[];
  /** Changes of the file that other parts of a divided run make: limits count them too. */
  readonly elsewhere: readonly Change[];
  /** What this run itself has read and holds: what a file says of that is only shown. */
  readonly read: Pick<Plan, "clusters" | "held">;
}

export interface CarryOutOptions extends FleetOptions {
  /** Limits of guards that were raised for this run. */
  readonly raisedLimits: RaisedLimits;
  /** The part of the host changes that this run makes; null: everything. */
  readonly shard: Shard | null;
  /** A file for the journal of the run; null: the folder of the user's state. */
  readonly journal: string | null;
  /** Aborted once a later revision is known: hosts are changed to the end of their wave. Left out: nothing can come later. */
  readonly superseded?: AbortSignal | undefined;
}

export interface Outcome {
  /** Those that refused the plan: nothing was done then. */
  readonly guards: readonly Guard[];
  readonly results: readonly ChangeResult[];
  /** What this run has to add to the warnings of the plan. */
  readonly warnings: readonly string[];
  /** Null: no host got an installer. */
  readonly installers: InstallerTransfers | null;
}

/** Makes the changes of a plan unless a guard refuses it; `begin` is awaited before the first one. */
export async function carryOut(
  approved: ApprovedPlan,
  options: CarryOutOptions,
  context: Context,
  connections: HostConnections,
  begin: () => Promise<void> = async () => undefined,
): Promise<Outcome> {
  const { plan, inventory, review } = approved;
  const counted = { guards: plan.guards, changes: [...plan.changes, ...(review?.elsewhere ?? [])] };
  const guards = remainingGuards(counted, inventory, options.raisedLimits);
  if (guards.length > 0) return { guards, results: [], warnings: [], installers: null };
  const changes = plan.changes.filter((change) => options.shard === null || inShard(change, options.shard));
  if (changes.length > 0) await begin();
  const made = await makeChanges(changes, approved, options, context, connections);
  return { guards: [], ...made, results: review === undefined ? made.results : inOrderOf(review, made.results) };
}

const hasLeftovers = (reading: HostReading | undefined): boolean =>
  reading?.status === "complete" && reading.value.leftovers;

const resultFields = ({ id, action, status, attempts, durationMs, error }: ChangeResult): LogFields => ({
  ...{ change: id, action, result: status, attempts, ms: durationMs },
  ...{ error: error?.code, reason: error?.message },
});

function inOrderOf({ ids, settled }: Review, results: readonly ChangeResult[]): readonly ChangeResult[] {
  const byId = new Map([...settled, ...results].map((result) => [result.id, result]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

async function makeChanges(
  changes: readonly Change[],
  { inventory, hosts, observed }: ApprovedPlan,
  options: CarryOutOptions,
  context: Context,
  connections: HostConnections,
): Promise<Omit<Outcome, "guards">> {
  const { allowCommands, concurrency, journal, cache } = options;
  connections.keepFor(changes);
  connections.beginChanges();
  const run = await openRun({ changes, inventory, allowCommands, journal, cache }, context);
  try {
    const progress = applyProgress(changes, inventory.environments, options, context);
    try {
      const { signal, clock, log, beginStep } = context;
      const begin = bothSteps(beginStep, progress.beginStep);
      const services = followServices(run, begin);
      const transfers = transferTally(begin);
      const connect = await connections.open();
      const appliers = createAppliers(
        { hosts, environments: inventory.environments, concurrency },
        {
          clients: run.clients,
          installers: services.installers,
          sightings: services.sightings,
          connect,
          onTransfer: transfers.chosen,
          clock,
          log,
          signal,
          superseded: options.superseded,
          origins: new Map(inventory.clusters.map(({ name, url }) => [name, url])),
          lockWait: { seconds: 10, tries: 12 },
          connectWait: 30_000,
          authorities: async (name) => {
            const path = inventory.clusters.find((cluster) => cluster.name === name)?.ca ?? null;
            return path === null ? "" : readCertificates(path);
          },
        },
      );
      const onStart = (change: Change) => {
        log.info("change begins", () => ({ change: change.id, action: change.action }));
        progress.started(change);
      };
      const onResult = (change: Change, result: ChangeResult) => {
        log.info("change ended", () => resultFields(result));
        progress.finished(change, result);
      };
      const left = hosts.filter(({ name }) => hasLeftovers(observed.hosts.get(name)));
      const work = async () => {
        await tidyHosts(left, { connect, concurrency, signal, log });
        return execute({ changes, signal, clock, onStart, onResult }, appliers);
      };
      const results = await context.awaitEnd(work);
      return { results, warnings: run.warnings, installers: transfers.sum() };
    } finally {
      progress.close();
    }
  } finally {
    await run.close();
  }
}
