import { join } from "node:path";
import type { Client } from "../dynatrace/client.ts";
import type { TokenChain } from "../dynatrace/token-chain.ts";
import { ownFolder } from "../files/own-files.ts";
import type { Cluster } from "../model/inventory.ts";
import type { QuestionTokens } from "../observe/observe-zones.ts";
import { abandonedRuns, journalInFolder, openJournal } from "../state/journal.ts";
import { ownIdentity } from "../state/process-identity.ts";
import { cleanUpAfter } from "./clean-up-after.ts";
import type { Context } from "./context.ts";
import { createChain } from "./create-chain.ts";

/** Tokens for questions that planning asks environments. */
export interface ReadingTokens {
  /** Those of one cluster. They are closed before the client is. */
  open(cluster: Cluster, client: Client): QuestionTokens;
  /** Everything that was made is gone. */
  close(): Promise<void>;
}

/**
 * The journal of the tokens is begun with the first of them: most plans make none, and write nothing on a cluster. One that
 * does removes what killed runs of this machine left there before it asks.
 */
export function readingTokens(context: Context): ReadingTokens {
  const { runId, log, clock, variables } = context;
  const folder = join(ownFolder("state", variables), "runs");
  const identity = ownIdentity();
  const place = journalInFolder(folder, runId);
  const journal = openJournal({ place, runId, process: identity, now: clock.now, warn: log.warn });
  const chains = new Map<string, TokenChain>();
  let cleaned: Promise<void> = Promise.resolve();
  const cleanUp = ({ url }: Cluster): Promise<void> => {
    // One after the other: a run that has left something on two clusters is forgotten while both are open.
    cleaned = cleaned.then(() => {
      const ofCluster = abandonedRuns(folder, identity, log.warn).filter(({ entry }) =>
        entry.tokens.some((token) => token.cluster === url),
      );
      return cleanUpAfter(ofCluster, { tokens: chains, now: clock.now, log });
    });
    return cleaned;
  };
  return {
    open(cluster, client) {
      const chain = createChain(cluster, client, journal, context);
      chains.set(cluster.url, chain);
      const ready = cleanUp(cluster);
      return {
        withReadToken: async (environment, scopes, use) => {
          await ready;
          return chain.withReadToken(environment, scopes, use);
        },
        async close() {
          await ready;
          chains.delete(cluster.url);
          await chain.close();
        },
      };
    },
    close: journal.close,
  };
}
