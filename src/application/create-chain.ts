import type { Client } from "../dynatrace/client.ts";
import { createTokenChain, type TokenChain } from "../dynatrace/token-chain.ts";
import type { Cluster } from "../model/inventory.ts";
import type { Journal } from "../state/journal.ts";
import type { Context } from "./context.ts";

/** The tokens that a run makes on a cluster; the journal knows of them. */
export const createChain = (
  cluster: Pick<Cluster, "name" | "url">,
  client: Client,
  journal: Journal,
  { clock, runId, redactor, log }: Context,
): TokenChain =>
  createTokenChain({
    cluster: cluster.name,
    client,
    clock,
    runId,
    conceal: redactor.conceal,
    journal: {
      made: (environment) => journal.tokenMade(cluster.url, environment),
      gone: (environment) => journal.tokenGone(cluster.url, environment),
    },
    log,
  });
