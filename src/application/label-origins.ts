import { GitFailure } from "../git/git-failure.ts";
import { olderCommits } from "../git/older-commits.ts";
import { isShallow, resolveCommit } from "../git/resolve-commit.ts";
import { escapeText } from "../load/diagnostics/show-text.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Plan } from "../model/plan.ts";
import { createPlan, type PlanInput } from "../plan/create-plan.ts";
import { originsFromBase, originsFromOlder, type PlannedRevision, withOrigins } from "../plan/origins.ts";
import type { Context } from "./context.ts";
import type { CommonOptions } from "./options.ts";
import { withRevisions } from "./revisions.ts";

/** Changes of the inventory before the base that are looked at; each is loaded and planned once. */
const mostOlder = 10;

const shallowWarning = (revision: string): string =>
  `--base ${escapeText(revision)}: what is called drift may be pending, because the clone is shallow and origin gives no more of its history`;

/**
 * The plan with the origin of every change: this revision, the base, or nobody. Needs no further reading of clusters,
 * because the inventories of other revisions are compared with what was read already.
 */
export async function labelOrigins(
  plan: Plan,
  input: PlanInput,
  revision: string,
  options: CommonOptions,
  context: Context,
): Promise<Plan> {
  const unlabelled = (reason: string): Plan => ({
    ...plan,
    warnings: [
      ...plan.warnings,
      `--base ${escapeText(revision)}: the origin of changes is not known, because ${reason}`,
    ],
  });
  try {
    return await withRevisions(options, context, async ({ repository, load }) => {
      const commit = await resolveCommit(repository, revision);
      const base = await load(commit);
      if (base.loaded.inventory === null) {
        return unlabelled(base.exists ? "the inventory of that revision is invalid" : "that revision has no inventory");
      }
      let origins = originsFromBase(plan.changes, planRevision(base.loaded.inventory, input));
      let looked = 0;
      if (origins.open.length > 0) {
        for await (const hash of olderCommits(repository, commit, mostOlder)) {
          looked += 1;
          const { inventory } = (await load(hash)).loaded;
          if (inventory !== null) origins = originsFromOlder(origins, planRevision(inventory, input));
          if (origins.open.length === 0) break;
        }
      }
      const labelled = { ...plan, changes: withOrigins(plan.changes, origins) };
      const cut = origins.open.length > 0 && looked < mostOlder && (await isShallow(repository));
      return cut ? { ...labelled, warnings: [...plan.warnings, shallowWarning(revision)] } : labelled;
    });
  } catch (error) {
    if (error instanceof GitFailure) return unlabelled(error.message);
    throw error;
  }
}

/** What a plan of another revision would change, from the same reading. Commands do not run again. */
function planRevision(inventory: Inventory, input: PlanInput): PlannedRevision {
  const named = new Set(input.inventory.hosts.map(({ name }) => name));
  const commands = (source: Inventory, environment: string) =>
    JSON.stringify(
      source.hostCommands.filter((item) => item.environment === environment).map(({ command }) => command),
    );
  const given = input.hosts.filter(
    ({ name, environment }) =>
      !named.has(name) && commands(inventory, environment) === commands(input.inventory, environment),
  );
  const taken = new Set(given.map(({ name }) => name));
  const hosts = [...inventory.hosts.filter(({ name }) => !taken.has(name)), ...given];
  return { inventory, changes: createPlan({ ...input, inventory, hosts, affected: null }).changes };
}
