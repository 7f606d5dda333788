import type { Edit, YamlMapping, YamlValue } from "../edit/edit.ts";
import { usageError } from "../errors.ts";
import { sameValue } from "../lib/json.ts";
import { canonicalHost } from "../load/hosts/host-names.ts";
import type { HostEntry, HostItem } from "../load/schema/file-types.ts";
import type { Environment, Host } from "../model/inventory.ts";
import {
  customerFile,
  type DeclaredFiles,
  edited,
  environmentOrder,
  type FileText,
  keysAfter,
  takesBack,
} from "./declared-files.ts";
import { namesOf, rangesOf } from "./host-ranges.ts";

/** What a new host has for itself; null: as its environment says. */
export interface NewHostSettings {
  readonly address: string | null;
  readonly user: string | null;
  readonly port: number | null;
  readonly hostGroup: string | null;
}

export const noHostSettings: NewHostSettings = { address: null, user: null, port: null, hostGroup: null };

/** Declares hosts (names or ranges) in an environment; what is there already stays as it is. Throws a usage error where it differs. */
export function addHosts(
  names: readonly string[],
  settings: NewHostSettings,
  environment: Environment,
  declared: DeclaredFiles,
): readonly FileText[] {
  const file = customerFile(declared, environment.customer);
  const edits = hostEdits(names, settings, environment, declared);
  return edits.length === 0 ? [] : [edited(file.path, file.text, edits)];
}

/** The edits of the customer's file for that. */
export function hostEdits(
  names: readonly string[],
  settings: NewHostSettings,
  environment: Environment,
  declared: DeclaredFiles,
): readonly Edit[] {
  const { entry } = customerFile(declared, environment.customer);
  const path = ["environments", environment.key, "hosts"];
  const items: readonly HostItem[] = entry.environments?.[environment.key]?.hosts ?? [];
  const known = new Map(declared.inventory.hosts.map((host) => [canonicalHost(host.name), host]));
  const hereAlready = (name: string): Host | undefined => {
    const found = known.get(canonicalHost(name));
    return found?.environment === environment.id ? found : undefined;
  };
  const edits: Edit[] = [];
  const added: YamlValue[] = [];
  const absent: Host[] = [];
  for (const text of names) {
    // One that is not valid is left to the check of the whole inventory.
    const wanted = namesOf(text);
    const missing = wanted.filter((name) => hereAlready(name) === undefined);
    for (const name of wanted) {
      const host = hereAlready(name);
      if (host?.state === "present") refuseOther(host, settings);
      if (host?.state === "absent") absent.push(host);
    }
    const isMissing = new Set(missing);
    const texts = wanted.length === 0 ? [text] : rangesOf(text, (name) => isMissing.has(name));
    if (wanted.length === 0 || missing.length > 0) added.push(...texts.map((name) => itemOf(name, settings)));
  }
  edits.push(...again(absent, settings, items, path));
  if (added.length > 0)
    edits.push({ action: "append", path, items: added, before: keysAfter(environmentOrder, "hosts") });
  return edits;
}

function itemOf(name: string, { address, user, port, hostGroup }: NewHostSettings): YamlValue {
  const own: YamlMapping = {
    ...(address === null ? {} : { address }),
    ...(user === null && port === null
      ? {}
      : { ssh: { ...(user === null ? {} : { user }), ...(port === null ? {} : { port }) } }),
    ...(hostGroup === null ? {} : { oneagent: { hostGroup } }),
  };
  return Object.keys(own).length === 0 ? name : { name, ...own };
}

function refuseOther(host: Host, { address, user, port, hostGroup }: NewHostSettings): void {
  const differs =
    (address !== null && address.toLowerCase() !== host.address) ||
    (user !== null && user !== host.ssh.user) ||
    (port !== null && port !== host.ssh.port) ||
    (hostGroup !== null && hostGroup !== host.oneagent.hostGroup);
  if (!differs) return;
  throw usageError(
    `the host ${host.name} is declared in ${host.place.file}:${host.place.line} already, with other settings`,
    "Change them there.",
  );
}

/** Hosts of one environment that are declared absent become ones that are to be there; of a range those alone. */
function again(
  hosts: readonly Host[],
  settings: NewHostSettings,
  items: readonly HostItem[],
  path: readonly string[],
): readonly Edit[] {
  const left = new Map(hosts.map((host) => [canonicalHost(host.name), host]));
  const edits: Edit[] = [];
  for (const [index, item] of items.entries()) {
    if (typeof item !== "object" || !("name" in item) || item.name === undefined || item.state !== "absent") continue;
    const isWanted = (name: string): boolean => left.has(canonicalHost(name));
    const names = namesOf(item.name);
    const wanted = names.filter(isWanted);
    if (wanted.length === 0) continue;
    edits.push(...(wanted.length === names.length ? whole(item, settings, [...path, index]) : []));
    if (wanted.length < names.length) {
      const [first = "", ...others] = rangesOf(item.name, (name) => !isWanted(name));
      const own = item as unknown as YamlMapping;
      const { state: _state, ...present } = own;
      const back = rangesOf(item.name, isWanted).map((name) => withSettings({ ...present, name }, settings));
      edits.push({ action: "set", path: [...path, index, "name"], value: first });
      edits.push({ action: "append", path, items: [...others.map((name) => ({ ...own, name })), ...back] });
    }
    for (const name of wanted) left.delete(canonicalHost(name));
  }
  const [host] = left.values();
  if (host === undefined) return edits;
  throw usageError(
    `the host ${host.name} is declared absent with others in ${host.place.file}:${host.place.line}`,
    "Take it out there.",
  );
}

/** The edits by which an absent item is one that is to be there, with what it has of its own. */
function whole(item: HostEntry, settings: NewHostSettings, path: readonly (string | number)[]): readonly Edit[] {
  const others = Object.keys(item).filter((key) => key !== "name" && key !== "state");
  if (others.length === 0) return [{ action: "set", path, value: itemOf(item.name ?? "", settings) }];
  const own = item as unknown as YamlMapping;
  const changed = withSettings(own, settings);
  if (!isMapping(changed)) return [];
  return [
    { action: "remove", path: [...path, "state"] },
    ...changedKeys(own, changed).map(
      ({ path: keys, value }): Edit => ({ action: "set", path: [...path, ...keys], value }),
    ),
  ];
}

/** What differs, key by key, so that nothing else of a mapping is written again. */
function changedKeys(
  before: YamlMapping,
  after: YamlMapping,
): readonly { path: readonly string[]; value: YamlValue }[] {
  return Object.entries(after).flatMap(([key, value]) => {
    const old = before[key];
    if (value === undefined || sameValue(value, old ?? null)) return [];
    if (!isMapping(old) || !isMapping(value)) return [{ path: [key], value }];
    return changedKeys(old, value).map((change) => ({ ...change, path: [key, ...change.path] }));
  });
}

/** An item with other settings besides its own, which stay; a name alone where it has none. */
function withSettings(item: YamlMapping, settings: NewHostSettings): YamlValue {
  const given = itemOf(String(item["name"]), settings);
  if (typeof given === "string") return Object.keys(item).length === 1 ? given : item;
  const merged: Record<string, YamlValue> = { ...(item as Record<string, YamlValue>) };
  for (const [key, value] of Object.entries(given as Record<string, YamlValue>)) {
    const before = merged[key];
    if (before === null) throw takesBack(`${key}: null of ${item["name"]}`, `${key} settings`);
    merged[key] = isMapping(before) && isMapping(value) ? { ...before, ...value } : value;
  }
  const { name, address, ssh, oneagent, ...rest } = merged;
  const inOrder = { name, address, ssh, oneagent, ...rest };
  return Object.fromEntries(Object.entries(inOrder).filter(([, value]) => value !== undefined)) as YamlMapping;
}

const isMapping = (value: YamlValue | undefined): value is YamlMapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);
