import { createFleet, type ListedState } from "../fleet/create-fleet.ts";
import type { EnvironmentReading, Fleet } from "../model/fleet.ts";
import type { Environment, Inventory } from "../model/inventory.ts";
import type { Reading } from "../model/observed.ts";
import { readEnvironmentStatus } from "../observe/read-environment.ts";
import { environmentsInScope, type Standing, standings } from "../plan/environments-in-scope.ts";
import type { Context } from "./context.ts";
import { makePlan } from "./make-plan.ts";
import { eachEnvironment } from "./open-environments.ts";
import { hostConnections } from "./open-ssh.ts";
import { openTokens } from "./open-tokens.ts";
import type { FleetOptions } from "./options.ts";
import { showProgress } from "./progress/show-progress.ts";
import { createTally } from "./progress/tally.ts";

export interface StatusOptions extends FleetOptions {
  /** Days back for which problems that have ended are listed; null: only open ones are. */
  readonly problemDays: number | null;
}

/**
 * Plans, and asks each environment that is there and enabled for its hosts and problems. Nothing is written but tokens, which
 * are revoked. What could not be read is in the result as such.
 */
export async function readStatus(inventory: Inventory, options: StatusOptions, context: Context): Promise<Fleet> {
  const connections = hostConnections({ configFile: options.sshConfig, keep: false }, context);
  const { plan, input } = await makePlan(inventory, { ...options, consumption: true }, context, connections).finally(
    connections.close,
  );
  const inScope = environmentsInScope(inventory, options.scope, input.affected ?? null);
  const lists = new Map([...input.observed.clusters].map(([name, { environments }]) => [name, environments]));
  const standing = standings(inScope, lists);
  const readings = await readEnvironments(inScope, standing, inventory, options, context);
  context.signal.throwIfAborted();
  return createFleet({
    inventory,
    environments: inScope,
    hosts: input.hosts,
    plan,
    clusters: input.observed.clusters,
    states: new Map(inScope.map((environment) => [environment, stateOf(standing.get(environment))])),
    readings,
    problemsSince: options.problemDays === null ? null : options.problemDays * 86_400_000,
  });
}

const stateOf = (standing: Standing | undefined): ListedState =>
  standing === undefined || standing.status === "unknown" ? null : standing.status;

async function readEnvironments(
  inScope: readonly Environment[],
  standing: ReadonlyMap<Environment, Standing>,
  inventory: Inventory,
  options: StatusOptions,
  context: Context,
): Promise<ReadonlyMap<Environment, Reading<EnvironmentReading>>> {
  const { clock, signal } = context;
  const readings = new Map<Environment, Reading<EnvironmentReading>>();
  const asked = inScope.filter((environment) => standing.get(environment)?.status === "enabled");
  for (const [environment, found] of standing) {
    if (found.status === "unknown") readings.set(environment, { status: "unreadable", reason: found.reason });
  }
  if (asked.length === 0) return readings;
  const named = new Set(asked.map(({ cluster }) => cluster));
  const { allowCommands } = options;
  const tokens = await openTokens({ inventory, named, allowCommands, journal: null, readOnly: true }, context);
  const tally = createTally("environments", asked.length);
  const progress = showProgress({ stage: "reading", tallies: [tally], leavesCounts: false }, options, context);
  const now = () => clock.now().getTime();
  const work = async (environment: Environment) => {
    const { id, cluster } = environment;
    const [client, chain] = [tokens.opened.get(cluster)?.client, tokens.chains.get(cluster)];
    const found = standing.get(environment);
    if (client === undefined || chain === undefined || found?.status !== "enabled") return;
    tally.started(id, now());
    const ports = { client, chain, clock, signal };
    const reading = await readEnvironmentStatus(found.observed.id, options.problemDays, ports);
    readings.set(environment, reading);
    tally.ended(id, reading.status === "complete" ? "made" : "failure", now());
  };
  try {
    await context.awaitEnd(() => eachEnvironment(asked, { tokens }, work, signal));
  } finally {
    progress.close();
    await tokens.revoke();
    await tokens.close();
  }
  for (const environment of asked) {
    if (!readings.has(environment)) readings.set(environment, { status: "unreadable", reason: "it was not asked" });
  }
  return readings;
}
