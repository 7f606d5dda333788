import { changedFiles } from "../git/changed-files.ts";
import { GitFailure } from "../git/git-failure.ts";
import { componentPath } from "../init/pipeline.ts";
import { escapeText } from "../load/diagnostics/show-text.ts";
import type { Inventory } from "../model/inventory.ts";
import { type Affected, affectedItems } from "../plan/affected-items.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";
import { seenFromInventory, withRevisions } from "./revisions.ts";
import { startOfChange } from "./start-of-change.ts";

/** What --changed-since leaves of a run. */
export interface ChangedSince {
  /** Null: everything. */
  readonly affected: Affected | null;
  /** Why it is everything, although less was asked for. */
  readonly warnings: readonly string[];
}

/** Files that decide which dtsync runs and how: after a change of theirs nothing is known to be unaffected. */
const filesOfTheRun = new Set([".gitlab-ci.yml", componentPath, "package.json", "package-lock.json"]);

/** The items that can be affected by what changed since the revision. Anything unclear is everything. */
export async function readChangedSince(
  inventory: Inventory,
  revision: string,
  options: CommonOptions,
  context: Context,
): Promise<ChangedSince> {
  const everything = (reason: string): ChangedSince => ({
    affected: null,
    warnings: [`--changed-since ${escapeText(revision)}: everything is compared, because ${reason}`],
  });
  try {
    return await withRevisions(options, context, async ({ repository, load }) => {
      const commit = await startOfChange(repository, revision);
      const files = await changedFiles(repository, commit, null);
      const decisive = files.find((file) => filesOfTheRun.has(file));
      if (decisive !== undefined) return everything(`${decisive} changed, which may change every run`);
      const base = await load(commit);
      if (!base.exists) return everything("that revision has no inventory");
      if (base.submodules.length > 0) return everything("the inventory has a submodule, which is not followed");
      if (base.loaded.inventory === null) return everything("the inventory of that revision is invalid");
      const seen = files.map((file) => seenFromInventory(repository, file));
      return { affected: affectedItems(base.loaded.inventory, inventory, seen), warnings: [] };
    });
  } catch (error) {
    if (error instanceof GitFailure) return everything(error.message);
    throw error;
  }
}
