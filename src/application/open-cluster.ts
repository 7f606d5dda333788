import type { Cluster, Inventory } from "../model/inventory.ts";
import type { OpenCluster } from "../observe/observe.ts";
import { trustClusters } from "../secrets/trust-clusters.ts";
import type { Context } from "./context.ts";
import { programRunner } from "./run-program.ts";
import { untrustedOrigin } from "./untrusted-origin.ts";

export interface ClusterAccess {
  /** Where the command of a token runs, and the clusters whose tokens it does not get. */
  readonly inventory: Pick<Inventory, "directory" | "clusters">;
  /** Whether it may run. */
  readonly allowCommands: boolean;
  /** Whether an interrupt ends requests at once: for work that only reads. */
  readonly readOnly: boolean;
}

/**
 * Makes the client of a cluster. Every way to a cluster begins here, and so this is where it is refused: no token is read and
 * nothing is looked up for an origin that nobody outside of the inventory has allowed. Throws DtsyncError for such a cluster
 * and for a proxy that cannot be used, TokenUnavailable, or an Error that names the file of certificates.
 */
export async function openCluster(declared: Cluster, access: ClusterAccess, context: Context): Promise<OpenCluster> {
  const decision = await trustClusters([declared], context.variables);
  const [cluster] = decision.trusted;
  if (cluster === undefined) throw untrustedOrigin(decision);
  const [{ resolveToken }, { createClient }, { createLimiter }, { createTransport }, { resolveProxy }] =
    await Promise.all([
      import("../secrets/resolve-token.ts"),
      import("../dynatrace/client.ts"),
      import("../lib/limiter.ts"),
      import("../dynatrace/transport.ts"),
      import("../dynatrace/resolve-proxy.ts"),
    ]);
  const { inventory, allowCommands } = access;
  const { variables } = context;
  const run = programRunner(context);
  const token = await resolveToken(cluster, { variables, allowCommands, inventory, run });
  context.redactor.conceal(token);
  const proxy = resolveProxy(cluster.url, variables);
  for (const secret of proxy?.secrets ?? []) context.redactor.conceal(secret);
  const transport = await createTransport({ ca: cluster.ca, connections: cluster.maxConcurrency, proxy });
  context.log.debug("cluster opened", () => ({ cluster: cluster.name, url: cluster.url, proxy: proxy?.place }));
  const client = createClient({
    name: `${cluster.name}/${access.readOnly ? "read" : "apply"}`,
    log: context.log,
    url: cluster.url,
    token,
    fetch: transport.fetch,
    clock: context.clock,
    random: Math.random,
    limiter: createLimiter(cluster.maxConcurrency),
    signal: context.signal,
    ...(access.readOnly ? { abortReads: context.signal } : {}),
  });
  return { client, close: transport.close };
}
