import { DtsyncError, exitCodes } from "../errors.ts";
import { painter } from "../lib/printable.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { Plan } from "../model/plan.ts";
import type { ChangeResult } from "../model/result.ts";
import { planDigest } from "../plan/digest.ts";
import { heldResults } from "../plan/retried-items.ts";
import { renderPlanMarkdown } from "../report/plan-markdown.ts";
import { renderPlanText } from "../report/plan-text.ts";
import type { ApprovedPlan, CarryOutOptions, Review } from "./carry-out.ts";
import { confirm } from "./confirm.ts";
import type { Context } from "./context.ts";
import { makePlan } from "./make-plan.ts";
import type { HostConnections } from "./open-ssh.ts";
import { remainingGuards } from "./remaining-guards.ts";

export interface ConfirmOptions extends CarryOutOptions {
  /** Text shows everything by itself. */
  readonly full: boolean;
  /** Nobody is asked. */
  readonly autoApprove: boolean;
}

/**
 * Makes a fresh plan, shows it and asks. `left`: what an earlier apply left, to plan nothing else; null: everything in
 * scope. Throws where nobody can be asked, and where the answer is not yes.
 */
export async function planAndConfirm(
  inventory: Inventory,
  options: ConfirmOptions,
  context: Context,
  connections: HostConnections,
  left: readonly ChangeResult[] | null = null,
): Promise<ApprovedPlan> {
  const { autoApprove, color, format, full } = options;
  if (!autoApprove && !context.terminal.input) {
    throw new DtsyncError("there is no terminal to ask on, so nothing was done", {
      exitCode: exitCodes.refused,
      hint: "apply a plan file that was reviewed, or give --auto-approve",
    });
  }
  const { plan, input } = await makePlan(inventory, options, context, connections, left);
  if (format === "text") context.output.out(renderPlanText(plan, painter(color && context.terminal.output), { full }));
  if (format === "markdown") context.output.out(renderPlanMarkdown(plan));
  if (mustAsk(plan, inventory, options) && !(await confirm(plan.changes.length, context.prompt, context.signal))) {
    throw new DtsyncError("not confirmed, so nothing was done", { exitCode: exitCodes.refused });
  }
  const approved = { plan, inventory, hosts: input.hosts, observed: input.observed };
  return left === null ? approved : { ...approved, review: retryReview(left, plan, inventory, input.hosts) };
}

/** What is still held is still left, and gets a result as in a plan file. */
function retryReview(left: readonly ChangeResult[], plan: Plan, inventory: Inventory, hosts: readonly Host[]): Review {
  const settled = heldResults(left, plan, inventory, hosts);
  const ids = [...plan.changes, ...settled].map(({ id }) => id);
  return { digest: planDigest(plan), ids, settled, elsewhere: [], read: plan };
}

/** Whether there is something to say yes to: changes that no guard refuses anyway. */
export function mustAsk(
  plan: Pick<Plan, "changes" | "guards">,
  inventory: Inventory,
  { autoApprove, raisedLimits }: Pick<ConfirmOptions, "autoApprove" | "raisedLimits">,
): boolean {
  return !autoApprove && plan.changes.length > 0 && remainingGuards(plan, inventory, raisedLimits).length === 0;
}
