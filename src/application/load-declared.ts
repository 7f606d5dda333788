import { resolve } from "node:path";
import { homeFolder } from "../files/home-folder.ts";
import type { LoadNotes } from "../load/explain/load-notes.ts";
import type { LoadFollower } from "../load/load-follower.ts";
import type { LoadOptions, LoadResult } from "../load/load-inventory.ts";
import type { CacheFolder } from "../state/cache-folder.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";

/** Loads and checks the inventory that the options name, with the help of what earlier runs have kept. */
export async function loadKnown(
  options: CommonOptions,
  cache: CacheFolder,
  context: Context,
  follower?: LoadFollower,
): Promise<LoadResult> {
  const { loadRemembered } = await import("./remembered-validation.ts");
  const given = { ...loadOptions(options, context), ...(follower ? { follower } : {}) };
  return logged(context, () => loadRemembered(given, cache, context.version));
}

/** Loads and checks the inventory that the options name. */
export async function loadDeclared(
  options: CommonOptions,
  context: Context,
  follower?: LoadFollower,
): Promise<LoadResult> {
  const { loadInventory } = await import("../load/load-inventory.ts");
  const given = { ...loadOptions(options, context), ...(follower ? { follower } : {}) };
  return logged(context, () => loadInventory(given));
}

/** What was loaded, with notes of where everything comes from. */
export type ExplainableInventory = LoadResult & { readonly notes: LoadNotes };

/** The same, with notes of where everything comes from: they keep every file in memory. */
export async function loadExplainable(options: CommonOptions, context: Context): Promise<ExplainableInventory> {
  const [{ loadInventory }, { createLoadNotes }] = await Promise.all([
    import("../load/load-inventory.ts"),
    import("../load/explain/load-notes.ts"),
  ]);
  const notes = createLoadNotes();
  const loaded = await logged(context, () => loadInventory({ ...loadOptions(options, context), notes }));
  return { ...loaded, notes };
}

async function logged(
  { log, clock }: Pick<Context, "log" | "clock">,
  load: () => Promise<LoadResult>,
): Promise<LoadResult> {
  const began = clock.elapsed();
  const loaded = await load();
  const { inventory, diagnostics } = loaded;
  const ms = Math.round(clock.elapsed() - began);
  if (inventory === null) log.info("inventory is invalid", () => ({ diagnostics: diagnostics.length, ms }));
  else {
    log.info("inventory loaded", () => ({
      clusters: inventory.clusters.length,
      environments: inventory.environments.length,
      groups: inventory.groups.length,
      hosts: inventory.hosts.length,
      warnings: diagnostics.length,
      digest: inventory.digest,
      ms,
    }));
  }
  return loaded;
}

/** What the inventory is loaded with. */
export function loadOptions(
  options: CommonOptions,
  { variables, clock }: Pick<Context, "variables" | "clock">,
): LoadOptions {
  const certificate = variables["DTSYNC_ROOT_CERTIFICATE"];
  return {
    directory: resolve(options.inventory),
    set: options.set,
    rootCertificate: certificate ? resolve(certificate) : null,
    home: homeFolder(variables),
    today: clock.now().toISOString().slice(0, 10),
  };
}
