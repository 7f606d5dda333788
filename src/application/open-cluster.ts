import type { Cluster } from "../model/inventory.ts";
import type { OpenCluster } from "../observe/observe.ts";
import type { Context } from "./context.ts";

export interface ClusterAccess {
  /** Where the command of a token runs. */
  readonly directory: string;
  /** Whether it may. */
  readonly allowCommands: boolean;
  /** Whether an interrupt ends requests at once: for work that only reads. */
  readonly readOnly: boolean;
}

/** Makes the client of a cluster. Throws TokenUnavailable, DtsyncError or the error of reading the certificate file. */
export async function openCluster(cluster: Cluster, access: ClusterAccess, context: Context): Promise<OpenCluster> {
  const [{ resolveToken }, { createClient }, { createLimiter }, { createTransport }, { resolveProxy }] =
    await Promise.all([
      import("../secrets/resolve-token.ts"),
      import("../dynatrace/client.ts"),
      import("../lib/limiter.ts"),
      import("../dynatrace/transport.ts"),
      import("../dynatrace/resolve-proxy.ts"),
    ]);
  const { directory, allowCommands } = access;
  const token = await resolveToken(cluster, { variables: context.variables, allowCommands, directory });
  context.redactor.conceal(token);
  const proxy = resolveProxy(cluster.url, context.variables);
  for (const secret of proxy?.secrets ?? []) context.redactor.conceal(secret);
  const transport = await createTransport({ ca: cluster.ca, connections: cluster.maxConcurrency, proxy });
  const client = createClient({
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
