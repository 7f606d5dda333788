import type { Throttle } from "../dynatrace/throttle.ts";
import { linkSignals } from "../lib/linked-signal.ts";
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
  /** Ends requests at once, too; for work that only reads. */
  readonly abort?: AbortSignal;
  /** How often a request is tried that a cluster does not answer; left out: as often as a run does. */
  readonly attempts?: number;
}

/** Of each run, by the name of the cluster: what planning has found out about a cluster counts while the plan is carried out. */
const throttlesOf = new WeakMap<Context["variables"], Map<string, Throttle>>();

function throttleOf(
  { name, maxConcurrency }: Cluster,
  { clock, log, variables, signal }: Context,
  create: typeof import("../dynatrace/throttle.ts").createThrottle,
): Throttle {
  const throttles = throttlesOf.get(variables) ?? new Map<string, Throttle>();
  throttlesOf.set(variables, throttles);
  const throttle = throttles.get(name) ?? create({ cluster: name, maximum: maxConcurrency, clock, log, signal });
  throttles.set(name, throttle);
  return throttle;
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
  const [{ resolveToken }, { createClient }, { createThrottle }, { createTransport }, { resolveProxy }, retry] =
    await Promise.all([
      import("../secrets/resolve-token.ts"),
      import("../dynatrace/client.ts"),
      import("../dynatrace/throttle.ts"),
      import("../dynatrace/transport.ts"),
      import("../dynatrace/resolve-proxy.ts"),
      import("../dynatrace/retry.ts"),
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
  const reads = linkSignals([context.signal, ...(access.abort ? [access.abort] : [])]);
  const client = createClient({
    name: `${cluster.name}/${access.readOnly ? "read" : "apply"}`,
    log: context.log,
    url: cluster.url,
    token,
    fetch: transport.fetch,
    clock: context.clock,
    random: Math.random,
    throttle: throttleOf(cluster, context, createThrottle),
    signal: context.signal,
    ...(access.attempts === undefined ? {} : { retry: { ...retry.defaultRetryPolicy, attempts: access.attempts } }),
    ...(access.readOnly ? { abortReads: reads.signal } : {}),
  });
  return { client, close: () => transport.close().finally(reads.close) };
}
