import { join } from "node:path";
import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { ownFolder } from "../files/own-files.ts";
import type { Cluster, Inventory } from "../model/inventory.ts";
import type { Plan } from "../model/plan.ts";
import { clustersInScope } from "../observe/clusters-in-scope.ts";
import { ownIdentity } from "../state/process-identity.ts";
import { type Lock, LockHeld, takeLock } from "../state/run-lock.ts";
import type { CarryOutOptions } from "./carry-out.ts";
import type { Context } from "./context.ts";

/** Milliseconds: what is short enough ends meanwhile, and nobody waits in vain for what takes hours. */
const patience = 10 * 60_000;

/**
 * Keeps two applies of this user on this machine from planning and changing one cluster at the same time, from the reading
 * on; parts of a divided run work side by side. Throws with the exit code of a guard when another one goes on for longer
 * than is waited for. Where no lock can be kept, it says so and the run goes on.
 */
export async function lockClusters(
  plan: Plan | null,
  inventory: Inventory,
  options: Pick<CarryOutOptions, "scope" | "shard">,
  context: Context,
): Promise<Lock> {
  const { shard } = options;
  const clusters = clustersOf(plan, inventory, options);
  const part = shard === null ? "" : `, part ${shard.index}/${shard.total}`;
  // In one order, so that no two runs wait for each other.
  const names = [...new Set(clusters.map(({ url }) => `${url}${part}`))].sort();
  const locks: Lock[] = [];
  const release = () => {
    for (const lock of locks.splice(0)) lock.release();
  };
  try {
    for (const name of names) locks.push(await lockOne(name, context));
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

/** The clusters that a plan file is about, or that a fresh plan is to be about. */
function clustersOf(
  plan: Plan | null,
  inventory: Inventory,
  { scope }: Pick<CarryOutOptions, "scope">,
): readonly Cluster[] {
  if (plan === null) return clustersInScope(inventory, inventory.hosts, scope, null);
  const named = new Set(plan.changes.map(({ cluster }) => cluster));
  return inventory.clusters.filter(({ name }) => named.has(name));
}

async function lockOne(name: string, context: Context): Promise<Lock> {
  const { clock, signal, variables, log } = context;
  const began = clock.elapsed();
  try {
    const lock = await takeLock({
      folder: join(ownFolder("state", variables), "locks"),
      name,
      process: ownIdentity(),
      clock,
      signal,
      patience,
      onWait: (owner) => log.warn(`another apply of ${name} is running (${owner}): waiting until it ends`),
    });
    log.info("lock taken", () => ({ lock: name, waitMs: Math.round(clock.elapsed() - began) }));
    return lock;
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof LockHeld) {
      throw new DtsyncError(`another apply of ${name} is running (${error.message}), so nothing was done`, {
        exitCode: exitCodes.refused,
        hint: `run again when it has ended; if it certainly runs no more, remove ${error.file}`,
        cause: error,
      });
    }
    log.warn(`nothing keeps another apply of ${name} from running at the same time: ${errorMessage(error)}`);
    return { release: () => undefined };
  }
}
