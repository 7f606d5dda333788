import type { Place } from "../../model/diagnostic.ts";
import type { Host, HostCommand } from "../../model/inventory.ts";
import { inFile } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import type { HostCommandEntry, HostEntry, HostItem } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import type { Levels } from "../settings/levels.ts";
import { checkSignature, readLevels } from "../settings/read-levels.ts";
import { keyPlace, valuePlace } from "../yaml/positions.ts";
import { expandHostNames, explainLength, isHostName } from "./host-names.ts";
import type { HostsContext } from "./hosts-context.ts";
import { checkGroup, readHostFile } from "./read-host-file.ts";

/** What every host of an environment has in common. */
interface HostOwner {
  readonly environment: string;
  readonly customer: string;
  readonly cluster: string;
}

interface FoundHosts {
  readonly hosts: Host[];
  readonly commands: HostCommand[];
  /** False when hosts are missing because of errors, which are reported. */
  complete: boolean;
}

/** Expands the `hosts` of one environment. Invalid items are reported and left out. */
export function readHosts(
  items: readonly (HostItem | undefined)[],
  owner: HostOwner,
  levels: Levels,
  file: LoadedFile<unknown>,
  context: HostsContext,
): FoundHosts {
  const found: FoundHosts = { hosts: [], commands: [], complete: !items.includes(undefined) };
  for (const [index, item] of items.entries()) {
    if (item === undefined) continue;
    // Reported where they became too many: every further item would say the same.
    if (context.hostsLeft < 0) {
      found.complete = false;
      break;
    }
    const where = keyPlace(file.positions, items, index);
    if (typeof item === "string") {
      addNames(item, { state: "present", address: null }, { owner, levels, place: where.place }, found, context);
    } else if ("command" in item && item.command !== undefined) {
      found.commands.push(
        readCommand(item, owner, readLevels(levels, item, file, context), where.place, file, context),
      );
    } else if ("file" in item && item.file !== undefined) {
      const hosts = readHostFile(item, file, context);
      const itemLevels = readLevels(levels, item, file, context);
      if (hosts === null) found.complete = false;
      for (const { host, place } of hosts ?? []) {
        const hostLevels = host.ssh ? readLevels(itemLevels, { ssh: host.ssh }, file, context) : itemLevels;
        const address = host.address?.toLowerCase() ?? null;
        addNames(host.name, { state: "present", address }, { owner, levels: hostLevels, place }, found, context);
      }
    } else if ("name" in item && item.name !== undefined) {
      addHost(
        item,
        { owner, levels: readLevels(levels, item, file, context), place: where.place, item },
        found,
        file,
        context,
      );
    } else found.complete = false;
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
  context: HostsContext,
): void {
  const address = item.address ?? null;
  if (address !== null && /[[\]]/.test(item.name)) {
    context.diagnostics.error(valuePlace(file.positions, item, "address"), {
      rule: "address-of-range",
      message: `the range ${showText(item.name)} has one address`,
      hint: "Write a mapping for each of the hosts, or take address away.",
    });
    found.complete = false;
    return;
  }
  if (address !== null && !isHostName(address)) {
    context.diagnostics.error(valuePlace(file.positions, item, "address"), {
      rule: "invalid-host",
      ...(explainLength(address) ?? {
        message: `the address ${showText(address)} is not a host name or IP address`,
        hint: "Write it without a port (that is ssh.port) and without brackets.",
      }),
    });
    found.complete = false;
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
  context: HostsContext,
): void {
  if (context.hostsLeft < 0) return;
  const expanded = expandHostNames(names);
  context.hostsLeft -= "message" in expanded ? expanded.tried : expanded.names.length;
  if (context.hostsLeft < 0) {
    found.complete = false;
    context.diagnostics.error(inFile(place), {
      rule: "too-many-hosts",
      message: `the inventory stands for more than ${context.mostHosts} hosts`,
      hint: "Check the ranges here and in the files before; more hosts than that take several inventories.",
    });
    return;
  }
  if ("message" in expanded) {
    found.complete = false;
    context.diagnostics.error(inFile(place), { rule: "invalid-host", message: expanded.message, hint: expanded.hint });
    return;
  }
  if (state === "present") checkSignature(levels, context);
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
    context.notes?.hosts.set(host, { levels, item: item ?? null, place });
  }
}

function readCommand(
  item: HostCommandEntry,
  owner: HostOwner,
  levels: Levels,
  place: Place,
  file: LoadedFile<unknown>,
  context: HostsContext,
): HostCommand {
  checkSignature(levels, context);
  checkGroup(item, file, context);
  return {
    id: `${place.file}:${place.line}`,
    ...owner,
    command: item.command,
    ansibleGroup: item.format === "ansible" ? (item.group ?? "all") : null,
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
