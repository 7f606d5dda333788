import { changedFiles } from "../git/changed-files.ts";
import { GitFailure } from "../git/git-failure.ts";
import type { Repository } from "../git/open-repository.ts";
import { mergeBase, resolveCommit } from "../git/resolve-commit.ts";
import { escapeText } from "../load/show-text.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Inventory } from "../model/inventory.ts";
import { type Affected, affectedItems } from "../plan/affected-items.ts";
import type { Context } from "./context.ts";
import type { CommonOptions, FleetOptions } from "./options.ts";
import type { Validation } from "./remembered-validation.ts";
import { seenFromInventory, withRevisions } from "./revisions.ts";

/** What --changed-since leaves of a run. */
export interface ChangedSince {
  /** Null: everything. */
  readonly affected: Affected | null;
  /** Why it is everything, although less was asked for. */
  readonly warnings: readonly string[];
}

/** Files that decide which dtsync runs and how: after a change of theirs nothing is known to be unaffected. */
const filesOfTheRun = new Set([".gitlab-ci.yml", "package.json", "package-lock.json"]);

/** The items that can be affected by what changed since the revision of the options. Anything unclear is everything. */
export async function readChangedSince(
  inventory: Inventory,
  options: FleetOptions,
  context: Context,
): Promise<ChangedSince> {
  const revision = options.scope.changedSince;
  if (revision === null) return { affected: null, warnings: [] };
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

/**
 * The commit that a change began from. A hash is taken as it is; a branch may have gone on since, so for a name it is
 * the merge base with what is checked out, if there is one.
 */
async function startOfChange(repository: Repository, revision: string): Promise<string> {
  const commit = await resolveCommit(repository, revision);
  if (/^[0-9a-f]{7,64}$/i.test(revision)) return commit;
  try {
    return await mergeBase(repository, commit, await resolveCommit(repository, "HEAD"));
  } catch (error) {
    if (error instanceof GitFailure && error.reason === "missing") return commit;
    throw error;
  }
}

export interface NarrowedValidation {
  readonly validation: Validation;
  /** What is said besides the faults. */
  readonly remarks: readonly string[];
}

/**
 * The faults that a change brought: those in files that changed, and those in others which the revision before does not
 * have. The inventory is checked as a whole all the same.
 */
export async function onlyNewFaults(
  validation: Validation,
  revision: string,
  options: CommonOptions,
  context: Context,
): Promise<NarrowedValidation> {
  const everything = (reason: string): NarrowedValidation => ({
    validation,
    remarks: [`--changed-since ${escapeText(revision)}: every fault is shown, because ${reason}`],
  });
  try {
    return await withRevisions(options, context, async ({ repository, load }) => {
      const commit = await startOfChange(repository, revision);
      const files = await changedFiles(repository, commit, null);
      const changed = new Set(files.map((file) => escapeText(seenFromInventory(repository, file))));
      const elsewhere = validation.diagnostics.filter(({ file }) => !changed.has(file));
      if (elsewhere.length === 0) return { validation, remarks: [] };
      const base = await load(commit);
      if (!base.exists) return everything("that revision has no inventory");
      const old = new Set(faultsNotAdded(elsewhere, base.loaded.diagnostics));
      return hideFaults(validation, old);
    });
  } catch (error) {
    if (error instanceof GitFailure) return everything(error.message);
    throw error;
  }
}

/** Those of `now` that `before` has as often. Lines do not count: they move with what stands above them. */
function faultsNotAdded(now: readonly Diagnostic[], before: readonly Diagnostic[]): readonly Diagnostic[] {
  const keyOf = ({ file, severity, rule, message }: Diagnostic) => JSON.stringify([file, severity, rule, message]);
  const count = (list: readonly Diagnostic[]) => {
    const counts = new Map<string, number>();
    for (const diagnostic of list) counts.set(keyOf(diagnostic), (counts.get(keyOf(diagnostic)) ?? 0) + 1);
    return counts;
  };
  const [then, here] = [count(before), count(now)];
  return now.filter(
    (diagnostic) =>
      // Whoever sees other lines of that file must know; and a secret is never somebody else's matter.
      diagnostic.rule !== "secret-in-file" && (here.get(keyOf(diagnostic)) ?? 0) <= (then.get(keyOf(diagnostic)) ?? 0),
  );
}

function hideFaults(validation: Validation, hidden: ReadonlySet<Diagnostic>): NarrowedValidation {
  const diagnostics = validation.diagnostics.filter((diagnostic) => !hidden.has(diagnostic));
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const hiddenErrors = validation.summary.errors - errors;
  const summary = { ...validation.summary, errors, warnings: diagnostics.length - errors };
  const remarks =
    hiddenErrors === 0
      ? []
      : [
          `${hiddenErrors === 1 ? "a fault is" : `${hiddenErrors} faults are`} older than this change and not shown: without --changed-since, dtsync validate shows ${hiddenErrors === 1 ? "it" : "them"}, and a plan will not be made`,
        ];
  return { validation: { diagnostics, summary }, remarks };
}
