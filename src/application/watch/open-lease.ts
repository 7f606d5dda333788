import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { putEnvironment, readEnvironment } from "../../dynatrace/cluster-api.ts";
import { DtsyncError, errorMessage, exitCodes } from "../../errors.ts";
import { readOwnText } from "../../files/own-files.ts";
import { writeWhole } from "../../files/write-file.ts";
import type { Inventory } from "../../model/inventory.ts";
import type { ObservedEnvironment } from "../../model/observed.ts";
import type { Context } from "../context.ts";
import { openCluster } from "../open-cluster.ts";
import { type Lease, LeaseTaken, takeLease } from "./cluster-lease.ts";

/** The environment whose tags bear the lease, and who is to have it. */
export interface LeasePlace {
  readonly cluster: string;
  readonly environment: string;
  readonly holder: string;
}

/** Milliseconds: what is short enough ends meanwhile, as for the lock of one machine. */
const patience = 10 * 60_000;
const nothingElse = { quotas: false, storage: false } as const;

/** Takes the lease of an environment. Throws DtsyncError where somebody else has it, and where it cannot be taken. */
export async function openLease(
  { cluster: name, environment, holder }: LeasePlace,
  { inventory, allowCommands }: { readonly inventory: Inventory; readonly allowCommands: boolean },
  context: Context,
  onLost: () => void,
): Promise<Lease> {
  const { clock, log, signal } = context;
  const place = `${name}/${environment}`;
  const cluster = inventory.clusters.find((each) => each.name === name);
  if (cluster === undefined) throw unusable(place, `the inventory has no cluster ${name}`);
  // An interrupt does not keep it from being given back, so what the run waits for is not waited for here.
  const own = { ...context, variables: { ...context.variables }, signal: new AbortController().signal };
  const { client, close } = await openCluster(cluster, { inventory, allowCommands, readOnly: false }, own);
  const read = async (): Promise<ObservedEnvironment> => {
    const found = await readEnvironment(client, environment, nothingElse);
    if (found === null) throw unusable(place, "there is no such environment");
    return found;
  };
  const board = {
    read: async () => (await read()).tags,
    update: async (change: (tags: readonly string[]) => readonly string[] | null) => {
      const { id, name: shown, state, trial, tags } = await read();
      const wanted = change(tags);
      if (wanted !== null) await putEnvironment(client, id, { name: shown, state, trial, tags: wanted });
    },
  };
  try {
    const lease = await takeLease(holder, board, { clock, log, random: Math.random, signal, patience, onLost });
    return { release: () => lease.release().finally(close) };
  } catch (error) {
    await close();
    if (signal.aborted || error instanceof DtsyncError) throw error;
    if (!(error instanceof LeaseTaken)) throw unusable(place, errorMessage(error));
    throw new DtsyncError(`another watch has the lease of ${place} (${error.message}), so nothing was done`, {
      exitCode: exitCodes.refused,
      hint: "it is tried again with the next plan",
      cause: error,
    });
  }
}

const unusable = (place: string, reason: string): DtsyncError =>
  new DtsyncError(`the lease of ${place} cannot be taken: ${reason}`, { exitCode: exitCodes.failed });

/** By what a watch knows its own lease again, also after it was killed: kept in the folder that it alone has. */
export async function leaseHolder(state: string): Promise<string> {
  const file = join(state, "lease-holder");
  try {
    const kept = readOwnText(file, 100).trim();
    if (/^[0-9a-f]{12}$/.test(kept)) return kept;
  } catch {
    // Another one is as good: the lease of the one before runs out.
  }
  const holder = randomBytes(6).toString("hex");
  await writeWhole(file, `${holder}\n`, { secret: true });
  return holder;
}
