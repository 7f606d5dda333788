import type { ChangedSince } from "../application/changed-since.ts";
import { type Context, createLog } from "../application/context.ts";
import { listHosts } from "../application/host-sources.ts";
import type { FleetOptions, Format, PlanOptions } from "../application/options.ts";
import { writeReport } from "../application/output-files.ts";
import { readingProgress } from "../application/progress.ts";
import { repositoryPath } from "../application/repository-path.ts";
import { loadDeclared, observe } from "../application/session.ts";
import { combineExitCodes, type ExitCode, exitCodes } from "../errors.ts";
import { readRevision } from "../git/repository.ts";
import { isGlob } from "../lib/glob.ts";
import { painter } from "../lib/printable.ts";
import { suggest } from "../load/suggest.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { Plan } from "../model/plan.ts";
import { createPlan, type PlanInput } from "../plan/create-plan.ts";
import { type UnmatchedTarget, unmatchedTargets } from "../plan/scope.ts";
import { renderPlanMarkdown } from "../report/plan-markdown.ts";
import { planReports, renderJson } from "../report/plan-reports.ts";
import { renderPlanText } from "../report/plan-text.ts";
import { warningLines } from "../report/warning-lines.ts";
import { printValidation } from "./validate.ts";

export const planReportKinds = Object.keys(planReports);

export interface Planned {
  readonly plan: Plan;
  readonly inventory: Inventory;
  readonly hosts: readonly Host[];
  /** What it was made from. */
  readonly input: PlanInput;
}

/** Loads the inventory or prints its faults; null: it is invalid, and everything has been said. */
export async function loadOrPrint(options: FleetOptions, context: Context): Promise<Inventory | null> {
  const loaded = await loadDeclared(options, context);
  if (loaded.inventory === null) {
    printValidation(loaded, options, context);
    return null;
  }
  const log = createLog(context, options.logLevel, painter(options.color && context.terminal.errors));
  for (const line of warningLines(loaded.diagnostics)) log.warn(line);
  return loaded.inventory;
}

/** Reads everything and compares: what both plan and apply begin with. */
export async function makePlan(inventory: Inventory, options: FleetOptions, context: Context): Promise<Planned> {
  const { affected, warnings } = await changedSince(inventory, options, context);
  const list = await listHosts(inventory, options, context);
  const progress = readingProgress(options, context);
  const [observed, revision] = await Promise.all([
    observe(inventory, list.hosts, options, context, progress.update, affected).finally(progress.close),
    readRevision(inventory.directory),
  ]);
  context.signal.throwIfAborted();
  const input: PlanInput = {
    inventory,
    hosts: list.hosts,
    observed,
    scope: options.scope,
    affected,
    createdAt: context.clock.now(),
    dtsync: context.version,
    ...revision,
    held: list.held,
    incompleteHostLists: list.incomplete,
    warnings: [...warnings, ...list.warnings, ...unmatchedTargets(inventory, list.hosts, options.scope).map(unmatched)],
  };
  return { plan: createPlan(input), inventory, hosts: list.hosts, input };
}

function unmatched({ target, names }: UnmatchedTarget): string {
  const meant = isGlob(target) ? null : suggest(target, names);
  const hint =
    meant === null ? "it is compared with customers, environment ids, groups and host names" : `did you mean ${meant}?`;
  return `--target ${target} matches nothing: ${hint}`;
}

/** What --changed-since leaves; Git is asked only where it is given. */
async function changedSince(inventory: Inventory, options: FleetOptions, context: Context): Promise<ChangedSince> {
  if (options.scope.changedSince === null) return { affected: null, warnings: [] };
  const { readChangedSince } = await import("../application/changed-since.ts");
  return readChangedSince(inventory, options, context);
}

/** The plan with the origins of its changes, where --base is given. */
async function withBase({ plan, input }: Planned, options: PlanOptions, context: Context): Promise<Plan> {
  if (options.base === null) return plan;
  const { labelOrigins } = await import("../application/label-origins.ts");
  return labelOrigins(plan, input, options.base, options, context);
}

/** What the state of the reading means for the exit code of plan and apply alike. */
export function readingExitCode(plan: Plan): ExitCode {
  const clusters = Object.keys(plan.clusters);
  const unusable = plan.held.filter(({ scope }) => /^cluster\/[^/]+$/.test(scope)).length;
  if (clusters.length > 0 && unusable === clusters.length) return exitCodes.failed;
  return plan.held.some(({ scope }) => scope.startsWith("cluster/") || scope.startsWith("source/"))
    ? exitCodes.partial
    : exitCodes.done;
}

export function renderPlan(plan: Plan, format: Format, coloured: boolean): string {
  if (format === "json") return renderJson(plan);
  return format === "markdown" ? renderPlanMarkdown(plan) : renderPlanText(plan, painter(coloured));
}

/** Compares the inventory with clusters and hosts. Writes nothing there. */
export async function plan(options: PlanOptions, context: Context): Promise<ExitCode> {
  const inventory = await loadOrPrint(options, context);
  if (inventory === null) return exitCodes.invalid;
  const made = await makePlan(inventory, options, context);
  const planned = { ...made, plan: await withBase(made, options, context) };
  if (options.out !== null) await writeReport(options.out, renderJson(planned.plan), context);
  const surroundings = { ...planned, folder: repositoryPath(options.inventory) };
  for (const { kind, file } of options.report)
    await writeReport(file, planReports[kind]?.(planned.plan, surroundings) ?? "", context);
  context.output.out(renderPlan(planned.plan, options.format, options.color && context.terminal.output));
  const changes = options.detailedExitcode && planned.plan.changes.length > 0 ? exitCodes.changes : exitCodes.done;
  return combineExitCodes([readingExitCode(planned.plan), changes]);
}
