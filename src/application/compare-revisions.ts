import { DtsyncError, exitCodes, usageError } from "../errors.ts";
import { GitFailure } from "../git/git-failure.ts";
import { readRevision } from "../git/repository.ts";
import type { LoadNotes } from "../load/explain/load-notes.ts";
import type { LoadResult } from "../load/load-inventory.ts";
import type { DifferenceReport, Side } from "../model/difference.ts";
import type { Inventory } from "../model/inventory.ts";
import { compareDeclarations, reportDifference } from "../plan/compare-declarations.ts";
import { type DiffPlaces, findPlaces } from "../report/diff-places.ts";
import { sideName } from "../report/diff-text.ts";
import type { Context } from "./context.ts";
import { gitEdges } from "./git-edges.ts";
import { loadDeclared, loadExplainable } from "./load-declared.ts";
import type { CommonOptions } from "./options.ts";
import { type Commit, resolveRange } from "./revision-range.ts";
import { type Load, type Revisions, withRevisions } from "./revisions.ts";

/** A side of the comparison, loaded. */
interface LoadedSide {
  readonly side: Side;
  readonly loaded: NotedInventory;
  /** Whether it has the folder of the inventory. */
  readonly exists: boolean;
  readonly submodules: readonly string[];
}

/** The notes are null where nothing is explained. */
type NotedInventory = LoadResult & { readonly notes: LoadNotes | null };

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
      const load = options.format === "json" ? loadUnexplained : loadExplainable;
      const before = await loadCommit(base, opened, load);
      const after = head === null ? await loadWorkTree(options, context, load) : await loadCommit(head, opened, load);
      if (after.loaded.inventory === null) return invalid(after);
      const earlier = before.exists ? before.loaded.inventory : null;
      if (before.exists && earlier === null) return invalid(before);
      const report = compare(before, earlier, after, after.loaded.inventory);
      const places = await placesIn(report, { before, after });
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

const loadUnexplained: Load<NotedInventory> = async (options, context) => ({
  ...(await loadDeclared(options, context)),
  notes: null,
});

async function loadCommit(side: Commit, { loadWith }: Revisions, load: Load<NotedInventory>): Promise<LoadedSide> {
  const { loaded, exists, submodules } = await loadWith(load, side.commit);
  return { side, loaded, exists, submodules };
}

async function loadWorkTree(options: CommonOptions, context: Context, load: Load<NotedInventory>): Promise<LoadedSide> {
  const [loaded, { commit, dirty }] = await Promise.all([
    load(options, context),
    readRevision(options.inventory, gitEdges(context)),
  ]);
  return { side: { revision: null, commit: dirty ? null : commit }, loaded, exists: true, submodules: [] };
}

/** Where what many items undergo alike comes from. */
async function placesIn(
  report: DifferenceReport,
  sides: Readonly<Record<"before" | "after", LoadedSide>>,
): Promise<DiffPlaces> {
  if (sides.after.loaded.notes === null) return new Map();
  const { explainMany } = await import("../load/explain/explain-many.ts");
  return findPlaces(report, (name, wants) => {
    const { inventory, notes } = sides[name].loaded;
    return inventory === null || notes === null ? [] : explainMany(notes, inventory, wants);
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
