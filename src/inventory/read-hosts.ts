import type { Place } from "../model/diagnostic.ts";
import type { Host, HostCommand } from "../model/inventory.ts";
import { parseAnsibleIni } from "./ansible-ini.ts";
import { type AnsibleInventory, hostsOfAnsibleGroup } from "./ansible-inventory.ts";
import { readAnsibleYaml } from "./ansible-yaml.ts";
import { inFile } from "./fault-list.ts";
import type { HostCommandEntry, HostEntry, HostFileEntry, HostItem } from "./file-types.ts";
import { type ListedHost, type ListFault, mostListedHosts, parseHostList, tooManyListed } from "./host-list.ts";
import { expandHostNames, isHostName } from "./host-names.ts";
import type { Levels } from "./levels.ts";
import type { LoadContext, LoadedFile } from "./load-context.ts";
import { parseYaml } from "./parse-yaml.ts";
import { type Container, keyOrigin, type Positions, placeAt, valueOrigin } from "./positions.ts";
import { readLevels } from "./read-levels.ts";
import { resolveInside } from "./setting-paths.ts";
import { showText } from "./show-text.ts";

/** What every host of an environment has in common. */
export interface HostOwner {
  readonly environment: string;
  readonly customer: string;
  readonly cluster: string;
}

export interface FoundHosts {
  readonly hosts: Host[];
  readonly commands: HostCommand[];
}

/** Expands the `hosts` of one environment. Faults are reported, faulty items left out. */
export function readHosts(
  items: readonly (HostItem | undefined)[],
  owner: HostOwner,
  levels: Levels,
  file: LoadedFile<unknown>,
  context: LoadContext,
): FoundHosts {
  const found: FoundHosts = { hosts: [], commands: [] };
  for (const [index, item] of items.entries()) {
    if (item === undefined) continue;
    const origin = keyOrigin(file.positions, items, index);
    if (typeof item === "string") {
      addNames(item, { state: "present", address: null }, { owner, levels, place: origin.place }, found, context);
    } else if ("command" in item && item.command !== undefined) {
      found.commands.push(
        readCommand(item, owner, readLevels(levels, item, file, context), origin.place, file, context),
      );
    } else if ("file" in item && item.file !== undefined) {
      const hosts = readHostFile(item, file, context);
      const itemLevels = readLevels(levels, item, file, context);
      for (const { host, place } of hosts) {
        const hostLevels = host.ssh ? readLevels(itemLevels, { ssh: host.ssh }, file, context) : itemLevels;
        const address = host.address?.toLowerCase() ?? null;
        addNames(host.name, { state: "present", address }, { owner, levels: hostLevels, place }, found, context);
      }
    } else if ("name" in item && item.name !== undefined) {
      addHost(
        item,
        { owner, levels: readLevels(levels, item, file, context), place: origin.place, item },
        found,
        file,
        context,
      );
    }
  }
  return found;
}

interface HostBase {
  readonly owner: HostOwner;
  readonly levels: Levels;
  readonly place: Place;
  /** The map that declares the host, if there is one. */
  readonly item?: HostEntry;
}

function addHost(
  item: HostEntry,
  base: HostBase,
  found: FoundHosts,
  file: LoadedFile<unknown>,
  context: LoadContext,
): void {
  const address = item.address ?? null;
  if (address !== null && /[[\]]/.test(item.name)) {
    context.faults.error(valueOrigin(file.positions, item, "address"), {
      rule: "address-of-range",
      message: `the range ${showText(item.name)} has one address`,
      hint: "Write a map for each of the hosts, or take address away.",
    });
    return;
  }
  if (address !== null && !isHostName(address)) {
    context.faults.error(valueOrigin(file.positions, item, "address"), {
      rule: "invalid-host",
      message: `the address ${showText(address)} is not a host name or IP address`,
      hint: "Write it without a port (that is ssh.port) and without brackets.",
    });
    return;
  }
  addNames(
    item.name,
    { state: item.state ?? "present", address: address?.toLowerCase() ?? null },
    base,
    found,
    context,
  );
}

function addNames(
  names: string,
  { state, address }: Pick<Host, "state" | "address">,
  { owner, levels, place, item }: HostBase,
  found: FoundHosts,
  context: LoadContext,
): void {
  // Told once: where the hosts are too many, every further item would say the same.
  if (context.hostsLeft <= 0) return;
  const expanded = expandHostNames(names);
  if ("fault" in expanded) {
    context.faults.error(inFile(place), { rule: "invalid-host", message: expanded.fault, hint: expanded.hint });
    return;
  }
  context.hostsLeft -= expanded.names.length;
  if (context.hostsLeft <= 0) {
    context.faults.error(inFile(place), {
      rule: "too-many-hosts",
      message: "the inventory stands for more hosts than fit into one",
      hint: "Check the ranges here and in the files before.",
    });
    return;
  }
  for (const name of expanded.names) {
    const host: Host = {
      name,
      address,
      environment: owner.environment,
      customer: owner.customer,
      cluster: owner.cluster,
      state,
      ssh: levels.ssh.resolved,
      oneagent: levels.oneagent.resolved,
      place,
    };
    found.hosts.push(host);
    context.trace?.hosts.set(host, { levels, item: item ?? null, place });
  }
}

function readCommand(
  item: HostCommandEntry,
  owner: HostOwner,
  levels: Levels,
  place: Place,
  file: LoadedFile<unknown>,
  context: LoadContext,
): HostCommand {
  return {
    id: `${place.file}:${place.line}`,
    ...owner,
    command: item.command,
    ssh: levels.ssh.resolved,
    oneagent: levels.oneagent.resolved,
    inherited: {
      ssh: levels.ssh.entry,
      oneagent: levels.oneagent.entry,
      rootCertificate: context.rootCertificate,
      base: file.base,
    },
    place,
  };
}

interface PlacedHost {
  readonly host: ListedHost;
  readonly place: Place;
}

function readHostFile(item: HostFileEntry, file: LoadedFile<unknown>, context: LoadContext): readonly PlacedHost[] {
  const origin = valueOrigin(file.positions, item as unknown as Container, "file");
  if (item.group && item.format !== "ansible") {
    context.faults.error(keyOrigin(file.positions, item as unknown as Container, "group"), {
      rule: "group-without-format",
      message: "group counts in Ansible inventories only",
      hint: "Add format: ansible, or take group away.",
    });
  }
  const path = resolveInside(item.file, file.base);
  if (path === null) {
    context.faults.error(origin, {
      rule: "outside-folder",
      message: `${showText(item.file)} leads out of the inventory folder`,
      hint: "Put the host list into the inventory folder and name it relative to this file.",
    });
    return [];
  }
  const read = context.readText(path);
  if ("fault" in read) {
    if (read.fault) context.faults.error(origin, read.fault);
    return [];
  }
  const { positions } = read;
  const { hosts, faults } = parseList(item, positions, context);
  for (const { offset, message, hint } of faults) {
    const about = item.group ? valueOrigin(file.positions, item as unknown as Container, "group") : origin;
    const at = offset === null ? about : inFile(placeAt(positions, offset));
    context.faults.error(at, { rule: "invalid-host-list", message, hint });
  }
  return hosts.map((host) => ({ host, place: placeAt(positions, host.offset) }));
}

function parseList(
  item: HostFileEntry,
  positions: Positions,
  context: LoadContext,
): { readonly hosts: readonly ListedHost[]; readonly faults: readonly ListFault[] } {
  if (item.format === "ansible") {
    const known = context.ansibleInventories.get(positions);
    const inventory = known ?? parseAnsible(positions);
    if (!known) context.ansibleInventories.set(positions, inventory);
    return hostsOfAnsibleGroup(inventory, item.group ?? "all");
  }
  const hosts = parseHostList(positions.text);
  return hosts.length > mostListedHosts
    ? { hosts: [], faults: [{ offset: 0, ...tooManyListed }] }
    : { hosts, faults: [] };
}

function parseAnsible(positions: Positions): AnsibleInventory {
  if (!/\.(?:ya?ml|json)$/i.test(positions.file)) return parseAnsibleIni(positions.text);
  const parsed = parseYaml(positions.text, positions);
  const inventory = readAnsibleYaml(parsed.readable ? parsed.value : {}, positions);
  for (const { offset, fault } of parsed.faults) {
    inventory.faults.push({ offset, message: fault.message, hint: fault.hint });
  }
  return inventory;
}
