import type { Client } from "../../dynatrace/client.ts";
import { readEnvironments } from "../../dynatrace/cluster-api.ts";
import { readNodes } from "../../dynatrace/preflight.ts";
import { DtsyncError, errorMessage, exitCodes, usageError } from "../../errors.ts";
import { compareVersions } from "../../lib/versions.ts";
import type { Cluster, Inventory } from "../../model/inventory.ts";
import type { ProbeReport } from "../../model/probe.ts";
import { clustersInScope } from "../../observe/clusters-in-scope.ts";
import { probeCluster } from "../../probe/probe-cluster.ts";
import { removeScratch, runOfEnvironment, type Scratch } from "../../probe/scratch.ts";
import { abandonedProbes, forgetProbe, keepProbe } from "../../state/probe-journal.ts";
import { ownIdentity } from "../../state/process-identity.ts";
import type { Context } from "../context.ts";
import { lockClusters } from "../lock-clusters.ts";
import { openCluster } from "../open-cluster.ts";
import { requireOrigins } from "../require-origins.ts";
import type { CheckUpOptions } from "./check-up.ts";
import { probeFolder } from "./probe-folder.ts";

/** Nobody gives an environment that is used such an id. */
const scratchId = /^dtsync-probe(?:-[a-z0-9]+)*$/;
const longestId = 60;

/**
 * Finds out on a scratch environment what the documentation of a cluster leaves open. Nothing that was there before is
 * touched; what it makes is removed at the end, after an interrupt too, and by the next probe where this one is killed. Throws
 * DtsyncError where it would not be clear what may be removed, and the reason of the signal.
 */
export async function runProbe(
  inventory: Inventory,
  environment: string,
  options: CheckUpOptions,
  context: Context,
): Promise<ProbeReport> {
  const cluster = theCluster(inventory, options);
  requireScratchId(inventory, environment);
  await requireOrigins([cluster], context);
  const lock = await lockClusters(null, { ...inventory, clusters: [cluster] }, { ...options, shard: null }, context);
  try {
    const { client, close } = await openCluster(
      cluster,
      { inventory, allowCommands: options.allowCommands, readOnly: false },
      context,
    );
    try {
      return await probeWith(client, { runId: context.runId, environment }, context);
    } finally {
      await close();
    }
  } finally {
    lock.release();
  }
}

function theCluster(inventory: Inventory, { scope }: CheckUpOptions): Cluster {
  const clusters = clustersInScope(inventory, inventory.hosts, scope, null);
  const [cluster] = clusters;
  if (cluster === undefined || clusters.length > 1) {
    throw usageError(
      "--probe asks one cluster, and it is not clear which",
      `name it: ${inventory.clusters.map(({ name }) => `--target cluster=${name}`).join(", or ")}`,
    );
  }
  return cluster;
}

function requireScratchId({ environments }: Inventory, environment: string): void {
  if (!scratchId.test(environment) || environment.length > longestId) {
    throw usageError(
      `--probe makes and removes an environment, so its id must begin with dtsync-probe, and not be ${JSON.stringify(environment)}`,
      "call it dtsync-probe-1",
    );
  }
  if (environments.some(({ id }) => id.toLowerCase() === environment)) {
    throw usageError(`the inventory declares ${environment}, and a probe would remove it`, "give another id");
  }
}

async function probeWith(client: Client, scratch: Scratch, context: Context): Promise<ProbeReport> {
  const { clock, signal, log, redactor } = context;
  const folder = probeFolder(context.variables);
  await removeEarlier(client, folder, context);
  await requireAbsent(client, scratch);
  const version = await versionOf(client);
  await keep(folder, client, scratch);
  let removed = false;
  let isOurs = true;
  try {
    const probing = { client, scratch, clock, signal, conceal: redactor.conceal };
    const outcome = await probeCluster(probing, log);
    if (outcome.status === "taken") {
      isOurs = false;
      throw new DtsyncError(
        `somebody made ${scratch.environment} at the same moment: the probe has given it another name and then left it alone`,
        { exitCode: exitCodes.failed, hint: "look at it in the console of the cluster, and give the probe another id" },
      );
    }
    if (outcome.status === "refused") {
      throw new DtsyncError(`the cluster makes no environment: status ${outcome.httpStatus}`, {
        exitCode: exitCodes.failed,
        hint: "dtsync doctor tells whether its token, licence and version allow it",
      });
    }
    removed = await cleanUp(client, scratch, folder, context);
    const createdAt = clock.now().toISOString();
    return { format: "dtsync-probe/1", createdAt, dtsync: context.version, version, answers: outcome.answers, removed };
  } finally {
    if (!isOurs) forgetProbe(folder, scratch.runId);
    else if (!removed) await cleanUp(client, scratch, folder, context);
  }
}

/** Whether nothing is left. What could not be removed is said, and known to the next probe. */
async function cleanUp(
  client: Client,
  scratch: Scratch,
  folder: string,
  { clock, log }: Pick<Context, "clock" | "log">,
): Promise<boolean> {
  const problems = await removeScratch(client, scratch, clock);
  for (const problem of problems) log.warn(problem);
  if (problems.length > 0) return false;
  forgetProbe(folder, scratch.runId);
  return true;
}

/** What probes have left that were killed on this machine. */
async function removeEarlier(client: Client, folder: string, context: Context): Promise<void> {
  const { log } = context;
  const left = abandonedProbes(folder, ownIdentity(), (message) => log.warn(message));
  for (const { runId, cluster, environment } of left) {
    if (cluster !== client.url) continue;
    log.warn(`an earlier probe was cut off: what it has left of ${environment} is removed`);
    if (await cleanUp(client, { runId, environment }, folder, context)) continue;
    throw new DtsyncError("what an earlier probe has left could not be removed, so nothing was made", {
      exitCode: exitCodes.failed,
      hint: "see the warnings above; run again when it is gone",
    });
  }
}

/** Ids are compared without case, because a cluster may take those for one. */
async function requireAbsent(client: Client, { environment }: Scratch): Promise<void> {
  const all = await readEnvironments(client, { quotas: false, storage: false });
  const found = all.find(({ id }) => id.toLowerCase() === environment);
  if (found === undefined) return;
  const run = runOfEnvironment(found.name);
  throw new DtsyncError(`the cluster has ${found.id} already, so it was left alone`, {
    exitCode: exitCodes.refused,
    hint:
      run === null
        ? "give the probe an id that is free"
        : `a probe was cut off on another machine: run dtsync doctor --probe ${environment} there, or disable and delete it in the console, with the groups whose names have ${run}`,
  });
}

async function versionOf(client: Client): Promise<string | null> {
  const builds = (await readNodes(client)).flatMap(({ build }) => build ?? []);
  return builds.sort(compareVersions)[0] ?? null;
}

/** Without it nobody could clean up after a probe that is killed. */
async function keep(folder: string, client: Client, { runId, environment }: Scratch): Promise<void> {
  try {
    await keepProbe(folder, {
      format: "dtsync-probe-journal/1",
      ...{ runId, environment, process: ownIdentity(), cluster: client.url },
    });
  } catch (error) {
    throw new DtsyncError(
      `no journal of the probe can be kept in ${folder} (${errorMessage(error)}), so nothing was made`,
      {
        exitCode: exitCodes.failed,
        hint: "make the folder yours, or name another one with XDG_STATE_HOME",
        cause: error,
      },
    );
  }
}
