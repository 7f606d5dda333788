import type { Client } from "../dynatrace/client.ts";
import { readZoneRights } from "../dynatrace/cluster-api.ts";
import { listManagementZones } from "../dynatrace/environment-api.ts";
import type { TokenChain } from "../dynatrace/token-chain.ts";
import { createLimiter } from "../lib/limiter.ts";
import type { ObservedEnvironment, ObservedManagementZone, ObservedZones, Reading } from "../model/observed.ts";
import { reading } from "./reading.ts";

/** The tokens that questions to environments are asked with, until they are closed. */
export type QuestionTokens = Pick<TokenChain, "withReadToken" | "close">;

/** Ids of environments in lower case, or those in which any group has rights on zones. */
export type WantedZones = ReadonlySet<string> | "with-rights";

/**
 * The rights of all groups on management zones, and which zones the wanted environments have. Only an environment itself
 * tells, for a token of its own; one that is disabled is not asked. Never rejects.
 */
export async function observeZones(
  client: Client,
  environments: readonly ObservedEnvironment[],
  wanted: WantedZones,
  openTokens: () => QuestionTokens,
): Promise<ObservedZones> {
  if (wanted === "with-rights") {
    const rights = await reading(readZoneRights(client));
    const used = rights.status === "complete" ? rights.value : [];
    const ids = new Set(used.map(({ environment }) => environment.toLowerCase()));
    const asked = environments.filter(({ id, state }) => state === "ENABLED" && ids.has(id.toLowerCase()));
    return { rights, lists: new Map(await readLists(client, asked, openTokens)) };
  }
  const named = environments.filter(({ id }) => wanted.has(id.toLowerCase()));
  if (named.length === 0) return { rights: { status: "complete", value: [] }, lists: new Map() };
  const asked = named.filter(({ state }) => state === "ENABLED");
  const [rights, lists] = await Promise.all([reading(readZoneRights(client)), readLists(client, asked, openTokens)]);
  return { rights, lists: new Map(lists) };
}

async function readLists(
  client: Client,
  asked: readonly ObservedEnvironment[],
  openTokens: () => QuestionTokens,
): Promise<readonly (readonly [id: string, zones: Reading<readonly ObservedManagementZone[]>])[]> {
  if (asked.length === 0) return [];
  const tokens = openTokens();
  // Twice as many as the cluster takes requests, so that none of its places is empty while tokens come and go.
  const limiter = createLimiter(2 * client.maxConcurrency);
  const list = (id: string) =>
    limiter.run(() =>
      reading(tokens.withReadToken(id, ["ReadConfig"], (token) => listManagementZones(client, id, token))),
    );
  try {
    return await Promise.all(asked.map(async ({ id }) => [id.toLowerCase(), await list(id)] as const));
  } finally {
    await tokens.close();
  }
}
