import { readCertificates } from "../dynatrace/read-certificates.ts";
import { execute } from "../execute/execute.ts";
import { createAppliers } from "../kinds/appliers.ts";
import type { Change } from "../model/change.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { Guard, Plan } from "../model/plan.ts";
import type { ChangeResult } from "../model/result.ts";
import type { RaisedLimits } from "../plan/guards.ts";
import { inShard } from "../plan/shard.ts";
import { applyProgress } from "./apply-progress.ts";
import type { Context } from "./context.ts";
import { createLog } from "./log.ts";
import { openRun } from "./open-run.ts";
import { openSsh } from "./open-ssh.ts";
import type { FleetOptions } from "./options.ts";
import { remainingGuards } from "./remaining-guards.ts";

/** A plan that may be carried out as far as guards let it: reviewed in a file, or confirmed. */
export interface ApprovedPlan {
  readonly plan: Plan;
  readonly inventory: Inventory;
  /** The inventory's hosts and those of the host commands that ran. */
  readonly hosts: readonly Host[];
}

export interface CarryOutOptions extends FleetOptions {
  /** Limits of guards that were raised for this run. */
  readonly raisedLimits: RaisedLimits;
  /** The part of the host changes that this run makes; null: everything. */
  readonly shard: { readonly index: number; readonly total: number } | null;
}

export interface Outcome {
  /** Those that refused the plan: nothing was done then. */
  readonly guards: readonly Guard[];
  readonly results: readonly ChangeResult[];
}

/** Makes the changes of a plan unless a guard refuses it. */
export async function carryOut(approved: ApprovedPlan, options: CarryOutOptions, context: Context): Promise<Outcome> {
  const { plan, inventory } = approved;
  const guards = remainingGuards(plan, inventory, options.raisedLimits);
  if (guards.length > 0) return { guards, results: [] };
  const changes = plan.changes.filter((change) => options.shard === null || inShard(change, options.shard));
  return { guards: [], results: await makeChanges(changes, approved, options, context) };
}

async function makeChanges(
  changes: readonly Change[],
  { inventory, hosts }: ApprovedPlan,
  options: CarryOutOptions,
  context: Context,
): Promise<readonly ChangeResult[]> {
  const { allowCommands, shard, concurrency, sshConfig } = options;
  const { warn } = createLog(options, context);
  // Tokens of the other shards, which work side by side, would look like what dead runs left.
  const run = await openRun({ changes, inventory, allowCommands, removeLeftovers: shard === null, warn }, context);
  try {
    const progress = await applyProgress(changes, options, context);
    try {
      const { signal, clock } = context;
      const appliers = createAppliers(
        { hosts, environments: inventory.environments, concurrency },
        {
          clients: run.clients,
          installers: run.installers,
          connect: await openSsh({ configFile: sshConfig, writeHostKeys: true }, context),
          clock,
          signal,
          lockWait: { seconds: 10, tries: 12 },
          connectWait: 30_000,
          authorities: async (name) => {
            const path = inventory.clusters.find((cluster) => cluster.name === name)?.ca ?? null;
            return path === null ? "" : readCertificates(path);
          },
        },
      );
      const { started: onStart, finished: onResult } = progress;
      return await execute({ changes, signal, clock, onStart, onResult }, appliers);
    } finally {
      await progress.close();
    }
  } finally {
    await run.close();
  }
}
