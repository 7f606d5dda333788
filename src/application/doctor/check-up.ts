import { resolve } from "node:path";
import { DtsyncError, exitCodes } from "../../errors.ts";
import { environmentCoordinates } from "../../kinds/environment/family.ts";
import { count } from "../../lib/printable.ts";
import type { Check } from "../../model/checkup.ts";
import { checksOf } from "../../model/checkup.ts";
import type { Cluster, Host, Inventory } from "../../model/inventory.ts";
import type { PlanScope } from "../../model/plan.ts";
import { clustersInScope } from "../../observe/clusters-in-scope.ts";
import { hostsInScope } from "../../plan/create-plan.ts";
import { scopeFilter } from "../../plan/scope.ts";
import { environmentsWithZonesInScope } from "../../plan/zones-in-scope.ts";
import type { Context } from "../context.ts";
import { requireOrigins } from "../require-origins.ts";
import { type ClusterScope, clusterChecks } from "./cluster-checks.ts";
import { hostChecks } from "./host-checks.ts";
import type { LoadedForCheckUp } from "./load-for-check-up.ts";
import { machineChecks } from "./machine-checks.ts";

export interface CheckUpOptions {
  /** The folder of the inventory. */
  readonly inventory: string;
  readonly scope: PlanScope;
  readonly sshConfig: string | null;
  /** Whether the command of a token may run. */
  readonly allowCommands: boolean;
}

/**
 * Looks at everything that a run would need: this machine, each cluster in scope, and the way to the hosts in scope, which are
 * not connected to. Nothing is changed anywhere. Of an invalid inventory it looks at what does not need one. Rejects with the reason
 * of the signal at an interrupt.
 */
export async function checkUp(
  loaded: LoadedForCheckUp,
  options: CheckUpOptions,
  context: Context,
): Promise<readonly Check[]> {
  const { scope, sshConfig, allowCommands } = options;
  const { inventory } = loaded;
  const { clusters, hosts, ofCluster } =
    inventory === null ? withoutInventory(loaded.clusters, scope) : inScope(inventory, scope);
  const directory = inventory?.directory ?? resolve(options.inventory);
  // Whoever can answer is asked as before a plan; a refusal is the failure of a check.
  if (context.terminal.input) await requireOrigins(clusters, context).catch(unlessInterrupted);
  // Somebody waits for it, and a cluster that answers every other time is worth knowing of.
  const access = { inventory: { directory, clusters: loaded.clusters }, allowCommands, readOnly: true, attempts: 2 };
  const [machine, ofHosts, ...ofClusters] = await Promise.all([
    machineChecks(directory, context),
    hostChecks(hosts, sshConfig, context),
    ...clusters.map((cluster) => clusterChecks(cluster, access, ofCluster(cluster), context)),
  ]);
  context.signal.throwIfAborted();
  const ofInventory =
    inventory === null ? [invalidInventory(loaded)] : inventoryChecks(inventory, loaded.diagnostics.length, hosts);
  return [...machine, ...ofInventory, ...ofClusters.flat(), ...ofHosts];
}

/** What is to be looked at. */
interface Examined {
  readonly clusters: readonly Cluster[];
  readonly hosts: readonly Host[];
  readonly ofCluster: (cluster: Cluster) => ClusterScope;
}

function inScope(inventory: Inventory, scope: PlanScope): Examined {
  const hosts = hostsInScope(inventory, inventory.hosts, scope);
  const filter = scopeFilter(scope, inventory);
  const environments = inventory.environments.filter(
    (environment) => environment.state !== "absent" && filter.matches(environmentCoordinates(environment)),
  );
  const withZones = environmentsWithZonesInScope(inventory, scope, null);
  return {
    clusters: clustersInScope(inventory, hosts, scope, null),
    hosts,
    ofCluster: ({ name }) => {
      const deployed = hosts.filter(({ cluster, state }) => cluster === name && state === "present");
      const ids = environments.filter(({ cluster }) => cluster === name).map(({ id }) => id);
      return {
        environments: ids,
        deployed: [...new Set(deployed.map(({ environment }) => environment))],
        zones: ids.some((id) => withZones.has(id.toLowerCase())),
      };
    },
  };
}

/** All clusters, or none where only the inventory could tell which ones are meant. */
function withoutInventory(clusters: readonly Cluster[], { targets, excludes }: PlanScope): Examined {
  return {
    clusters: targets.length === 0 && excludes.length === 0 ? clusters : [],
    hosts: [],
    ofCluster: () => ({ environments: [], deployed: [], zones: false }),
  };
}

/** Takes a refusal as an answer, and nothing else. */
function unlessInterrupted(error: unknown): void {
  if (!(error instanceof DtsyncError) || error.exitCode === exitCodes.interrupted) throw error;
}

const shownFaults = 3;

function invalidInventory({ diagnostics }: LoadedForCheckUp): Check {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const faults = errors.map(({ file, line, message }) => `${file}:${line}: ${message}`);
  const shown = faults.slice(0, shownFaults).join("; ");
  const more = faults.length > shownFaults ? `; and ${count(faults.length - shownFaults, "more", "more")}` : "";
  const [first, second] = errors;
  return checksOf("inventory").failure(
    "inventory",
    `it is invalid, with ${count(faults.length, "fault")}: ${shown}${more}`,
    first !== undefined && second === undefined
      ? `${first.hint} dtsync validate shows the place.`
      : "dtsync validate shows them, with what to do",
    faults,
  );
}

function inventoryChecks(inventory: Inventory, warnings: number, hosts: readonly Host[]): readonly Check[] {
  const { ok, warning } = checksOf("inventory");
  const { environments, groups, hosts: listed } = inventory;
  const what = [
    count(environments.length, "environment"),
    count(groups.length, "group"),
    count(listed.length, "host"),
  ].join(", ");
  const unsigned = hosts.filter(
    ({ state, oneagent }) => state === "present" && oneagent.signature === "auto" && oneagent.rootCertificate === null,
  );
  return [
    warnings === 0
      ? ok("inventory", `it is valid: ${what}`)
      : warning("inventory", `it is valid, with ${count(warnings, "warning")}: ${what}`, "dtsync validate lists them"),
    unsigned.length === 0
      ? ok("signatures", "installers are checked against a root certificate, or need not be")
      : warning(
          "signatures",
          `installers for ${unsigned.length} hosts are not checked: there is no root certificate`,
          "name it with oneagent.rootCertificate, or in DTSYNC_ROOT_CERTIFICATE",
        ),
  ];
}
