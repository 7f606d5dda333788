import type { Context } from "../application/context.ts";
import { readingExitCode } from "../application/exit-codes.ts";
import { loadForRun } from "../application/load-or-print.ts";
import { type MadePlan, makePlan } from "../application/make-plan.ts";
import { notifiedRun, type RunDocuments } from "../application/notified-run.ts";
import { hostConnections } from "../application/open-ssh.ts";
import { type OutputFiles, openOutputs } from "../application/output-files.ts";
import { printPlanFaults } from "../application/print-plan-faults.ts";
import { readAhead } from "../application/read-ahead.ts";
import { readRetry, retryRefusal } from "../application/read-retry.ts";
import { repositoryPath } from "../application/repository-path.ts";
import { combineExitCodes, type ExitCode, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import type { Plan } from "../model/plan.ts";
import { renderPlanMarkdown } from "../report/plan-markdown.ts";
import { planReports, renderJson } from "../report/plan-reports.ts";
import { renderPlanText } from "../report/plan-text.ts";
import { noCache, openCacheFolder } from "../state/cache-folder.ts";
import type { PlanOptions } from "./options/plan-options.ts";

/** Compares the inventory with clusters and hosts. Writes nothing there. */
export const plan = (options: PlanOptions, context: Context): Promise<ExitCode> =>
  notifiedRun("plan", options.notify, context, (tell) => planOnce(options, context, tell));

async function planOnce(
  options: PlanOptions,
  context: Context,
  tell: (documents: RunDocuments) => void,
): Promise<ExitCode> {
  const reports = options.report.map(({ file }) => file);
  const files = options.out === null ? reports : [...reports, options.out];
  const outputs = await openOutputs(files, context);
  const retried = options.retry === null ? null : readRetry(options.retry, context);
  if (retried !== null && "faults" in retried) {
    const refusal = retryRefusal(options.retry ?? "");
    return printPlanFaults({ ...refusal, exitCode: exitCodes.invalid, ...retried }, options, context);
  }
  const cache = options.cache ? openCacheFolder(context.variables) : noCache;
  const left = retried?.left ?? null;
  // What an earlier apply left may be about some clusters alone.
  const ahead = left === null && outputs.unwritable === null ? readAhead(options.scope, context) : null;
  const loadAndPlan = async () => {
    const inventory = await loadForRun("plan", outputs, options, cache, context, ahead?.follower);
    if (inventory === null) return null;
    const connections = hostConnections({ configFile: options.sshConfig, forChanges: false }, context);
    const made = await makePlan(inventory, options, context, connections, left, ahead).finally(connections.close);
    return { inventory, made };
  };
  const planned = await loadAndPlan().finally(ahead?.close);
  if (planned === null) return exitCodes.invalid;
  const { inventory, made } = planned;
  const result = await withOrigins(made, options, context);
  tell({ plan: result, report: null });
  const about = { inventory, hosts: made.input.hosts, folder: repositoryPath(options.inventory) };
  context.output.out(render(result, options, options.color && context.terminal.output));
  // One that cannot be written is no reason to leave out the others.
  const written = await Promise.allSettled([
    options.out === null ? null : savePlan(result, options.out, outputs, context),
    outputs.writeReports(options.report, (kind) => planReports[kind](result, about)),
  ]);
  for (const ended of written) if (ended.status === "rejected") throw ended.reason;
  const changes = options.detailedExitcode && result.changes.length > 0 ? exitCodes.changes : exitCodes.done;
  return combineExitCodes([readingExitCode(result), changes]);
}

/** Saves the plan for an apply, unless nothing could be read: that would be a file which does nothing and looks like one. */
async function savePlan(result: Plan, file: string, outputs: OutputFiles, context: Context) {
  if (readingExitCode(result) !== exitCodes.failed) return outputs.write(file, renderJson(result), { secret: true });
  context.log.warn(`--out ${file} is not written: no cluster could be read`);
}

/** The plan with the origins of its changes, where --base is given. */
async function withOrigins({ plan: made, input }: MadePlan, options: PlanOptions, context: Context): Promise<Plan> {
  if (options.base === null) return made;
  const { labelOrigins } = await import("../application/label-origins.ts");
  return labelOrigins(made, input, options.base, options, context);
}

function render(result: Plan, { format, full }: PlanOptions, coloured: boolean): string {
  if (format === "json") return renderJson(result);
  return format === "markdown" ? renderPlanMarkdown(result) : renderPlanText(result, painter(coloured), { full });
}
