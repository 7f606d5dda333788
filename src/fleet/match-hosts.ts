import type { SeenHost } from "../model/fleet.ts";
import type { Host } from "../model/inventory.ts";

/** How the hosts that are declared in an environment stand in what environments list. */
export interface HostMatch {
  readonly seen: number;
  readonly missing: readonly string[];
  readonly elsewhere: readonly { readonly host: string; readonly environment: string }[];
  readonly undeclared: number;
}

/**
 * Finds declared hosts in what their environments list, by any name that they have: the declared one, that without its domain,
 * the name that Dynatrace is to show, or the address. A host counts as being elsewhere only by its whole name.
 */
export function matchHosts(
  /** By environment in small letters. */
  declared: ReadonlyMap<string, readonly Host[]>,
  /** By environment, as far as it could be read. */
  listed: ReadonlyMap<string, readonly SeenHost[]>,
): ReadonlyMap<string, HostMatch> {
  const environmentsByName = new Map<string, string>();
  for (const [environment, hosts] of listed)
    for (const { names } of hosts) for (const name of names) environmentsByName.set(name, environment);
  return new Map(
    [...listed].map(([environment, hosts]) => {
      const own = declared.get(environment.toLowerCase()) ?? [];
      return [environment, matchOf(environment, own, hosts, environmentsByName)];
    }),
  );
}

function matchOf(
  environment: string,
  declared: readonly Host[],
  listed: readonly SeenHost[],
  environmentsByName: ReadonlyMap<string, string>,
): HostMatch {
  const byName = new Map<string, SeenHost>();
  for (const host of listed) {
    for (const name of host.names) {
      byName.set(name, host);
      if (!byName.has(shortName(name))) byName.set(shortName(name), host);
    }
  }
  const found = new Set<SeenHost>();
  const missing: string[] = [];
  const elsewhere: { host: string; environment: string }[] = [];
  let seen = 0;
  for (const host of declared) {
    const names = namesOf(host);
    const match = names.map((name) => byName.get(name)).find((candidate) => candidate !== undefined);
    const other = environmentsByName.get(host.name.toLowerCase());
    if (match !== undefined) {
      seen += 1;
      found.add(match);
    } else if (other !== undefined && other !== environment) elsewhere.push({ host: host.name, environment: other });
    else missing.push(host.name);
  }
  return { seen, missing: missing.sort(), elsewhere, undeclared: listed.length - found.size };
}

/** The surest first. */
function namesOf({ name, address, oneagent }: Host): readonly string[] {
  const own = [name, oneagent.hostName, address].flatMap((text) => (text ? [text.toLowerCase()] : []));
  return [...own, shortName(name.toLowerCase())];
}

/** Without its domain; an address has none. */
const shortName = (name: string): string => (/^[^.:]*[a-z_][^.:]*\./i.test(name) ? (name.split(".")[0] ?? name) : name);
