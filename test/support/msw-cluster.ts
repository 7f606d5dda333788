import { getResponse, type HttpHandler, http } from "msw";
import type { Fetch } from "../../src/ports.ts";
import { fetchOver } from "../../src/sandbox/cluster/fetch-over.ts";
import type { SimulatedCluster } from "../../src/sandbox/cluster/simulated-cluster.ts";

/** The cluster as handlers of msw, at any origin: `getResponse` and `setupServer` take them. */
export function clusterHandlers(cluster: SimulatedCluster): HttpHandler[] {
  return [http.all("*", ({ request }) => cluster.respond(request))];
}

/** Asks the cluster through msw, in this process. */
export function mswFetch(cluster: SimulatedCluster): Fetch {
  const handlers = clusterHandlers(cluster);
  return fetchOver(async (request) => {
    const response = await getResponse(handlers, request);
    if (response === undefined) throw new Error(`No handler matches ${request.method} ${request.url}`);
    return response;
  });
}
