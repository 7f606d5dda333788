import { canonicalHost } from "../load/hosts/host-names.ts";
import type { EstateHost } from "../model/estate.ts";
import type { Host } from "../model/inventory.ts";

/** The declared host that one is which an environment lists; null: it is none. */
export type FindDeclaredHost = (environment: string, host: EstateHost) => Host | null;

/**
 * Finds hosts by any whole name or address, wherever they are declared, and by a name with and without its domain where they
 * are declared in the same environment: short names are the same in many places.
 */
export function declaredHostFinder(hosts: readonly Host[]): FindDeclaredHost {
  const byName = new Map<string, Host>();
  const byShortName = new Map<string, Host>();
  for (const host of hosts) {
    for (const text of [host.name, host.address, host.oneagent.hostName])
      if (text) byName.set(canonicalHost(text), host);
    byShortName.set(inEnvironment(host.environment, shortName(host.name)), host);
  }
  return (environment, { name, otherNames, addresses }) => {
    const names = [name, ...otherNames].map(canonicalHost);
    for (const text of [...names, ...addresses.map(canonicalHost)]) {
      const found = byName.get(text);
      if (found !== undefined) return found;
    }
    for (const text of names) {
      const short = shortName(text);
      const found = short === text ? byShortName.get(inEnvironment(environment, text)) : byName.get(short);
      if (found?.environment === environment) return found;
    }
    return null;
  };
}

const inEnvironment = (environment: string, name: string): string => `${environment} ${name}`;

/** Without its domain; an address has none. */
const shortName = (name: string): string => (/^[^.:]*[a-z_][^.:]*\./i.test(name) ? (name.split(".")[0] ?? name) : name);
