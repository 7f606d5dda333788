import { readRevision } from "../git/repository.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { Plan } from "../model/plan.ts";
import type { ChangeResult } from "../model/result.ts";
import { clustersInScope } from "../observe/clusters-in-scope.ts";
import { listHosts } from "../observe/list-hosts.ts";
import { createPlan, hostsInScope, type PlanInput } from "../plan/create-plan.ts";
import { withoutSuspended } from "../plan/hold-suspended.ts";
import { needsHostCommands, retriedItems, undeclaredResults } from "../plan/retried-items.ts";
import { environmentsWithZonesInScope } from "../plan/zones-in-scope.ts";
import { listNames } from "../report/remarks-text.ts";
import type { ChangedSince } from "./changed-since.ts";
import { checkedScope } from "./checked-scope.ts";
import type { Context } from "./context.ts";
import { gitEdges } from "./git-edges.ts";
import { type HostConnections, sshWarnings } from "./open-ssh.ts";
import type { FleetOptions } from "./options.ts";
import type { ReadingAhead } from "./read-ahead.ts";
import { readFleet } from "./read-fleet.ts";
import { requireOrigins } from "./require-origins.ts";
import { programRunner } from "./run-program.ts";

export interface MadePlan {
  readonly plan: Plan;
  /** What it was made from. */
  readonly input: PlanInput;
}

/**
 * Reads everything and compares. Nothing is written anywhere. `left`: what an earlier apply left, to plan nothing else; null:
 * everything in scope. `ahead`: clusters that are being read already. `consumption`: it is read, too, how much of the
 * licences is used. Throws a usage error for a scope that cannot be meant.
 */
export async function makePlan(
  inventory: Inventory,
  options: FleetOptions & { readonly consumption?: boolean },
  context: Context,
  connections: HostConnections,
  left: readonly ChangeResult[] | null = null,
  ahead: Pick<ReadingAhead, "take"> | null = null,
): Promise<MadePlan> {
  const { scope, allowCommands } = options;
  const hasCommands = inventory.hostCommands.length > 0;
  checkedScope(inventory, { hosts: inventory.hosts, complete: !hasCommands }, scope);
  const { affected, warnings } = await narrow(inventory, options, context, left);
  const inScope = (hosts: readonly Host[]) => clustersInScope(inventory, hosts, scope, affected);
  await requireOrigins(inScope(inventory.hosts), context);
  const runsCommands = left === null || needsHostCommands(left, inventory);
  const list = await listHosts(runsCommands ? inventory : { ...inventory, hostCommands: [] }, {
    scope,
    allowCommands,
    variables: context.variables,
    run: programRunner(context),
  });
  const listed = runsCommands && scope.hosts === "probe" && scope.only.includes("hosts") && list.held.length === 0;
  const scopeWarnings = checkedScope(inventory, { hosts: list.hosts, complete: !hasCommands || listed }, scope);
  // A host that only a command knows of may be the only one of its cluster in scope.
  const clusters = inScope(list.hosts);
  await requireOrigins(clusters, context);
  const createdAt = context.clock.now();
  const wanted = {
    clusters,
    hosts: withoutSuspended(hostsInScope(inventory, list.hosts, scope, affected), inventory, createdAt),
    groups: scope.only.some((kind) => kind !== "hosts"),
    consumption: options.consumption === true ? { now: createdAt.getTime() } : null,
    zonesOf: environmentsWithZonesInScope(inventory, scope, affected),
  };
  const leftOut = await sshWarnings(wanted.hosts, options.sshConfig, context);
  const [observed, { reason, ...revision }] = await Promise.all([
    readFleet(inventory, wanted, options, context, connections, ahead),
    options.revision ?? readRevision(inventory.directory, gitEdges(context)),
  ]);
  context.signal.throwIfAborted();
  const input: PlanInput = {
    inventory,
    hosts: list.hosts,
    observed,
    scope,
    affected,
    createdAt,
    dtsync: context.version,
    ...revision,
    held: list.held,
    incompleteHostLists: list.incomplete,
    warnings: [
      ...warnings,
      ...list.warnings,
      ...leftOut,
      ...(left === null ? [] : undeclaredWarnings(left, inventory, list)),
      ...(reason === null ? [] : [`the plan does not name the commit of the inventory: ${reason}`]),
      ...scopeWarnings,
    ],
  };
  const plan = createPlan(input);
  connections.keepFor(plan.changes);
  logPlan(plan, context);
  return { plan, input };
}

/** Notes what was planned: counts alone, the plan itself is the result. */
export function logPlan(
  { summary, changes, held, waiting, guards, warnings }: Plan,
  { log }: Pick<Context, "log">,
): void {
  log.info("plan made", () => ({
    changes: changes.length,
    ...summary,
    held: held.map(({ scope }) => scope),
    waiting: waiting.length,
    guards: guards.map(({ guard }) => guard),
    warnings: warnings.length,
  }));
}

/** What --changed-since or --retry leaves; Git is asked only where the former is given. */
async function narrow(
  inventory: Inventory,
  options: FleetOptions,
  context: Context,
  left: readonly ChangeResult[] | null,
): Promise<ChangedSince> {
  if (left !== null) return { affected: retriedItems(left, inventory), warnings: [] };
  if (options.scope.changedSince === null) return { affected: null, warnings: [] };
  const { readChangedSince } = await import("./changed-since.ts");
  return readChangedSince(inventory, options.scope.changedSince, options, context);
}

/** What of an earlier apply cannot be tried again. A host may be one of a source that could not be read, which is held. */
function undeclaredWarnings(
  left: readonly ChangeResult[],
  inventory: Inventory,
  { hosts, held }: Pick<PlanInput, "hosts" | "held">,
): readonly string[] {
  const undeclared = undeclaredResults(left, inventory, hosts).filter(
    (id) => held.length === 0 || !id.startsWith("host/"),
  );
  if (undeclared.length === 0) return [];
  const are = undeclared.length === 1 ? "is not declared any more and is" : "are not declared any more and are";
  return [`--retry: ${listNames(undeclared)} ${are} left out`];
}
