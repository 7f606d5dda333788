import type { Edit, YamlMapping, YamlValue } from "../edit/edit.ts";
import { usageError } from "../errors.ts";
import { canonicalHost } from "../load/hosts/host-names.ts";
import type { HostItem } from "../load/schema/file-types.ts";
import type { Environment, Host } from "../model/inventory.ts";
import {
  customerFile,
  type DeclaredFiles,
  edited,
  environmentOrder,
  type FileText,
  keysAfter,
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
  for (const text of names) {
    // One that is not valid is left to the check of the whole inventory.
    const wanted = namesOf(text);
    const missing = wanted.filter((name) => hereAlready(name) === undefined);
    for (const name of wanted) {
      const host = hereAlready(name);
      if (host?.state === "present") refuseOther(host, settings);
      if (host?.state === "absent") edits.push(...again(host, settings, items, path));
    }
    const isMissing = new Set(missing);
    const texts = wanted.length === 0 ? [text] : rangesOf(text, (name) => isMissing.has(name));
    if (wanted.length === 0 || missing.length > 0) added.push(...texts.map((name) => itemOf(name, settings)));
  }
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

/** A host that is declared absent becomes one that is to be there. */
function again(
  host: Host,
  settings: NewHostSettings,
  items: readonly HostItem[],
  path: readonly string[],
): readonly Edit[] {
  const index = items.findIndex(
    (item) => typeof item === "object" && "name" in item && namesOf(item.name ?? "").includes(host.name),
  );
  const item = items[index];
  if (typeof item !== "object" || !("name" in item) || namesOf(item.name).length !== 1) {
    throw usageError(
      `the host ${host.name} is declared absent with others in ${host.place.file}:${host.place.line}`,
      "Take it out of that range.",
    );
  }
  const wanted = itemOf(item.name, settings);
  const others = Object.keys(item).filter((key) => key !== "name" && key !== "state");
  if (others.length === 0) return [{ action: "set", path: [...path, index], value: wanted }];
  const own = typeof wanted === "object" ? Object.entries(wanted as YamlMapping) : [];
  return [
    { action: "remove", path: [...path, index, "state"] },
    ...own.flatMap(([key, value]): readonly Edit[] =>
      key === "name" || value === undefined ? [] : [{ action: "set", path: [...path, index, key], value }],
    ),
  ];
}
