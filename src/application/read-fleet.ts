import { planHost } from "../kinds/host/plan.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Observed } from "../model/observed.ts";
import { observe, type Wanted } from "../observe/observe.ts";
import type { Context } from "./context.ts";
import { openCluster } from "./open-cluster.ts";
import type { HostConnections } from "./open-ssh.ts";
import type { FleetOptions } from "./options.ts";
import type { ReadingAhead } from "./read-ahead.ts";
import { readingProgress } from "./reading-progress.ts";
import { readingTokens } from "./reading-tokens.ts";

/** Clusters and hosts as they are now. `ahead`: clusters that are being read already. */
export async function readFleet(
  inventory: Inventory,
  wanted: Wanted,
  options: Omit<FleetOptions, "scope">,
  context: Context,
  connections: HostConnections,
  ahead: Pick<ReadingAhead, "take"> | null = null,
): Promise<Observed> {
  const { allowCommands, concurrency } = options;
  const progress = readingProgress(wanted, options, context);
  const access = { inventory, allowCommands, readOnly: true };
  const tokens = readingTokens(context);
  try {
    return await observe(inventory, wanted, {
      openTokens: tokens.open,
      openCluster: async (cluster) => (await ahead?.take(cluster)) ?? openCluster(cluster, access, context),
      openConnector: connections.open,
      letGo: (shell, host, value) =>
        connections.letGo(shell, () => planHost(host, { status: "complete", value }, []).change !== null),
      concurrency,
      signal: context.signal,
      clock: context.clock,
      log: context.log,
      events: progress.events,
    });
  } finally {
    progress.close();
    await tokens.close();
  }
}
