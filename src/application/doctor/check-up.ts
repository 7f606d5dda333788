import { DtsyncError, exitCodes } from "../../errors.ts";
import { environmentCoordinates } from "../../kinds/environment/family.ts";
import { count } from "../../lib/printable.ts";
import type { Check } from "../../model/checkup.ts";
import { checksOf } from "../../model/checkup.ts";
import type { Host, Inventory } from "../../model/inventory.ts";
import type { PlanScope } from "../../model/plan.ts";
import { clustersInScope } from "../../observe/clusters-in-scope.ts";
import { hostsInScope } from "../../plan/create-plan.ts";
import { scopeFilter } from "../../plan/scope.ts";
import { environmentsWithZonesInScope } from "../../plan/zones-in-scope.ts";
import type { Context } from "../context.ts";
import { requireOrigins } from "../require-origins.ts";
import { clusterChecks } from "./cluster-checks.ts";
import { hostChecks } from "./host-checks.ts";
import { machineChecks } from "./machine-checks.ts";

export interface CheckUpOptions {
  readonly scope: PlanScope;
  readonly sshConfig: string | null;
  /** Whether the command of a token may run. */
  readonly allowCommands: boolean;
}

/**
 * Looks at everything that a run would need: this machine, each cluster in scope, and the way to the hosts in scope, which are
 * not connected to. Nothing is changed anywhere. Rejects with the reason of the signal at an interrupt.
 */
export async function checkUp(
  inventory: Inventory,
  warnings: number,
  options: CheckUpOptions,
  context: Context,
): Promise<readonly Check[]> {
  const { scope, sshConfig, allowCommands } = options;
  const hosts = hostsInScope(inventory, inventory.hosts, scope);
  const clusters = clustersInScope(inventory, hosts, scope, null);
  // Whoever can answer is asked as before a plan; a refusal is the failure of a check.
  if (context.terminal.input) await requireOrigins(clusters, context).catch(unlessInterrupted);
  // Somebody waits for it, and a cluster that answers every other time is worth knowing of.
  const access = { inventory, allowCommands, readOnly: true, attempts: 2 };
  const filter = scopeFilter(scope, inventory);
  const environments = inventory.environments.filter(
    (environment) => environment.state !== "absent" && filter.matches(environmentCoordinates(environment)),
  );
  const withZones = environmentsWithZonesInScope(inventory, scope, null);
  const scopeOf = (name: string) => ({
    environments: environments.filter(({ cluster }) => cluster === name).map(({ id }) => id),
    zones: environments.some(({ cluster, id }) => cluster === name && withZones.has(id.toLowerCase())),
    deployed: [
      ...new Set(
        hosts
          .filter(({ cluster, state }) => cluster === name && state === "present")
          .map(({ environment }) => environment),
      ),
    ],
  });
  const [machine, ofHosts, ...ofClusters] = await Promise.all([
    machineChecks(inventory.directory, context),
    hostChecks(hosts, sshConfig, context),
    ...clusters.map((cluster) => clusterChecks(cluster, access, scopeOf(cluster.name), context)),
  ]);
  context.signal.throwIfAborted();
  return [...machine, ...inventoryChecks(inventory, warnings, hosts), ...ofClusters.flat(), ...ofHosts];
}

/** Takes a refusal as an answer, and nothing else. */
function unlessInterrupted(error: unknown): void {
  if (!(error instanceof DtsyncError) || error.exitCode === exitCodes.interrupted) throw error;
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
