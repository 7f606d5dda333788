import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "../dynatrace/client.ts";
import { createInstallerProvider, type InstallerProvider } from "../kinds/host/effects/installer-provider.ts";
import { createSightings, type Sightings } from "../kinds/host/effects/sightings.ts";
import type { Change } from "../model/change.ts";
import type { Inventory } from "../model/inventory.ts";
import { openInstallerCache } from "../state/installer-cache.ts";
import type { Journal } from "../state/journal.ts";
import { installerFolderName } from "./clean-up-after.ts";
import type { Context } from "./context.ts";
import { openTokens } from "./open-tokens.ts";

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
  const { changes, inventory, allowCommands } = options;
  const { runId, log } = context;
  const named = new Set(changes.map(({ cluster }) => cluster));
  const tokens = await openTokens(
    { inventory, named, allowCommands, journal: options.journal, readOnly: false },
    context,
  );
  const { opened, chains, journal } = tokens;
  const clients = new Map([...opened].map(([name, { client }]) => [name, client]));
  const { conceal } = context.redactor;
  const installerFolder = createInstallerFolder(journal, runId);
  const { clock, signal } = context;
  const warnings: string[] = [];
  const sightings = createSightings({
    clients,
    tokens: chains,
    environments: inventory.environments,
    clock,
    signal,
    warn: (message) => warnings.push(message),
  });
  const installers = createInstallerProvider({
    ...{ clients, tokens: chains, conceal, clock, log, signal },
    directory: installerFolder.path,
    kept: options.cache ? openInstallerCache(context.variables, clock.now) : null,
  });
  return {
    clients,
    installers,
    sightings,
    warnings,
    async close() {
      await sightings.close();
      await installers.close();
      await tokens.revoke();
      await installerFolder.remove();
      await tokens.close();
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
      // Where none could be made, whoever asked for it was told so.
      const path = await made?.catch(() => null);
      if (path) await rm(path, { recursive: true, force: true });
    },
  };
}
