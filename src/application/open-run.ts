import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "../dynatrace/client.ts";
import { createTokenChain, type TokenChain } from "../dynatrace/token-chain.ts";
import { errorMessage } from "../errors.ts";
import { ownFolder } from "../files/own-files.ts";
import { createInstallerProvider, type InstallerProvider } from "../kinds/host/effects/installer-provider.ts";
import { createSightings, type Sightings } from "../kinds/host/effects/sightings.ts";
import type { Change } from "../model/change.ts";
import type { Inventory } from "../model/inventory.ts";
import type { OpenCluster } from "../observe/observe.ts";
import { openInstallerCache } from "../state/installer-cache.ts";
import { abandonedRuns, type Journal, journalInFolder, openJournal } from "../state/journal.ts";
import { ownIdentity } from "../state/process-identity.ts";
import { cleanUpAfter, installerFolderName } from "./clean-up-after.ts";
import type { Context } from "./context.ts";
import { openCluster } from "./open-cluster.ts";
import { useJournal } from "./use-journal.ts";

/** Everything that a run opens and must let go of: clients, tokens, a folder for installers, its journal. */
export interface Run {
  readonly clients: ReadonlyMap<string, Client>;
  readonly installers: InstallerProvider;
  readonly sightings: Sightings;
  /** What the results of the run have to say besides; grows while it goes on. */
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

export interface RunOptions {
  readonly changes: readonly Change[];
  readonly inventory: Inventory;
  /** Whether the command of a token may run. */
  readonly allowCommands: boolean;
  /** A file for the journal; null: it is kept where those of all runs of this user are. */
  readonly journal: string | null;
  /** Whether installers of earlier runs are used and those of this run kept. */
  readonly cache: boolean;
}

/** Opens the clusters that the changes or killed runs of this machine are about, and cleans up after the latter. */
export async function openRun(options: RunOptions, context: Context): Promise<Run> {
  const { changes, inventory } = options;
  const folder = join(ownFolder("state", context.variables), "runs");
  const { runId, log } = context;
  const { warn } = log;
  const { now } = context.clock;
  const identity = ownIdentity();
  const file = options.journal === null ? null : useJournal(options.journal, identity);
  const place = file ?? journalInFolder(folder, runId);
  const journal = openJournal({ place, runId, process: identity, now, warn });
  const abandoned = [...(file?.abandoned ?? []), ...abandonedRuns(folder, identity, warn)];
  const named = new Set(changes.map(({ cluster }) => cluster));
  const left = new Set(abandoned.flatMap(({ entry }) => entry.tokens.map((token) => token.cluster)));
  const opened = new Map<string, OpenCluster>();
  const chains = new Map<string, TokenChain>();
  const chainsByUrl = new Map<string, TokenChain>();
  for (const cluster of inventory.clusters.filter(({ name, url }) => named.has(name) || left.has(url))) {
    try {
      const access = { inventory, allowCommands: options.allowCommands, readOnly: false };
      const open = await openCluster(cluster, access, context);
      const chain = createTokenChain({
        cluster: cluster.name,
        client: open.client,
        clock: context.clock,
        runId,
        conceal: context.redactor.conceal,
        journal: { made: (environment) => journal.tokenMade(cluster.url, environment) },
        log,
      });
      opened.set(cluster.name, open);
      chains.set(cluster.name, chain);
      chainsByUrl.set(cluster.url, chain);
    } catch (error) {
      warn(`${cluster.name}: ${errorMessage(error)}`);
    }
  }
  await cleanUpAfter(abandoned, { tokens: chainsByUrl, now, log });
  const clients = new Map([...opened].map(([name, { client }]) => [name, client]));
  const { conceal } = context.redactor;
  const installerFolder = createInstallerFolder(journal, runId);
  const { clock, signal } = context;
  const warnings: string[] = [];
  const sightings = createSightings({
    clients,
    tokens: chains,
    clock,
    signal,
    warn: (message) => warnings.push(message),
  });
  const installers = createInstallerProvider({
    ...{ clients, tokens: chains, conceal, clock, log, signal },
    directory: installerFolder.path,
    kept: options.cache ? openInstallerCache(context.variables, now) : null,
  });
  return {
    clients,
    installers,
    sightings,
    warnings,
    async close() {
      await sightings.close();
      await installers.close();
      for (const chain of chains.values()) await chain.close();
      await installerFolder.remove();
      for (const { close } of opened.values()) await close();
      await journal.close();
    },
  };
}

/** A folder of this run alone, made when it is first asked for and known to the journal. */
function createInstallerFolder(journal: Journal, runId: string): { path(): Promise<string>; remove(): Promise<void> } {
  let made: Promise<string> | null = null;
  const make = async (): Promise<string> => {
    const path = await mkdtemp(join(tmpdir(), installerFolderName(runId)));
    await journal.directoryMade(path);
    return path;
  };
  return {
    path: () => {
      made ??= make();
      return made;
    },
    remove: async () => {
      if (made !== null) await rm(await made, { recursive: true, force: true });
    },
  };
}
