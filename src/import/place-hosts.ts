import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { EstateCluster, EstateHost, Remark } from "../model/estate.ts";
import type { Environment } from "../model/inventory.ts";
import { declaredHostFinder } from "./find-declared-host.ts";
import { foldHosts } from "./fold-hosts.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import type { Choices, ExistingInventory } from "./proposal.ts";

/** Hosts that an environment which is declared already is to get. */
export interface AddedHosts {
  readonly environment: Environment;
  readonly hosts: readonly EstateHost[];
}

export interface PlacedHosts {
  /** Of new environments, by id; one of which no list was asked for, or could be read, is not among them. */
  readonly ofNew: ReadonlyMap<string, readonly EstateHost[]>;
  /** By customer. */
  readonly added: ReadonlyMap<string, readonly AddedHosts[]>;
  readonly remarks: readonly Remark[];
}

/** The hosts that environments list and nobody declares, each where it is to be declared. */
export function placeHosts(
  clusters: readonly EstateCluster[],
  placed: readonly PlacedEnvironment[],
  { inventory }: ExistingInventory,
  { withoutHosts }: Pick<Choices, "withoutHosts">,
): PlacedHosts {
  const lists = new Map(clusters.map(({ name, hosts }) => [name, hosts]));
  const find = declaredHostFinder(inventory.hosts);
  const elsewhere: string[] = [];
  const undeclared = (id: string, cluster: string): readonly EstateHost[] | null => {
    const list = lists.get(cluster)?.get(id);
    if (list === undefined) return null;
    return list.filter((host) => {
      const known = find(id, host);
      if (known !== null && known.environment !== id)
        elsewhere.push(`${id}: ${host.name} (${known.name} in ${known.environment})`);
      return known === null;
    });
  };
  const ofNew = placed.flatMap(({ observed: { id }, cluster }): [string, readonly EstateHost[]][] => {
    const hosts = undeclared(id, cluster);
    return hosts === null ? [] : [[id, hosts]];
  });
  const fromCommands = new Set(inventory.hostCommands.map(({ environment }) => environment));
  const unclear: string[] = [];
  const unproven: string[] = [];
  const added: AddedHosts[] = [];
  for (const environment of inventory.environments) {
    const { id, cluster } = environment;
    const hosts = undeclared(id, cluster) ?? [];
    if (hosts.length === 0) continue;
    const told = `${id}: ${foldHosts(hosts.map(({ name }) => name)).join(", ")}`;
    if (fromCommands.has(id)) unclear.push(told);
    else if (withoutHosts.has(id.toLowerCase())) unproven.push(told);
    else added.push({ environment, hosts });
  }
  const remarks: readonly Remark[] = [
    {
      about: "hosts of environments for which a command lists hosts, which may be these: not declared",
      items: unclear.sort(compareText),
    },
    {
      about: "hosts that are declared in another environment, by a name or address of theirs: left there",
      items: elsewhere.sort(compareText),
    },
    {
      about: "hosts of declared environments that were left out, because they could not be proven",
      items: unproven.sort(compareText),
    },
  ];
  return {
    ofNew: new Map(ofNew),
    added: groupBy(added, ({ environment }) => environment.customer),
    remarks: remarks.filter(({ items }) => items.length > 0),
  };
}
