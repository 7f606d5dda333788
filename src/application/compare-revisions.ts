import { DtsyncError, exitCodes, usageError } from "../errors.ts";
import { GitFailure } from "../git/git-failure.ts";
import { readRevision } from "../git/repository.ts";
import type { LoadResult } from "../load/load-inventory.ts";
import type { DifferenceReport, Side } from "../model/difference.ts";
import type { Inventory } from "../model/inventory.ts";
import { compareDeclarations, reportDifference } from "../plan/compare-declarations.ts";
import { type DiffPlaces, findPlaces } from "../report/diff-places.ts";
import { sideName } from "../report/diff-text.ts";
import type { Context } from "./context.ts";
import { loadDeclared, loadOptions } from "./load-declared.ts";
import type { CommonOptions } from "./options.ts";
import { type Commit, resolveRange } from "./revision-range.ts";
import { type Revisions, withRevisions } from "./revisions.ts";

/** A side of the comparison, loaded. */
interface LoadedSide {
  readonly side: Side;
  readonly loaded: LoadResult;
  /** Whether it has the folder of the inventory. */
  readonly exists: boolean;
  readonly submodules: readonly string[];
  /** Those that it was loaded with. */
  readonly options: CommonOptions;
}

export type Comparison =
  /** The side that cannot be compared, with its faults. */
  | { readonly status: "invalid"; readonly side: Side; readonly loaded: LoadResult }
  | { readonly status: "compared"; readonly report: DifferenceReport; readonly places: DiffPlaces };

/**
 * Compares what two revisions declare; `revisions` is that of `resolveRange`. Reads Git and files alone: no token, no
 * cluster, no host. Where a value comes from is found only for people, because it takes time.
 */
export async function compareRevisions(
  revisions: string | null,
  options: CommonOptions,
  context: Context,
): Promise<Comparison> {
  try {
    return await withRevisions(options, context, async (opened) => {
      const { base, head } = await resolveRange(revisions, opened.repository);
      const before = await loadCommit(base, opened);
      const after = head === null ? await loadWorkTree(options, context) : await loadCommit(head, opened);
      if (after.loaded.inventory === null) return invalid(after);
      const earlier = before.exists ? before.loaded.inventory : null;
      if (before.exists && earlier === null) return invalid(before);
      const report = compare(before, earlier, after, after.loaded.inventory);
      const places = options.format === "json" ? new Map() : await placesIn(report, { before, after }, context);
      return { status: "compared", report, places };
    });
  } catch (error) {
    if (error instanceof GitFailure) throw gitError(error);
    throw error;
  }
}

const invalid = ({ side, loaded }: LoadedSide): Comparison => ({ status: "invalid", side, loaded });

function gitError({ reason, message, stack }: GitFailure): DtsyncError {
  if (reason === "outside") {
    return usageError(
      `${message}: there are no revisions to compare`,
      "dtsync diff needs Git; dtsync validate does not",
    );
  }
  if (reason === "missing") {
    return usageError(message, "name a branch, tag or commit that exists: dtsync diff BASE, or dtsync diff BASE..HEAD");
  }
  return new DtsyncError(message, { exitCode: exitCodes.failed, cause: stack });
}

async function loadCommit(side: Commit, { load }: Revisions): Promise<LoadedSide> {
  const { loaded, exists, submodules, options } = await load(side.commit);
  return { side, loaded, exists, submodules, options };
}

async function loadWorkTree(options: CommonOptions, context: Context): Promise<LoadedSide> {
  const [loaded, { commit, dirty }] = await Promise.all([
    loadDeclared(options, context),
    readRevision(options.inventory),
  ]);
  return { side: { revision: null, commit: dirty ? null : commit }, loaded, exists: true, submodules: [], options };
}

/** Where what many items undergo alike comes from. */
async function placesIn(
  report: DifferenceReport,
  sides: Readonly<Record<"before" | "after", LoadedSide>>,
  context: Context,
): Promise<DiffPlaces> {
  const { explainMany } = await import("../load/explain/explain-many.ts");
  return findPlaces(report, (name, wants) => {
    const { options, loaded } = sides[name];
    return loaded.inventory === null ? [] : explainMany(loadOptions(options, context), loaded.inventory, wants);
  });
}

function compare(before: LoadedSide, earlier: Inventory | null, after: LoadedSide, later: Inventory): DifferenceReport {
  const difference = compareDeclarations(earlier, later);
  const warnings = [
    ...(before.exists ? [] : [`${sideName(before.side)} has no inventory in this folder: everything is new`]),
    ...[before, after].flatMap(({ side, submodules }) =>
      submodules.map((path) => `the submodule ${path} of ${sideName(side)} is not looked into`),
    ),
    ...difference.warnings,
  ];
  return reportDifference({ ...difference, warnings }, before.side, after.side);
}
