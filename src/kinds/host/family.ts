import { count } from "../../lib/printable.ts";
import { compareText } from "../../lib/text.ts";
import type { Change } from "../../model/change.ts";
import type { Host } from "../../model/inventory.ts";
import type { Held } from "../../model/plan.ts";
import type { ClusterInput, Coordinates, FamilyPlan, FamilyRules } from "../kind.ts";
import { type HostChange, hostChangeId, hostColumns } from "./change.ts";
import { compareDeclaredHosts } from "./difference.ts";
import { planHost, runsInstaller } from "./plan.ts";

export const hostCoordinates = (host: Host): Coordinates => {
  const { customer, environment, group, host: name } = hostColumns(host);
  return { cluster: host.cluster, customer, environment, group, host: name };
};

/** Where a host is reached: two names of one machine have the same. */
export const whereabouts = (host: Host): string =>
  `${(host.address ?? host.name).toLowerCase()}:${host.ssh.port ?? 22}`;

export const hostFamily: FamilyRules<"host"> = {
  plan: planHosts,
  inScope: ({ hosts, selection }) =>
    hosts.filter((host) => selection.includes("host") && selection.matches(hostCoordinates(host))).length,
  limitedBy: () => null,
  difference: compareDeclaredHosts,
};

/** What has to happen on the hosts of one cluster that were probed and are in scope. */
function planHosts(input: ClusterInput, earlier: readonly Change[]): FamilyPlan<"host"> {
  const { selection, observed, hosts } = input;
  const origin = input.inventory.clusters.find(({ name }) => name === input.cluster)?.url ?? null;
  const changes: HostChange[] = [];
  const held: Held[] = [];
  const compared: string[] = [];
  const leftAlone = new Map<string, number>();
  const remarks = new Map<string, string[]>();
  const declared = new Map(input.environments.map((environment) => [environment.id.toLowerCase(), environment]));
  const foundations = new Map(
    earlier.flatMap((change) =>
      change.kind === "environment" && (change.action === "create" || change.action === "enable")
        ? [[change.environment.toLowerCase(), change.id] as const]
        : [],
    ),
  );
  for (const host of hosts) {
    const reading = observed.hosts.get(host.name);
    if (!reading || !selection.includes("host") || !selection.matches(hostCoordinates(host))) continue;
    const key = host.environment.toLowerCase();
    const foundation = foundations.get(key);
    const state = declared.get(key)?.state;
    const isDisabled = input.observedEnvironments.get(key)?.state === "DISABLED" && !foundation;
    if (state !== "absent" && (state === "disabled" || isDisabled)) {
      leftAlone.set(host.environment, (leftAlone.get(host.environment) ?? 0) + 1);
      continue;
    }
    // The machine has a new name in the inventory: its agent belongs to the successor.
    if (host.state === "absent" && input.occupied.has(whereabouts(host))) continue;
    if (host.state === "absent" && input.incompleteHostLists.has(host.environment)) {
      const reason = `not uninstalled: a source of hosts of ${host.environment} could not be read`;
      held.push({ scope: hostChangeId(host.name), reason, items: 1 });
      continue;
    }
    const dependsOn = foundation !== undefined && host.state === "present" ? [foundation] : [];
    const outcome = planHost(host, reading, dependsOn, origin);
    if (outcome.held) held.push(outcome.held);
    else compared.push(hostChangeId(host.name));
    if (outcome.change) changes.push(outcome.change);
    for (const remark of outcome.remarks) {
      const alike = remarks.get(remark);
      if (alike) alike.push(hostChangeId(host.name));
      else remarks.set(remark, [hostChangeId(host.name)]);
    }
  }
  const warnings = [...leftAlone]
    .sort(([left], [right]) => compareText(left, right))
    .map(
      ([environment, count]) =>
        `${environment} is disabled: its ${count === 1 ? "host is left as it is" : `${count} hosts are left as they are`}`,
    );
  return {
    changes,
    held,
    waiting: [],
    warnings: [...warnings, ...remarkWarnings(remarks), ...uncheckedInstallers(changes, hosts)],
    compared,
    unmanaged: [],
  };
}

/** What is to be known of hosts, each remark once with those that it is about. */
const remarkWarnings = (remarks: ReadonlyMap<string, readonly string[]>): readonly string[] =>
  [...remarks]
    .sort(([left], [right]) => compareText(left, right))
    .map(([remark, [first = "", ...others]]) => {
      const more = others.length === 0 ? "" : ` and ${count(others.length, "more host")}`;
      return `${first}${more}: ${remark}`;
    });

/** One warning for all installers whose signature nobody could check. */
function uncheckedInstallers(changes: readonly HostChange[], hosts: readonly Host[]): readonly string[] {
  const installed = new Set(changes.filter(({ action }) => runsInstaller[action]).map(({ host }) => host));
  const unchecked = hosts.some(
    ({ name, oneagent }) => installed.has(name) && oneagent.signature === "auto" && oneagent.rootCertificate === null,
  );
  return unchecked
    ? [
        "the signature of installers is not checked, because there is no root certificate: declare oneagent.rootCertificate or set DTSYNC_ROOT_CERTIFICATE, or set oneagent.signature to required or skip",
      ]
    : [];
}
