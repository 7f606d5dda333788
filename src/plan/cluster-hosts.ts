import type { KnownEnvironment } from "../kinds/group/plan.ts";
import { planHost } from "../kinds/host/plan.ts";
import { compareText } from "../lib/text.ts";
import type { Host } from "../model/inventory.ts";
import type { ObservedEnvironment } from "../model/observed.ts";
import { type Change, type Held, hostChangeId } from "../model/plan.ts";
import type { PlanInput } from "./create-plan.ts";
import { hostCoordinates, type ScopeFilter } from "./scope.ts";

/** What has to happen on the hosts of one cluster that were probed and are in scope. */
export function planHosts(
  hosts: readonly Host[],
  known: ReadonlyMap<string, KnownEnvironment>,
  observedById: ReadonlyMap<string, ObservedEnvironment>,
  environmentChanges: readonly Change[],
  input: PlanInput,
  filter: ScopeFilter,
) {
  const changes: Change[] = [];
  const held: Held[] = [];
  const compared: string[] = [];
  const leftAlone = new Map<string, number>();
  const occupied = new Set(input.hosts.filter(({ state }) => state === "present").map(whereabouts));
  const foundations = new Map(
    environmentChanges
      .filter(({ action }) => action === "create" || action === "enable")
      .map((change) => [change.environment?.toLowerCase(), change.id]),
  );
  for (const host of hosts) {
    const reading = input.observed.hosts.get(host.name);
    if (!reading || !filter.includesKind("host") || !filter.matches(hostCoordinates(host))) continue;
    const key = host.environment.toLowerCase();
    const foundation = foundations.get(key);
    const disabled =
      known.get(key)?.environment.state !== "absent" &&
      (known.get(key)?.environment.state === "disabled" ||
        (observedById.get(key)?.state === "DISABLED" && !foundation));
    if (disabled) {
      leftAlone.set(host.environment, (leftAlone.get(host.environment) ?? 0) + 1);
      continue;
    }
    // The machine has a new name in the inventory: its agent belongs to the successor.
    if (host.state === "absent" && occupied.has(whereabouts(host))) continue;
    if (host.state === "absent" && input.incompleteHostLists.has(host.environment)) {
      const reason = `not uninstalled: a source of hosts of ${host.environment} could not be read`;
      held.push({ scope: hostChangeId(host.name), reason, items: 1 });
      continue;
    }
    const outcome = planHost(host, reading, foundation !== undefined && host.state === "present" ? [foundation] : []);
    if (outcome.held) held.push(outcome.held);
    else compared.push(hostChangeId(host.name));
    if (outcome.change) changes.push(outcome.change);
  }
  const warnings = [...leftAlone]
    .sort(([left], [right]) => compareText(left, right))
    .map(
      ([environment, count]) =>
        `${environment} is disabled: its ${count === 1 ? "host is left as it is" : `${count} hosts are left as they are`}`,
    );
  return { changes, held, compared, warnings: [...warnings, ...uncheckedInstallers(changes, hosts)] };
}

const installs = new Set(["install", "update", "move"]);

/** One warning for all installers whose signature nobody could check. */
function uncheckedInstallers(changes: readonly Change[], hosts: readonly Host[]): readonly string[] {
  const installed = new Set(changes.filter(({ action }) => installs.has(action)).map(({ host }) => host));
  const unchecked = hosts.some(
    ({ name, oneagent }) => installed.has(name) && oneagent.signature === "auto" && oneagent.rootCertificate === null,
  );
  return unchecked
    ? [
        "the signature of installers is not checked, because there is no root certificate: declare oneagent.rootCertificate or set DTSYNC_ROOT_CERTIFICATE, or set oneagent.signature to required or skip",
      ]
    : [];
}

const whereabouts = (host: Host): string => `${(host.address ?? host.name).toLowerCase()}:${host.ssh.port ?? 22}`;
