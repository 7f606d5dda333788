import { join } from "node:path";
import type { TokenChain } from "../dynatrace/token-chain.ts";
import { errorMessage } from "../errors.ts";
import { ownFolder } from "../files/own-files.ts";
import type { Cluster, Inventory } from "../model/inventory.ts";
import type { OpenCluster } from "../observe/observe.ts";
import { abandonedRuns, type Journal, journalInFolder, openJournal } from "../state/journal.ts";
import { ownIdentity } from "../state/process-identity.ts";
import { cleanUpAfter } from "./clean-up-after.ts";
import type { Context } from "./context.ts";
import { createChain } from "./create-chain.ts";
import { openCluster } from "./open-cluster.ts";
import { useJournal } from "./use-journal.ts";

/** Clusters that are open for a run which makes tokens there, and the journal that knows of them. */
export interface OpenTokens {
  readonly opened: ReadonlyMap<string, OpenCluster>;
  readonly chains: ReadonlyMap<string, TokenChain>;
  /** Why a cluster could not be opened, by its name. */
  readonly failures: ReadonlyMap<string, unknown>;
  readonly journal: Journal;
  /** Revokes the tokens of the clusters themselves. Those of environments are revoked by who uses them. */
  revoke(): Promise<void>;
  /** Everything that was made is gone. */
  close(): Promise<void>;
}

export interface TokenOptions {
  readonly inventory: Inventory;
  /** Names of clusters that the run is about. */
  readonly named: ReadonlySet<string>;
  /** Whether the command of a token may run. */
  readonly allowCommands: boolean;
  /** A file for the journal; null: it is kept where those of all runs of this user are. */
  readonly journal: string | null;
  /** Whether an interrupt ends reads at once. */
  readonly readOnly: boolean;
}

/** Milliseconds between two writes of the journal: hundreds of tokens come and go in a second when a fleet is asked. */
const journalPause = 50;

/** Opens the clusters that are named or that killed runs of this machine are about, and cleans up after the latter. */
export async function openTokens(options: TokenOptions, context: Context): Promise<OpenTokens> {
  const { inventory, named, allowCommands, readOnly } = options;
  const folder = join(ownFolder("state", context.variables), "runs");
  const { runId, log } = context;
  const { now } = context.clock;
  const identity = ownIdentity();
  const file = options.journal === null ? null : useJournal(options.journal, identity);
  const place = file ?? journalInFolder(folder, runId);
  const gather = () => context.clock.sleep(journalPause).catch(() => undefined);
  const journal = openJournal({ place, runId, process: identity, now, warn: log.warn, gather });
  const abandoned = [...(file?.abandoned ?? []), ...abandonedRuns(folder, identity, log.warn)];
  const left = new Set(abandoned.flatMap(({ entry }) => entry.tokens.map((token) => token.cluster)));
  const opened = new Map<string, OpenCluster>();
  const chains = new Map<string, TokenChain>();
  const chainsByUrl = new Map<string, TokenChain>();
  const failures = new Map<string, unknown>();
  const open = async (cluster: Cluster): Promise<void> => {
    const made = await openCluster(cluster, { inventory, allowCommands, readOnly }, context);
    const chain = createChain(cluster, made.client, journal, context);
    opened.set(cluster.name, made);
    chains.set(cluster.name, chain);
    chainsByUrl.set(cluster.url, chain);
  };
  for (const cluster of inventory.clusters.filter(({ name, url }) => named.has(name) || left.has(url))) {
    try {
      await open(cluster);
    } catch (error) {
      failures.set(cluster.name, error);
      log.warn(`${cluster.name}: ${errorMessage(error)}`);
    }
  }
  await cleanUpAfter(abandoned, { tokens: chainsByUrl, now, log });
  return {
    opened,
    chains,
    failures,
    journal,
    async revoke() {
      for (const chain of chains.values()) await chain.close();
    },
    async close() {
      for (const { close } of opened.values()) await close();
      await journal.close();
    },
  };
}
