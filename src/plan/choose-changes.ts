import { groupChangeId } from "../kinds/group/change.ts";
import type { ReviewMatch, ReviewWorld } from "../kinds/kind.ts";
import { askReviews, reviewOf } from "../kinds/kinds.ts";
import { zoneScopes } from "../kinds/zone-permission/held-scopes.ts";
import type { Change } from "../model/change.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { Observed } from "../model/observed.ts";
import type { Held, Plan } from "../model/plan.ts";
import type { ChangeResult, ResultStatus } from "../model/result.ts";

export interface ReviewedChanges {
  readonly reviewed: readonly Change[];
  /** A plan of the same items as they are now. */
  readonly fresh: Pick<Plan, "changes" | "held" | "waiting">;
  readonly inventory: Inventory;
  readonly hosts: readonly Host[];
  readonly observed: Observed;
}

export interface ChosenChanges {
  /** Changes of the fresh plan, in its order, as far as reviewed ones ask for them. */
  readonly changes: readonly Change[];
  /** Reviewed changes that are not to be made, with the reason, and those that are as wanted already. */
  readonly settled: readonly ChangeResult[];
}

/**
 * Chooses from a fresh plan what was reviewed. A change is made when what it is about is as the reviewed plan saw it, and
 * the fresh plan has a change of the same id and action that agrees in every field which the reviewed one names; what the
 * fresh one has besides waits for the next plan. What a change depends on has to be chosen too.
 */
export function chooseChanges(given: ReviewedChanges): ChosenChanges {
  const { reviewed, fresh } = given;
  const freshChanges = new Map(fresh.changes.map((change) => [change.id, change]));
  const heldBy = heldIndex(given);
  const compare = comparison(given);
  const chosen = new Map<string, Change>();
  const settled = new Map<string, ChangeResult>();
  const settle = (change: Change, status: ResultStatus, error?: ChangeResult["error"]) =>
    settled.set(change.id, resultOf(change, status, error));
  for (const change of reviewed) {
    const held = heldBy(change);
    if (held) {
      settle(change, "skipped", { code: "held", message: held.reason });
      continue;
    }
    const match = compare(change);
    if (match.match === "as-wanted") settle(change, "done");
    else if (match.match === "other") settle(change, "stale", staleError(match.reason));
    else {
      const found = narrowed(change, freshChanges.get(change.id), fresh);
      if ("change" in found) chosen.set(change.id, found.change);
      else settle(change, "stale", staleError(found.reason));
    }
  }
  const changes: Change[] = [];
  const made = new Set<string>();
  for (const { id } of fresh.changes) {
    const change = chosen.get(id);
    if (!change) continue;
    const missing = change.dependsOn.find((first) => !made.has(first) && settled.get(first)?.status !== "done");
    if (missing === undefined) {
      made.add(id);
      changes.push(change);
    } else {
      const result = settled.get(missing);
      const message = result
        ? `${missing} was not done (${result.status})`
        : `${missing} has to be done first, and this run does not make it`;
      settle(change, "skipped", { code: "dependency", message });
    }
  }
  return { changes, settled: [...settled.values()] };
}

function comparison(given: ReviewedChanges): (change: Change) => ReviewMatch {
  const { inventory, hosts, observed, fresh } = given;
  const newGroups = new Set(
    fresh.changes.flatMap(({ kind, action, id }) => (kind === "group" && action === "create" ? [id] : [])),
  );
  const world: ReviewWorld = { inventory, hosts, observed, newGroups };
  return askReviews((rules) => rules.compare(world));
}

function narrowed(
  reviewed: Change,
  fresh: Change | undefined,
  { waiting }: Pick<Plan, "waiting">,
): { readonly change: Change } | { readonly reason: string } {
  if (fresh === undefined) {
    const wait = reviewed.kind === "environment" && waiting.find(({ id }) => id === reviewed.environment);
    return { reason: wait ? `it waits until ${wait.until}` : "a plan made now has nothing to do about it" };
  }
  if (fresh.action !== reviewed.action || fresh.kind !== reviewed.kind) {
    return { reason: `a plan made now says ${fresh.action} and not ${reviewed.action}` };
  }
  const result = reviewOf(fresh).narrow(fresh, reviewed);
  return "change" in result ? result : { reason: `a plan made now differs in ${result.differs}` };
}

/** What keeps a change from being planned: its cluster, its groups, itself, or the source of its host. */
function heldIndex({ fresh, inventory, hosts }: ReviewedChanges): (change: Change) => Held | undefined {
  const byScope = new Map(fresh.held.map((held) => [held.scope, held]));
  const listed = new Set(hosts.map(({ name }) => name));
  return (change) => {
    const { id, cluster, group, host, environment } = change;
    const sources =
      host === null || listed.has(host)
        ? []
        : inventory.hostCommands.filter((source) => source.environment === environment).map((source) => source.id);
    const scopes = [
      `cluster/${cluster}`,
      ...(group === null ? [] : [`cluster/${cluster}/groups`, groupChangeId(cluster, group), ...zoneScopes(change)]),
      ...sources.map((source) => `source/${source}`),
      ...(environment === null ? [] : [`environment/${environment}`]),
      id,
    ];
    return scopes.map((scope) => byScope.get(scope)).find((held) => held !== undefined);
  };
}

const staleError = (message: string) => ({ code: "stale", message });

const resultOf = ({ id, action }: Change, status: ResultStatus, error?: ChangeResult["error"]): ChangeResult => ({
  id,
  action,
  status,
  attempts: 0,
  durationMs: 0,
  ...(error ? { error } : {}),
});
