import type { Appliers } from "../execute/applier.ts";
import type { ClusterClients } from "../execute/cluster-clients.ts";
import { environmentApplier } from "./environment/effects/apply.ts";
import { groupApplier } from "./group/effects/apply.ts";
import { type HostApplierPorts, type HostWork, hostApplier } from "./host/effects/apply.ts";

/** What changes are made with. */
interface ApplyPorts extends HostApplierPorts {
  readonly clients: ClusterClients;
  /** Aborted: nothing is waited for any more. */
  readonly signal: AbortSignal;
}

/** Who makes the changes of each family. */
export const createAppliers = (hosts: HostWork, ports: ApplyPorts): Appliers => ({
  environment: environmentApplier(ports.clients, ports),
  group: groupApplier(ports.clients, ports),
  host: hostApplier(hosts, ports),
});
