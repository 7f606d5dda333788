import { createFleet, type ListedState } from "../fleet/create-fleet.ts";
import type { EnvironmentReading, Fleet } from "../model/fleet.ts";
import type { Environment, Inventory } from "../model/inventory.ts";
import type { Reading } from "../model/observed.ts";
import { statusReader } from "../observe/read-environment.ts";
import { environmentsInScope, type Standing, standings } from "../plan/environments-in-scope.ts";
import { noCache, openCacheFolder } from "../state/cache-folder.ts";
import type { Context } from "./context.ts";
import { type KeptReadings, openKeptReadings } from "./kept-readings.ts";
import { makePlan } from "./make-plan.ts";
import { eachEnvironment } from "./open-environments.ts";
import { hostConnections } from "./open-ssh.ts";
import { openTokens } from "./open-tokens.ts";
import type { FleetOptions } from "./options.ts";
import { showProgress } from "./progress/show-progress.ts";
import { createTally } from "./progress/tally.ts";
import type { ReadingAhead } from "./read-ahead.ts";

export interface StatusOptions extends FleetOptions {
  /** Days back for which problems that have ended are listed; null: only open ones are. */
  readonly problemDays: number | null;
  /** Milliseconds: what an environment said less long ago is not asked for again. */
  readonly maxAge: number;
}

/**
 * Plans, and asks each environment that is there and enabled for its hosts and problems, unless it has told a short while ago.
 * Nothing is written there but tokens, which are revoked. What could not be read is in the result as such. `ahead`: clusters
 * that are being read already.
 */
export async function readStatus(
  inventory: Inventory,
  options: StatusOptions,
  context: Context,
  ahead: Pick<ReadingAhead, "take">,
): Promise<Fleet> {
  const connections = hostConnections({ configFile: options.sshConfig, forChanges: false }, context);
  const planning = makePlan(inventory, { ...options, consumption: true }, context, connections, null, ahead);
  const { plan, input } = await planning.finally(connections.close);
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
  const kept = keptReadings(inventory, asked, options, context);
  for (const environment of asked) {
    const value = kept.get(environment.cluster)?.find(environment.id) ?? null;
    if (value !== null) readings.set(environment, { status: "complete", value });
  }
  const open = asked.filter((environment) => !readings.has(environment));
  context.log.info("what environments said a short while ago counts", () => ({
    asked: open.length,
    kept: readings.size,
  }));
  if (open.length === 0) return readings;
  const named = new Set(open.map(({ cluster }) => cluster));
  const { allowCommands } = options;
  const tokens = await openTokens({ inventory, named, allowCommands, journal: null, readOnly: true }, context);
  const readers = new Map(
    [...tokens.chains].flatMap(([name, chain]) => {
      const client = tokens.opened.get(name)?.client;
      return client === undefined ? [] : [[name, statusReader({ client, chain, clock, signal })] as const];
    }),
  );
  const tally = createTally("environments", open.length);
  const progress = showProgress({ stage: "reading", tallies: [tally], leavesCounts: false }, options, context);
  const now = () => clock.elapsed();
  const work = async (environment: Environment) => {
    const { id, cluster } = environment;
    const read = readers.get(cluster);
    const found = standing.get(environment);
    if (read === undefined || found?.status !== "enabled") return;
    tally.started(id, now());
    const reading = await read(found.observed.id, options.problemDays);
    if (reading.status === "complete") kept.get(cluster)?.keep(id, reading.value);
    readings.set(environment, reading);
    tally.ended(id, reading.status === "complete" ? "made" : "failure", now());
  };
  try {
    await context.awaitEnd(() => eachEnvironment(open, { tokens }, work, signal));
  } finally {
    progress.close();
    for (const { save } of kept.values()) save();
    await tokens.revoke();
    await tokens.close();
  }
  for (const environment of open) {
    if (!readings.has(environment)) readings.set(environment, { status: "unreadable", reason: "it was not asked" });
  }
  return readings;
}

/** By cluster. */
function keptReadings(
  { clusters }: Inventory,
  asked: readonly Environment[],
  { cache, maxAge, problemDays: days }: StatusOptions,
  { variables, clock }: Context,
): ReadonlyMap<string, KeptReadings> {
  const folder = cache ? openCacheFolder(variables, "status") : noCache;
  const named = new Set(asked.map(({ cluster }) => cluster));
  const now = () => clock.now().getTime();
  return new Map(
    clusters
      .filter(({ name }) => named.has(name))
      .map(({ name, url }) => [name, openKeptReadings({ cache: folder, url, maxAge, days, now })]),
  );
}
