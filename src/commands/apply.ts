import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Context, createLog } from "../application/context.ts";
import { listHosts } from "../application/host-sources.ts";
import type { ApplyOptions } from "../application/options.ts";
import { writeReport } from "../application/output-files.ts";
import { parsePlan } from "../application/plan-file.ts";
import { applyProgress } from "../application/progress.ts";
import { openRun } from "../application/run-resources.ts";
import { defaultHostConcurrency, sshConnector } from "../application/session.ts";
import { combineExitCodes, DtsyncError, type ExitCode, errorMessage, exitCodes, usageError } from "../errors.ts";
import { execute } from "../execute/execute.ts";
import { createAppliers } from "../kinds/appliers.ts";
import { painter } from "../lib/printable.ts";
import type { Change } from "../model/change.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { Guard, Plan } from "../model/plan.ts";
import { type ApplyReport, type ChangeResult, countResults, type ResultStatus } from "../model/result.ts";
import { planDigest } from "../plan/digest.ts";
import { trippedLimits } from "../plan/guards.ts";
import { inShard } from "../plan/shard.ts";
import { renderApplyText } from "../report/apply-text.ts";
import { renderApplyJunit } from "../report/junit.ts";
import { renderJson } from "../report/plan-reports.ts";
import { renderPlanText } from "../report/plan-text.ts";
import { loadOrPrint, makePlan, readingExitCode } from "./plan.ts";

const reports: Readonly<Record<string, (report: ApplyReport) => string>> = {
  json: renderJson,
  junit: renderApplyJunit,
};

export const applyReportKinds = Object.keys(reports);

/** Makes clusters and hosts as declared: a plan file exactly, or a fresh plan after asking. */
export async function apply(options: ApplyOptions, context: Context): Promise<ExitCode> {
  if (options.planFile !== null && options.narrowed) {
    throw usageError(
      "--target, --exclude, --only, --changed-since and --hosts do not go with a plan file, which says what is done",
      "give them to dtsync plan",
    );
  }
  const reviewed = options.planFile === null ? null : await readPlanFile(options.planFile);
  const inventory = await loadOrPrint(options, context);
  if (inventory === null) return exitCodes.invalid;
  if (reviewed !== null) return applyReviewed(reviewed, inventory, options, context);
  if (!options.autoApprove && !context.terminal.input) {
    throw new DtsyncError("there is no terminal to ask on, so nothing was done", {
      exitCode: exitCodes.refused,
      hint: "apply a plan file that was reviewed, or give --auto-approve",
    });
  }
  return applyFresh(inventory, options, context);
}

async function readPlanFile(file: string): Promise<Plan> {
  try {
    return parsePlan(await readFile(file, "utf8"));
  } catch (error) {
    throw usageError(
      `${file} is not a plan that this version can apply (${errorMessage(error)})`,
      "make one with dtsync plan --out FILE",
    );
  }
}

async function applyReviewed(
  plan: Plan,
  inventory: Inventory,
  options: ApplyOptions,
  context: Context,
): Promise<ExitCode> {
  if (plan.inventory.digest !== inventory.digest) {
    throw new DtsyncError("the plan was made from another state of the inventory, so nothing was done", {
      exitCode: exitCodes.stale,
      hint: "check out the commit that it was made from, or plan again",
    });
  }
  const { hosts } = await listHosts(inventory, { ...options, scope: plan.scope }, context);
  return carryOut(plan, inventory, hosts, options, context);
}

async function applyFresh(inventory: Inventory, options: ApplyOptions, context: Context): Promise<ExitCode> {
  const { plan, hosts } = await makePlan(inventory, options, context);
  const coloured = options.color && context.terminal.output;
  if (options.format !== "json") context.output.out(renderPlanText(plan, painter(coloured)));
  const asks = !options.autoApprove && plan.changes.length > 0 && standingGuards(plan, inventory, options).length === 0;
  if (asks && !(await confirm(plan.changes.length, context))) {
    throw new DtsyncError("not confirmed, so nothing was done", { exitCode: exitCodes.refused });
  }
  return carryOut(plan, inventory, hosts, options, context);
}

async function confirm(changes: number, context: Context): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const question = `\nMake ${changes === 1 ? "this change" : `these ${changes} changes`}? Only "yes" goes on: `;
  let interrupted = false;
  // While it asks, the prompt takes Ctrl-C as a key, so it does not arrive as a signal.
  prompt.once("SIGINT", () => {
    interrupted = true;
    prompt.close();
  });
  // The end of the input (Ctrl-D) is an answer too, and not yes.
  const closed = new Promise<string>((resolve) => prompt.once("close", () => resolve("")));
  const answer = await Promise.race([prompt.question(question, { signal: context.signal }).catch(() => ""), closed]);
  prompt.close();
  if (interrupted || context.signal.aborted) {
    throw new DtsyncError("interrupted, nothing was done", { exitCode: exitCodes.interrupted });
  }
  return answer.trim() === "yes";
}

/** The guards that still stand after the overrides. Limits are counted anew, so that a plan file cannot hide them. */
function standingGuards(plan: Plan, inventory: Inventory, options: ApplyOptions): readonly Guard[] {
  const limits = trippedLimits(plan.changes, inventory, {
    removals: options.allowRemovals,
    updates: options.allowUpdates,
  });
  return [
    ...limits,
    ...plan.guards.filter(({ guard }) => guard !== "maxRemovals" && guard !== "maxUpdates" && guard !== "protect"),
  ];
}

async function carryOut(
  plan: Plan,
  inventory: Inventory,
  hosts: readonly Host[],
  options: ApplyOptions,
  context: Context,
): Promise<ExitCode> {
  const guards = standingGuards(plan, inventory, options);
  if (guards.length > 0) {
    await finish(plan, [], options, context, guards);
    const texts = guards.map(describeGuard).join("; ");
    context.output.err(`dtsync: refused, nothing was done: ${texts}\n  the plan lists what the guards are about\n`);
    return exitCodes.refused;
  }
  const changes = plan.changes.filter((change) => options.shard === null || inShard(change, options.shard));
  const results = await makeChanges(changes, inventory, hosts, options, context);
  await finish(plan, results, options, context, []);
  return combineExitCodes([
    readingExitCode(plan),
    plan.held.length > 0 ? exitCodes.partial : exitCodes.done,
    resultsExitCode(results, options, context),
  ]);
}

function describeGuard({ guard, actual, limit, override }: Guard): string {
  if (guard === "maxRemovals" || guard === "maxUpdates") {
    return `${guard} is ${limit}, and the plan has ${actual}${override === null ? "" : ` (to go on: ${override})`}`;
  }
  return `${guard} stands against ${actual === 1 ? "a change" : `${actual} changes`}`;
}

function resultsExitCode(results: readonly ChangeResult[], options: ApplyOptions, context: Context): ExitCode {
  const has = (...statuses: readonly ResultStatus[]) => results.some(({ status }) => statuses.includes(status));
  return combineExitCodes([
    context.signal.aborted ? exitCodes.interrupted : exitCodes.done,
    has("stale") ? (options.skipStale ? exitCodes.partial : exitCodes.stale) : exitCodes.done,
    has("failed", "uncertain", "skipped") ? exitCodes.partial : exitCodes.done,
  ]);
}

async function makeChanges(
  changes: readonly Change[],
  inventory: Inventory,
  hosts: readonly Host[],
  options: ApplyOptions,
  context: Context,
): Promise<readonly ChangeResult[]> {
  const log = createLog(context, options.logLevel, painter(options.color && context.terminal.errors));
  const resources = await openRun(changes, inventory, options, context, {
    runId: randomBytes(6).toString("hex"),
    warn: log.warn,
  });
  try {
    const progress = await applyProgress(changes, options, context);
    try {
      const { signal, clock } = context;
      const { started: onStart, finished: onResult } = progress;
      const concurrency = options.concurrency ?? defaultHostConcurrency;
      const appliers = createAppliers(
        { hosts, environments: inventory.environments, concurrency },
        {
          clients: resources.clients,
          installers: resources.installers,
          connect: await sshConnector(options, context),
          clock,
          signal,
          lockWait: { seconds: 10, tries: 12 },
          connectWait: 30_000,
          authorities: async (name) => {
            const path = inventory.clusters.find((cluster) => cluster.name === name)?.ca ?? null;
            return path === null ? "" : readFile(path, "utf8");
          },
        },
      );
      return await execute({ changes, signal, clock, onStart, onResult }, appliers);
    } finally {
      await progress.close();
    }
  } finally {
    await resources.close();
  }
}

async function finish(
  plan: Plan,
  results: readonly ChangeResult[],
  options: ApplyOptions,
  context: Context,
  guards: readonly Guard[],
): Promise<void> {
  const report: ApplyReport = {
    format: "dtsync-apply/1",
    plan: planDigest(plan),
    results,
    summary: countResults(results),
  };
  for (const { kind, file } of options.report) await writeReport(file, reports[kind]?.(report) ?? "", context);
  if (options.format === "json")
    context.output.out(renderJson({ ...report, ...(guards.length > 0 ? { guards } : {}) }));
  else if (guards.length === 0)
    context.output.out(renderApplyText(report, painter(options.color && context.terminal.output)));
}
