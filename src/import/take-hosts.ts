import { compareText } from "../lib/text.ts";
import { isHostName } from "../load/hosts/host-names.ts";
import { accepts, resolveSchema, schemaOfFile } from "../load/schema/schema-hints.ts";
import type { EstateHost, Remark } from "../model/estate.ts";
import type { ListedHost } from "../model/observed.ts";
import { holdsSecret } from "./plain-text.ts";

interface TakenHosts {
  /** By environment id, in small letters and sorted. */
  readonly hosts: ReadonlyMap<string, readonly EstateHost[]>;
  readonly remarks: readonly Remark[];
}

/**
 * The hosts that environments list, under the names that they have for themselves. A name stands once in an inventory: of
 * several environments that list it, the one where it is monitored now counts.
 */
export function takeHosts(lists: ReadonlyMap<string, readonly ListedHost[]>): TakenHosts {
  const found = new Map<string, { readonly environment: string; readonly host: ListedHost }>();
  const twice: string[] = [];
  const odd: string[] = [];
  const occupied = new Set<string>();
  const unsaid: string[] = [];
  for (const [environment, listed] of [...lists].sort(([left], [right]) => compareText(left, right))) {
    if (listed.length > 0) occupied.add(environment);
    for (const host of listed) {
      const name = nameOf(host);
      if (!isHostName(name)) {
        odd.push(`${environment}: ${JSON.stringify(name)} (${host.id})`);
        continue;
      }
      const known = found.get(name);
      if (known) twice.push(`${name} in ${known.environment} and ${environment}`);
      if (known === undefined || (isMonitored(host) && !isMonitored(known.host)))
        found.set(name, { environment, host });
    }
  }
  const hosts = new Map<string, EstateHost[]>([...lists.keys()].map((environment) => [environment, []]));
  for (const [name, { environment, host }] of [...found].sort(([left], [right]) => compareText(left, right))) {
    const { hostGroup, networkZone, addresses } = host;
    const zone = networkZone === "default" ? null : networkZone;
    const kept = (setting: HostSetting, value: string | null): string | null => {
      if (value === null || canDeclare(setting, value)) return value;
      unsaid.push(`${name}: ${setting} ${JSON.stringify(value)}`);
      return null;
    };
    hosts.get(environment)?.push({
      name,
      otherNames: namesOf(host).filter((other) => other !== name),
      addresses,
      hostGroup: kept("hostGroup", hostGroup),
      networkZone: kept("networkZone", zone),
    });
  }
  const remarks: readonly Remark[] = [
    { about: "hosts that several environments list: declared in one", items: twice.sort(compareText) },
    { about: "hosts without a name that can be declared: left out", items: odd.sort(compareText) },
    { about: "settings of hosts that an inventory cannot say: not declared", items: unsaid.sort(compareText) },
    {
      about: "enabled environments without hosts",
      items: [...hosts]
        .map(([environment]) => environment)
        .filter((environment) => !occupied.has(environment))
        .sort(compareText),
    },
  ];
  return { hosts, remarks: remarks.filter(({ items }) => items.length > 0) };
}

/** The one that it has for itself first. */
const namesOf = ({ localName, discoveredName, customName }: ListedHost): readonly string[] =>
  [localName, discoveredName, customName].flatMap((name) => (name === null ? [] : [name.toLowerCase()]));

/** Where a host has no name of its own to tell, the one that people see may be it. */
const nameOf = (host: ListedHost): string => namesOf(host)[0] ?? host.displayName?.toLowerCase() ?? "";

type HostSetting = "hostGroup" | "networkZone";

/** Whether the format of the inventory takes the value. */
const canDeclare = (setting: HostSetting, value: string): boolean =>
  accepts(resolveSchema(schemaOfFile("customer").properties?.["oneagent"] ?? {}).properties?.[setting] ?? {}, value) &&
  !holdsSecret(value);

const isMonitored = ({ state }: ListedHost): boolean => state === "MONITORED";
