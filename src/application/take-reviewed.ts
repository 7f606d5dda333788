import { DtsyncError, exitCodes } from "../errors.ts";
import { plannedRollouts } from "../kinds/host/rollouts.ts";
import { type Change, ofFamily } from "../model/change.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { Held, Plan } from "../model/plan.ts";
import type { PlanFault } from "../model/plan-fault.ts";
import { isSuspension } from "../model/suspension.ts";
import { listHosts } from "../observe/list-hosts.ts";
import { chooseChanges } from "../plan/choose-changes.ts";
import { planContradictions } from "../plan/contradictions.ts";
import { createPlan } from "../plan/create-plan.ts";
import { planDigest } from "../plan/digest.ts";
import { trippedGuards } from "../plan/guards.ts";
import { withoutSuspended } from "../plan/hold-suspended.ts";
import { heldInPart, inPart, type PlanPart } from "../plan/plan-part.ts";
import { reviewedItems } from "../plan/reviewed-items.ts";
import { environmentsWithZonesInScope } from "../plan/zones-in-scope.ts";
import type { ApprovedPlan, CarryOutOptions } from "./carry-out.ts";
import type { Context } from "./context.ts";
import { logPlan } from "./make-plan.ts";
import type { HostConnections } from "./open-ssh.ts";
import { readFleet } from "./read-fleet.ts";
import { requireOrigins } from "./require-origins.ts";
import { programRunner } from "./run-program.ts";

/** A file that asks for something which the inventory does not declare is refused whole. */
export type TakenPlan = { readonly approved: ApprovedPlan } | { readonly contradictions: readonly PlanFault[] };

/**
 * What a plan that was reviewed chooses: it is about items of the inventory as it is now, which are read and planned once
 * more, and only changes of that fresh plan are approved. Throws when the plan was made from another inventory.
 */
export async function takeReviewed(
  reviewed: Plan,
  inventory: Inventory,
  options: CarryOutOptions,
  context: Context,
  connections: HostConnections,
): Promise<TakenPlan> {
  if (reviewed.inventory.digest !== inventory.digest) {
    throw new DtsyncError("the plan was made from another state of the inventory, so nothing was done", {
      exitCode: exitCodes.stale,
      hint: "check out the commit that it was made from, or plan again",
    });
  }
  const contradictions = planContradictions(reviewed.changes, inventory);
  if (contradictions.length > 0) return { contradictions };
  const named = new Set(reviewed.changes.map(({ cluster }) => cluster));
  const clusters = inventory.clusters.filter(({ name }) => named.has(name));
  await requireOrigins(clusters, context);
  const part: PlanPart = { only: options.scope.only, shard: options.shard };
  const isHere = (change: Change) => inPart(change, part);
  const changes = reviewed.changes.filter(isHere);
  const elsewhere = reviewed.changes.filter((change) => !isHere(change));
  const here = { ...reviewed, changes };
  const { plan: fresh, hosts, observed } = await planReviewed(here, inventory, options, context, connections);
  const chosen = chooseChanges({ reviewed: changes, fresh, inventory, hosts, observed });
  connections.keepFor(chosen.changes);
  const counted = [...chosen.changes, ...elsewhere];
  const plan: Plan = {
    ...fresh,
    changes: chosen.changes,
    rollouts: plannedRollouts(ofFamily(chosen.changes, "host"), inventory.environments),
    guards: trippedGuards({ changes: counted, inventory, observed }),
    ...withRemarks(fresh, { ...reviewed, held: heldHere(reviewed.held, part, inventory, hosts) }),
  };
  context.log.info("changes of the plan file chosen", () => ({
    named: changes.length,
    chosen: chosen.changes.length,
    settled: chosen.settled.length,
  }));
  const review = {
    digest: planDigest(reviewed),
    ids: changes.map(({ id }) => id),
    settled: chosen.settled,
    elsewhere,
    read: { clusters: fresh.clusters, held: fresh.held },
  };
  return { approved: { plan, inventory, hosts, observed, review } };
}

/** A plan, made now, of what the changes of another one are about, and what it was made from. */
async function planReviewed(
  reviewed: Plan,
  inventory: Inventory,
  options: CarryOutOptions,
  context: Context,
  connections: HostConnections,
) {
  const { changes } = reviewed;
  const named = {
    clusters: new Set(changes.map(({ cluster }) => cluster)),
    hosts: new Set(changes.flatMap(({ host }) => host ?? [])),
  };
  const scope = {
    ...reviewed.scope,
    // The changes say what is meant, also what targets do not name and their items stand on.
    targets: [],
    changedSince: null,
    hosts: named.hosts.size > 0 ? "probe" : "skip",
  } as const;
  const list = await listHosts(inventory, {
    scope,
    allowCommands: options.allowCommands,
    variables: context.variables,
    run: programRunner(context),
  });
  const createdAt = context.clock.now();
  const wanted = {
    clusters: inventory.clusters.filter(({ name }) => named.clusters.has(name)),
    hosts: withoutSuspended(
      list.hosts.filter(({ name }) => named.hosts.has(name)),
      inventory,
      createdAt,
    ),
    groups: changes.some(({ kind }) => kind !== "host"),
    zonesOf: environmentsWithZonesInScope(inventory, scope, reviewedItems(changes)),
  };
  const observed = await readFleet(inventory, wanted, options, context, connections);
  context.signal.throwIfAborted();
  const plan = createPlan({
    inventory,
    hosts: list.hosts,
    observed,
    scope,
    affected: reviewedItems(changes),
    createdAt,
    dtsync: context.version,
    commit: reviewed.inventory.commit,
    dirty: reviewed.inventory.dirty,
    held: list.held,
    incompleteHostLists: list.incomplete,
    warnings: list.warnings,
  });
  logPlan(plan, context);
  return { plan, hosts: list.hosts, observed };
}

/** What of the reviewed plan's held is for this part to tell. */
function heldHere(
  held: readonly Held[],
  part: PlanPart,
  inventory: Inventory,
  hosts: readonly Host[],
): readonly Held[] {
  const environments = new Map<string, string>([
    ...inventory.hostCommands.map(({ id, environment }) => [`source/${id}`, environment] as const),
    ...hosts.map(({ name, environment }) => [`host/${name}`, environment] as const),
  ]);
  return held.filter((one) => heldInPart(one, part, (scope) => environments.get(scope) ?? null));
}

/**
 * What the reviewed plan could not read, or lets wait, is no part of its changes and not done either: it is said again, as of
 * then.
 */
function withRemarks(fresh: Plan, reviewed: Plan): Pick<Plan, "clusters" | "held" | "waiting" | "warnings"> {
  const held = new Set(fresh.held.map(({ scope }) => scope));
  const waiting = new Set(fresh.waiting.map(({ id }) => id));
  return {
    clusters: { ...reviewed.clusters, ...fresh.clusters },
    held: [
      ...fresh.held,
      ...reviewed.held
        .filter(({ scope }) => !held.has(scope))
        .map((one) => (isSuspension(one) ? one : { ...one, reason: `when the plan was made: ${one.reason}` })),
    ],
    waiting: [...fresh.waiting, ...reviewed.waiting.filter(({ id }) => !waiting.has(id))],
    warnings: [...new Set([...fresh.warnings, ...reviewed.warnings])],
  };
}
