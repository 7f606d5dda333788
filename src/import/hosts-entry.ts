import type { YamlMapping, YamlValue } from "../edit/edit.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { EstateHost } from "../model/estate.ts";
import type { OneAgentSettings } from "../model/inventory.ts";
import { foldHosts } from "./fold-hosts.ts";
import { mostFrequent } from "./place-environments.ts";

const settings = ["hostGroup", "networkZone"] as const;

/** What environments tell of their hosts. */
export type HostSettings = Pick<OneAgentSettings, (typeof settings)[number]>;

/** `oneagent` and `hosts` of a new environment, with the settings that all of its hosts have once. */
export function hostsEntry(hosts: readonly EstateHost[]): YamlMapping {
  const shared: { -readonly [Setting in keyof HostSettings]: string } = {};
  for (const setting of settings) {
    const value = mostFrequent(hosts.flatMap((host) => (host[setting] === null ? [] : [host[setting]])));
    if (value !== null && hosts.every((host) => host[setting] === value)) shared[setting] = value;
  }
  return { ...(Object.keys(shared).length === 0 ? {} : { oneagent: shared }), hosts: hostItems(hosts, shared) };
}

/**
 * Items for hosts that start from some settings: those that have the same first, then those that have others, both as ranges.
 * Null for one that has nothing of what it would start from: nobody has asked to change that.
 */
export function hostItems(hosts: readonly EstateHost[], inherited: HostSettings): readonly YamlValue[] {
  const own = (host: EstateHost): YamlMapping =>
    Object.fromEntries(
      settings.flatMap((setting) => (host[setting] === (inherited[setting] ?? null) ? [] : [[setting, host[setting]]])),
    );
  const alike = [...groupBy(hosts, (host) => JSON.stringify(own(host)))].flatMap(([key, group]) =>
    foldHosts(group.map(({ name }) => name)).map((name) => ({ name, isPlain: key === "{}", oneagent: own(group[0]) })),
  );
  return alike
    .sort((left, right) => Number(right.isPlain) - Number(left.isPlain) || compareText(left.name, right.name))
    .map(({ name, isPlain, oneagent }) => (isPlain ? name : { name, oneagent }));
}
