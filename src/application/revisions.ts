import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportFolder } from "../git/export-folder.ts";
import { openRepository, type Repository } from "../git/open-repository.ts";
import type { LoadResult } from "../load/load-inventory.ts";
import type { SetOverride } from "../load/yaml/set-overrides.ts";
import type { Context } from "./context.ts";
import { gitEdges } from "./git-edges.ts";
import { loadDeclared } from "./load-declared.ts";
import type { CommonOptions } from "./options.ts";

/** An inventory as it is in a commit. */
export interface RevisionInventory<Result extends LoadResult> {
  readonly commit: string;
  /** False: the commit does not have the folder of the inventory. */
  readonly exists: boolean;
  readonly loaded: Result;
  /** Paths of submodules in the folder: what they hold is not known. */
  readonly submodules: readonly string[];
}

/** Loads the inventory that the options name. */
export type Load<Result extends LoadResult> = (options: CommonOptions, context: Context) => Promise<Result>;

/** The history of the inventory that the options name. */
export interface Revisions {
  readonly repository: Repository;
  load(commit: string): Promise<RevisionInventory<LoadResult>>;
  /** The same by another function than `loadDeclared`. */
  loadWith<Result extends LoadResult>(load: Load<Result>, commit: string): Promise<RevisionInventory<Result>>;
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
  const repository = await openRepository(options.inventory, gitEdges(context));
  const folder = await mkdtemp(join(tmpdir(), "dtsync-revision-"));
  try {
    const loadWith: Revisions["loadWith"] = async (load, commit) => {
      const target = await mkdtemp(join(folder, "tree-"));
      const { directory, files, submodules } = await exportFolder(repository, commit, target);
      context.signal.throwIfAborted();
      const loaded = await loadSide(load, { ...options, inventory: directory }, context);
      return { commit, exists: files > 0, loaded, submodules };
    };
    return await use({ repository, load: (commit) => loadWith(loadDeclared, commit), loadWith });
  } finally {
    await rm(folder, { recursive: true, force: true });
    await repository.close();
  }
}

/** `--set` counts on both sides, except that a cluster which a revision does not have cannot be set there. */
async function loadSide<Result extends LoadResult>(
  load: Load<Result>,
  options: CommonOptions,
  context: Context,
): Promise<Result> {
  const loaded = await load(options, context);
  if (loaded.inventory !== null || options.set.length === 0) return loaded;
  const asWritten = await loadDeclared({ ...options, set: [] }, context);
  if (asWritten.inventory === null) return loaded;
  const known = new Set(asWritten.inventory.clusters.map(({ name }) => name));
  const fits = ({ path }: SetOverride): boolean => {
    const [root, name] = path.split(".");
    return root !== "clusters" || name === undefined || known.has(name);
  };
  const set = options.set.filter(fits);
  return set.length === options.set.length ? loaded : load({ ...options, set }, context);
}

/** A path below the top of the work tree as seen from the inventory folder. */
export function seenFromInventory({ prefix }: Repository, path: string): string {
  if (prefix === "") return path;
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : `../${path}`;
}
