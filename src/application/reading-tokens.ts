import { join } from "node:path";
import type { Client } from "../dynatrace/client.ts";
import { ownFolder } from "../files/own-files.ts";
import type { Cluster } from "../model/inventory.ts";
import type { QuestionTokens } from "../observe/observe-zones.ts";
import { journalInFolder, openJournal } from "../state/journal.ts";
import { ownIdentity } from "../state/process-identity.ts";
import type { Context } from "./context.ts";
import { createChain } from "./create-chain.ts";

/** Tokens for questions that planning asks environments. */
export interface ReadingTokens {
  /** Those of one cluster. They are closed before the client is. */
  open(cluster: Cluster, client: Client): QuestionTokens;
  /** Everything that was made is gone. */
  close(): Promise<void>;
}

/** The journal of the tokens is begun with the first of them: most plans make none. */
export function readingTokens(context: Context): ReadingTokens {
  const { runId, log, clock, variables } = context;
  const place = journalInFolder(join(ownFolder("state", variables), "runs"), runId);
  const journal = openJournal({ place, runId, process: ownIdentity(), now: clock.now, warn: log.warn });
  return {
    open: (cluster, client) => createChain(cluster, client, journal, context),
    close: journal.close,
  };
}
