import { compareVersions } from "../../lib/versions.ts";
import type { Host } from "../../model/inventory.ts";
import type { ListedHost, ObservedAgent } from "../../model/observed.ts";

/**
 * Terms: a host is *seen* once the environment that its agent reports to lists it as one that is there, with the version
 * that was installed or a newer one.
 *
 * Premise: the id that the agent has of itself is the only sure key. Names are neither unique nor fixed, so they count for
 * an agent that cannot tell its id alone, and only where no other host that is there has the same.
 *
 * Cases: an environment keeps hosts that have left it for days, a reinstalled agent may have got another id, and an update
 * is listed with the earlier version at first. None of these is the host that is sought.
 */
export interface SoughtHost {
  /** 16 hexadecimal digits; null: the agent does not tell. */
  readonly hostId: string | null;
  readonly name: string;
  readonly address: string | null;
  /** The declared name that Dynatrace is to show, or null. */
  readonly customName: string | null;
  /** The version on the host; null: it does not tell. */
  readonly version: string | null;
}

/** A host that its environment is to list. */
export interface SightingRequest {
  readonly cluster: string;
  readonly environment: string;
  readonly host: SoughtHost;
  /** The environment that it has just left, which may still list it; null: none. */
  readonly from: string | null;
  /** Milliseconds that it is waited for. */
  readonly within: number;
}

/** `remark` is what the list says instead of it being seen; null: it does not have the host. */
type Look = { readonly seen: true } | { readonly seen: false; readonly remark: string | null };

/** Hosts of an environment, found by their ids at once. */
export interface HostList {
  readonly all: readonly ListedHost[];
  readonly byId: ReadonlyMap<string, ListedHost>;
}

/** What the environment is to list once the agent of a host is as a probe found it. */
export const soughtHost = (host: Host, agent: ObservedAgent): SoughtHost => ({
  hostId: agent.hostId,
  name: host.name,
  address: host.address,
  customName: host.oneagent.hostName || null,
  version: agent.version,
});

export const hostList = (all: readonly ListedHost[]): HostList => ({
  all,
  byId: new Map(all.map((listed) => [listed.id.toUpperCase(), listed])),
});

/** Looks for a host in what an environment lists. */
export function lookFor(sought: SoughtHost, list: HostList): Look {
  const found = find(sought, list);
  const [listed] = found;
  if (listed === undefined) return { seen: false, remark: null };
  if (found.length > 1) return { seen: false, remark: `it lists ${found.length} hosts of that name` };
  if (!isThere(listed)) return { seen: false, remark: `it lists the host as ${listed.state}` };
  if (sought.version !== null && listed.version !== null && compareVersions(listed.version, sought.version) < 0)
    return { seen: false, remark: `it lists the host with version ${listed.version}` };
  return { seen: true };
}

/** Words for hosts whose agent does not report any more. */
const left: ReadonlySet<string> = new Set(["UNMONITORED", "CRASHED", "LOST", "SHUTDOWN", "UNEXPECTED_SHUTDOWN"]);

/** Whether its agent reports. */
export const isThere = ({ state }: ListedHost): boolean => state === null || !left.has(state);

/** The host itself, or all that could be it. */
function find(sought: SoughtHost, { all, byId }: HostList): readonly ListedHost[] {
  if (sought.hostId !== null) {
    const listed = byId.get(`HOST-${sought.hostId.toUpperCase()}`);
    return listed === undefined ? [] : [listed];
  }
  for (const matches of likenesses(sought)) {
    const alike = all.filter(matches);
    const there = alike.filter(isThere);
    if (there.length > 0) return there;
    if (alike.length > 0) return alike.slice(0, 1);
  }
  return [];
}

/** By what a host may be known, the surest first. */
function likenesses({ name, address, customName }: SoughtHost): readonly ((listed: ListedHost) => boolean)[] {
  const byShortName = ({ localName, discoveredName }: ListedHost) =>
    [localName, discoveredName].some((known) => known !== null && differsByDomain(known, name));
  return [
    ({ customName: known }) => customName !== null && same(known, customName),
    ({ localName }) => same(localName, name),
    ({ discoveredName }) => same(discoveredName, name),
    byShortName,
    ({ addresses }) => addresses.some((known) => same(known, address ?? name)),
  ];
}

const same = (left: string | null, right: string): boolean => left?.toLowerCase() === right.toLowerCase();

/** Whether one of two names is the other without its domain. */
function differsByDomain(left: string, right: string): boolean {
  const [short = "", long = ""] = left.length < right.length ? [left, right] : [right, left];
  return /^[^.:]*[a-z_][^.:]*$/i.test(short) && long.toLowerCase().startsWith(`${short.toLowerCase()}.`);
}
