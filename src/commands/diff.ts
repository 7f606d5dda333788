import type { Context } from "../application/context.ts";
import type { CommonOptions, DiffOptions } from "../application/options.ts";
import { type Loaded, type Revisions, withRevisions } from "../application/revisions.ts";
import { loadDeclared, loadOptions } from "../application/session.ts";
import { DtsyncError, type ExitCode, exitCodes, usageError } from "../errors.ts";
import { type Base, defaultBase } from "../git/default-base.ts";
import { GitFailure } from "../git/git-failure.ts";
import type { Repository } from "../git/open-repository.ts";
import { readRevision } from "../git/repository.ts";
import { mergeBase, resolveCommit } from "../git/resolve-commit.ts";
import { painter } from "../lib/printable.ts";
import type { DifferenceReport, Side } from "../model/difference.ts";
import type { Inventory } from "../model/inventory.ts";
import { compareDeclarations, reportDifference } from "../plan/compare-declarations.ts";
import { renderDiffMarkdown } from "../report/diff-markdown.ts";
import { type DiffPlaces, findPlaces } from "../report/diff-places.ts";
import { renderDiffText, sideName } from "../report/diff-text.ts";
import { renderJson } from "../report/plan-reports.ts";
import { printValidation } from "./validate.ts";

/** A side of the comparison, loaded. */
interface LoadedSide {
  readonly side: Side;
  readonly loaded: Loaded;
  /** Where its files are. */
  readonly exists: boolean;
  readonly submodules: readonly string[];
  /** Those that it was loaded with. */
  readonly options: CommonOptions;
}

/** What a change of the inventory declares differently. Reads Git and files alone: no token, no cluster, no host. */
export async function diff(options: DiffOptions, context: Context): Promise<ExitCode> {
  try {
    return await withRevisions(options, context, async (revisions) => {
      const { base, head } = await sidesOf(options.revisions, revisions.repository);
      const before = await loadCommit(base.side, revisions);
      const after = head === null ? await loadWorkTree(options, context) : await loadCommit(head, revisions);
      const earlier = before.exists ? before.loaded.inventory : null;
      if (after.loaded.inventory === null || (before.exists && earlier === null)) {
        printInvalid(after.loaded.inventory === null ? after : before, options, context);
        return exitCodes.invalid;
      }
      const report = compare(before, earlier, after, after.loaded.inventory);
      const places = options.format === "json" ? new Map() : await placesIn(report, { before, after }, context);
      print(report, places, options, context);
      return exitCodes.done;
    });
  } catch (error) {
    if (error instanceof GitFailure) throw gitError(error);
    throw error;
  }
}

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

/** The two sides of `BASE`, `BASE..HEAD`, `BASE...HEAD` (from their merge base) or nothing. Null: the work tree. */
async function sidesOf(
  revisions: string | null,
  repository: Repository,
): Promise<{ readonly base: { readonly side: Side & { readonly commit: string } }; readonly head: Side | null }> {
  const sideOf = ({ name, commit }: Base) => ({ side: { revision: name, commit } });
  if (revisions === null) return { base: sideOf(await defaultBase(repository)), head: null };
  const range = /^(.*?)(\.{2,3})(.*)$/.exec(revisions);
  if (!range) {
    return { base: sideOf({ name: revisions, commit: await resolveCommit(repository, revisions) }), head: null };
  }
  // As with Git, a side that is left out is HEAD.
  const [left, right] = [range[1] || "HEAD", range[3] || "HEAD"];
  const from = await resolveCommit(repository, left);
  const to = await resolveCommit(repository, right);
  const head = { revision: right, commit: to };
  if (range[2] === "..") return { base: sideOf({ name: left, commit: from }), head };
  const commit = await mergeBase(repository, from, to);
  return { base: sideOf({ name: `merge base of ${left} and ${right}`, commit }), head };
}

async function loadCommit(side: Side, { load }: Revisions): Promise<LoadedSide> {
  const { loaded, exists, submodules, options } = await load(side.commit ?? "HEAD");
  return { side, loaded, exists, submodules, options };
}

async function loadWorkTree(options: DiffOptions, context: Context): Promise<LoadedSide> {
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
  const { explainMany } = await import("../load/explain-many.ts");
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

function printInvalid({ loaded, side }: LoadedSide, options: DiffOptions, context: Context): void {
  context.output.err(
    `dtsync: the inventory of the ${side.revision === null ? "work tree" : `revision ${sideName(side)}`} is invalid\n`,
  );
  // Lines of the work tree would stand beside faults of another revision.
  const quiet = side.revision === null ? context : { ...context, terminal: { ...context.terminal, output: false } };
  printValidation(loaded, options, quiet);
}

function print(report: DifferenceReport, places: DiffPlaces, options: DiffOptions, context: Context): void {
  const { output, terminal } = context;
  if (options.format === "json") output.out(renderJson(report));
  else if (options.format === "markdown") output.out(renderDiffMarkdown(report, places));
  else output.out(renderDiffText(report, painter(options.color && terminal.output), places));
}
