import { DtsyncError, exitCodes } from "../errors.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Plan } from "../model/plan.ts";
import { listHosts } from "../observe/list-hosts.ts";
import type { ApprovedPlan } from "./carry-out.ts";
import type { Context } from "./context.ts";
import type { FleetOptions } from "./options.ts";
import { requireOrigins } from "./require-origins.ts";
import { programRunner } from "./run-program.ts";

/** A plan that was reviewed, with the inventory that it was made from. Throws when that is another one by now. */
export async function takeReviewed(
  plan: Plan,
  inventory: Inventory,
  { allowCommands }: Pick<FleetOptions, "allowCommands">,
  context: Context,
): Promise<ApprovedPlan> {
  if (plan.inventory.digest !== inventory.digest) {
    throw new DtsyncError("the plan was made from another state of the inventory, so nothing was done", {
      exitCode: exitCodes.stale,
      hint: "check out the commit that it was made from, or plan again",
    });
  }
  const named = new Set(plan.changes.map(({ cluster }) => cluster));
  const clusters = inventory.clusters.filter(({ name }) => named.has(name));
  await requireOrigins(clusters, context);
  const { variables, signal } = context;
  const run = programRunner(signal);
  const { hosts } = await listHosts(inventory, { scope: plan.scope, allowCommands, variables, run });
  return { plan, inventory, hosts };
}
