import type { Client } from "../dynatrace/client.ts";
import { readZoneRights } from "../dynatrace/cluster-api.ts";
import { listManagementZones } from "../dynatrace/environment-api.ts";
import type { TokenChain } from "../dynatrace/token-chain.ts";
import { createLimiter } from "../lib/limiter.ts";
import type { ObservedEnvironment, ObservedZones } from "../model/observed.ts";
import { reading } from "./reading.ts";

/** The tokens that questions to environments are asked with, until they are closed. */
export type QuestionTokens = Pick<TokenChain, "withReadToken" | "close">;

/**
 * The rights of all groups on management zones, and which zones the wanted environments have (ids in lower case). Only an
 * environment itself tells, for a token of its own; one that is disabled is not asked. Never rejects.
 */
export async function observeZones(
  client: Client,
  environments: readonly ObservedEnvironment[],
  wanted: ReadonlySet<string>,
  openTokens: () => QuestionTokens,
): Promise<ObservedZones> {
  const named = environments.filter(({ id }) => wanted.has(id.toLowerCase()));
  if (named.length === 0) return { rights: { status: "complete", value: [] }, lists: new Map() };
  const asked = named.filter(({ state }) => state === "ENABLED");
  const [rights, lists] = await Promise.all([
    reading(readZoneRights(client)),
    asked.length === 0 ? [] : readLists(client, asked, openTokens()),
  ]);
  return { rights, lists: new Map(lists) };
}

async function readLists(client: Client, asked: readonly ObservedEnvironment[], tokens: QuestionTokens) {
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
