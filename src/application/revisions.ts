import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportFolder } from "../git/export-folder.ts";
import { openRepository, type Repository } from "../git/open-repository.ts";
import type { LoadResult } from "../load/load-inventory.ts";
import type { SetOverride } from "../load/yaml/set-overrides.ts";
import type { Context } from "./context.ts";
import { loadDeclared } from "./load-declared.ts";
import type { CommonOptions } from "./options.ts";

/** An inventory as it is in a commit. */
export interface RevisionInventory {
  readonly commit: string;
  /** False: the commit does not have the folder of the inventory. */
  readonly exists: boolean;
  readonly loaded: LoadResult;
  /** Those that it was loaded with; its files are there as long as the revisions are open. */
  readonly options: CommonOptions;
  /** Paths of submodules in the folder: what they hold is not known. */
  readonly submodules: readonly string[];
}

/** The history of the inventory that the options name. */
export interface Revisions {
  readonly repository: Repository;
  load(commit: string): Promise<RevisionInventory>;
}

/**
 * Opens the Git repository of the inventory for as long as `use` takes; what is exported of it goes afterwards. Throws
 * GitFailure outside of Git.
 */
export async function withRevisions<T>(
  options: CommonOptions,
  context: Context,
  use: (revisions: Revisions) => Promise<T>,
): Promise<T> {
  const repository = await openRepository(options.inventory, {
    environment: context.variables,
    signal: context.signal,
  });
  const folder = await mkdtemp(join(tmpdir(), "dtsync-revision-"));
  try {
    return await use({
      repository,
      load: async (commit) => {
        const target = await mkdtemp(join(folder, "tree-"));
        const { directory, files, submodules } = await exportFolder(repository, commit, target);
        context.signal.throwIfAborted();
        const side = await loadSide({ ...options, inventory: directory }, context);
        return { commit, exists: files > 0, ...side, submodules };
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `--set` counts on both sides, except that a cluster which a revision does not have cannot be set there. */
async function loadSide(
  options: CommonOptions,
  context: Context,
): Promise<{ readonly loaded: LoadResult; readonly options: CommonOptions }> {
  const loaded = await loadDeclared(options, context);
  if (loaded.inventory !== null || options.set.length === 0) return { loaded, options };
  const asWritten = await loadDeclared({ ...options, set: [] }, context);
  if (asWritten.inventory === null) return { loaded, options };
  const known = new Set(asWritten.inventory.clusters.map(({ name }) => name));
  const fits = ({ path }: SetOverride): boolean => {
    const [root, name] = path.split(".");
    return root !== "clusters" || name === undefined || known.has(name);
  };
  const set = options.set.filter(fits);
  if (set.length === options.set.length) return { loaded, options };
  return { loaded: await loadDeclared({ ...options, set }, context), options: { ...options, set } };
}

/** A path below the top of the work tree as seen from the inventory folder. */
export function seenFromInventory({ prefix }: Repository, path: string): string {
  if (prefix === "") return path;
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : `../${path}`;
}
