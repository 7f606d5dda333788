import type { YamlMapping, YamlValue } from "../edit/edit.ts";
import type { EstateCluster, EstateHost } from "../model/estate.ts";
import type { Inventory } from "../model/inventory.ts";
import { foldHosts } from "./fold-hosts.ts";
import { mostFrequent, type PlacedEnvironment } from "./place-environments.ts";

interface HostsEntry {
  /** `oneagent` and `hosts` of an environment; empty where hosts were not asked for. */
  readonly entry: YamlMapping;
  readonly count: number;
}

const settings = ["hostGroup", "networkZone"] as const;

/** The hosts that an environment lists and nobody declares, with the settings that all of them have once. */
export function hostsEntry(
  { observed, cluster }: PlacedEnvironment,
  estate: readonly EstateCluster[],
  { hosts: declared }: Pick<Inventory, "hosts">,
): HostsEntry {
  const lists = estate.find(({ name }) => name === cluster)?.hosts ?? null;
  const list = lists?.get(observed.id);
  // A list that nobody could read, or asked for, is not an empty one.
  if (list === undefined) return { entry: {}, count: 0 };
  // A host that is declared under another name, with this one as its address, is declared.
  const known = new Set(declared.flatMap(({ name, address }) => [name, address?.toLowerCase()]));
  const hosts = list.filter(({ name }) => !known.has(name));
  const shared: Record<string, string> = {};
  for (const setting of settings) {
    const value = mostFrequent(hosts.flatMap((host) => (host[setting] === null ? [] : [host[setting]])));
    if (value !== null && hosts.every((host) => host[setting] === value)) shared[setting] = value;
  }
  const own = (host: EstateHost): YamlMapping =>
    Object.fromEntries(
      settings.flatMap((setting) => (host[setting] === null || setting in shared ? [] : [[setting, host[setting]]])),
    );
  const plain = hosts.filter((host) => Object.keys(own(host)).length === 0).map(({ name }) => name);
  const special = hosts.filter((host) => Object.keys(own(host)).length > 0);
  const items: readonly YamlValue[] = [
    ...foldHosts(plain),
    ...special.map((host): YamlMapping => ({ name: host.name, oneagent: own(host) })),
  ];
  return {
    entry: { ...(Object.keys(shared).length === 0 ? {} : { oneagent: shared }), hosts: items },
    count: hosts.length,
  };
}
