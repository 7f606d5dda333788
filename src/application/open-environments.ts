import { readEnvironments } from "../dynatrace/cluster-api.ts";
import { createLimiter } from "../lib/limiter.ts";
import type { Environment, Inventory } from "../model/inventory.ts";
import type { ObservedEnvironment, Reading } from "../model/observed.ts";
import { reading } from "../observe/reading.ts";
import { type Standing, standings } from "../plan/environments-in-scope.ts";
import type { Context } from "./context.ts";
import { type OpenTokens, openTokens } from "./open-tokens.ts";
import { requireOrigins } from "./require-origins.ts";

/** Environments that are about to be asked, each for itself. */
export interface OpenEnvironments {
  readonly tokens: OpenTokens;
  readonly standings: ReadonlyMap<Environment, Standing>;
  /** Clusters that could be read. */
  readonly readable: ReadonlySet<string>;
  close(): Promise<void>;
}

/**
 * Opens the clusters of the environments and reads which of these are there and enabled: one that is disabled is never asked.
 * Throws a refusal where an origin is not allowed.
 */
export async function openEnvironments(
  environments: readonly Environment[],
  inventory: Inventory,
  allowCommands: boolean,
  context: Context,
): Promise<OpenEnvironments> {
  const named = new Set(environments.map(({ cluster }) => cluster));
  await requireOrigins(
    inventory.clusters.filter(({ name }) => named.has(name)),
    context,
  );
  const tokens = await openTokens({ inventory, named, allowCommands, journal: null, readOnly: true }, context);
  const close = async () => {
    await tokens.revoke();
    await tokens.close();
  };
  const list = (name: string): Promise<Reading<readonly ObservedEnvironment[]>> => {
    const client = tokens.opened.get(name)?.client;
    const failure = tokens.failures.get(name) ?? new Error("it could not be opened");
    return reading(
      client === undefined ? Promise.reject(failure) : readEnvironments(client, { quotas: false, storage: false }),
    );
  };
  try {
    const lists = new Map(await Promise.all([...named].map(async (name) => [name, await list(name)] as const)));
    context.signal.throwIfAborted();
    const readable = new Set([...lists].flatMap(([name, { status }]) => (status === "complete" ? [name] : [])));
    return { tokens, standings: standings(environments, lists), readable, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Does the work for each environment, twice as many of a cluster at once as it takes requests, so that none of its places is
 * empty while tokens come and go. Begins no more once the signal is aborted.
 */
export async function eachEnvironment(
  environments: readonly Environment[],
  { tokens }: Pick<OpenEnvironments, "tokens">,
  work: (environment: Environment) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const limiters = new Map(
    [...tokens.opened].map(([name, { client }]) => [name, createLimiter(2 * client.maxConcurrency)]),
  );
  await Promise.all(
    environments.map((environment) =>
      limiters.get(environment.cluster)?.run(async () => {
        if (!signal.aborted) await work(environment);
      }),
    ),
  );
}
