import { mkdtemp, rm } from "node:fs/promises";
import { homedir, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "../dynatrace/client.ts";
import { createTokenChain, type TokenChain } from "../dynatrace/token-chain.ts";
import { errorMessage } from "../errors.ts";
import { type AbandonedRun, abandonedRuns, openJournal } from "../execute/journal.ts";
import { createInstallerProvider, type InstallerProvider } from "../kinds/host/effects/installer-provider.ts";
import type { Change } from "../model/change.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Context } from "./context.ts";
import type { ApplyOptions } from "./options.ts";
import { type OpenCluster, openCluster } from "./session.ts";

/** Everything that a run opens and must let go of: clients, tokens, a folder for installers, its journal. */
export interface RunResources {
  readonly clients: ReadonlyMap<string, Client>;
  readonly installers: InstallerProvider;
  close(): Promise<void>;
}

export interface RunIdentity {
  readonly runId: string;
  readonly warn: (message: string) => void;
}

/** Opens the clusters that the changes or killed runs of this machine are about, and cleans up after the latter. */
export async function openRun(
  changes: readonly Change[],
  inventory: Inventory,
  options: ApplyOptions,
  context: Context,
  identity: RunIdentity,
): Promise<RunResources> {
  const folder = join(
    context.variables["XDG_STATE_HOME"] || join(context.variables["HOME"] || homedir(), ".local/state"),
    "dtsync/runs",
  );
  const journal = openJournal({
    folder,
    runId: identity.runId,
    pid: process.pid,
    machine: hostname(),
    now: context.clock.now,
  });
  const opened = new Map<string, OpenCluster>();
  const chains = new Map<string, TokenChain>();
  const abandoned = await abandonedRuns(folder, hostname(), isRunning);
  const names = new Set(changes.map(({ cluster }) => cluster));
  const urls = new Set(abandoned.flatMap(({ entry }) => entry.tokens.map((token) => token.cluster)));
  for (const cluster of inventory.clusters.filter(({ name, url }) => names.has(name) || urls.has(url))) {
    try {
      const one = await openCluster(cluster, inventory, options, context, { readOnly: false });
      opened.set(cluster.name, one);
      chains.set(
        cluster.name,
        createTokenChain({
          client: one.client,
          clock: context.clock,
          runId: identity.runId,
          conceal: context.redactor.conceal,
          journal: { made: (environment) => journal.tokenMade(cluster.url, environment) },
          warn: identity.warn,
          removeLeftovers: options.shard === null,
        }),
      );
    } catch (error) {
      identity.warn(`${cluster.name}: ${errorMessage(error)}`);
    }
  }
  await cleanUpAfter(abandoned, chains, inventory, identity, context);
  let directory: Promise<string> | null = null;
  const makeDirectory = async () => {
    const path = await mkdtemp(join(tmpdir(), "dtsync-"));
    await journal.directoryMade(path);
    return path;
  };
  const clients = new Map([...opened].map(([name, { client }]) => [name, client]));
  return {
    clients,
    installers: createInstallerProvider({
      clients,
      tokens: chains,
      clock: context.clock,
      conceal: context.redactor.conceal,
      directory: () => {
        directory ??= makeDirectory();
        return directory;
      },
    }),
    async close() {
      for (const chain of chains.values()) await chain.close();
      if (directory !== null) await rm(await directory, { recursive: true, force: true });
      for (const { close } of opened.values()) await close();
      await journal.close();
    },
  };
}

const tokenLife = 65 * 60_000;

async function cleanUpAfter(
  abandoned: readonly AbandonedRun[],
  chains: ReadonlyMap<string, TokenChain>,
  inventory: Inventory,
  identity: RunIdentity,
  { clock }: Context,
): Promise<void> {
  const chainByUrl = new Map(
    inventory.clusters.flatMap(({ name, url }) => (chains.has(name) ? [[url, chains.get(name)] as const] : [])),
  );
  for (const { entry, forget } of abandoned) {
    try {
      if (entry.directory !== null) await rm(entry.directory, { recursive: true, force: true });
      // No token of a run lives longer than an hour, whatever could not be asked about it since.
      if (clock.now().getTime() - entry.lastToken > tokenLife) {
        await forget();
        continue;
      }
      const reachable = entry.tokens.filter(({ cluster }) => chainByUrl.has(cluster));
      for (const { cluster, environment } of reachable)
        await chainByUrl.get(cluster)?.removeTokensOf(entry.runId, environment);
      if (reachable.length === entry.tokens.length) await forget();
    } catch (error) {
      identity.warn(`what the run ${entry.runId} left could not be removed now: ${errorMessage(error)}`);
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it lives.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
