import { changedFiles } from "../git/changed-files.ts";
import { GitFailure } from "../git/git-failure.ts";
import { escapeText } from "../load/diagnostics/show-text.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Validation } from "../report/validation-reports.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";
import { seenFromInventory, withRevisions } from "./revisions.ts";
import { startOfChange } from "./start-of-change.ts";

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
export function faultsNotAdded(now: readonly Diagnostic[], before: readonly Diagnostic[]): readonly Diagnostic[] {
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

/** The validation without some faults, and how many errors that leaves out. */
export function hideFaults(validation: Validation, hidden: ReadonlySet<Diagnostic>): NarrowedValidation {
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
