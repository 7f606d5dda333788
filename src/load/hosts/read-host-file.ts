import type { Place } from "../../model/diagnostic.ts";
import { inFile, type Origin } from "../diagnostics/fault-list.ts";
import { showText } from "../diagnostics/show-text.ts";
import { resolveInside } from "../files/setting-paths.ts";
import type { HostFileEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { parseYaml } from "../yaml/parse-yaml.ts";
import { type Container, keyOrigin, type Positions, placeAt, valueOrigin } from "../yaml/positions.ts";
import { ansibleHostList } from "./ansible-hosts.ts";
import { parseAnsibleIni } from "./ansible-ini.ts";
import type { AnsibleInventory } from "./ansible-inventory.ts";
import { readAnsibleYaml } from "./ansible-yaml.ts";
import { type HostList, type ListedHost, type ListFault, plainHostList } from "./host-list.ts";
import type { HostsContext } from "./hosts-context.ts";

/** A host of a list, and where it stands there. */
export interface PlacedHost {
  readonly host: ListedHost;
  readonly place: Place;
}

/** The hosts of the list that an item names; null when faults, which are reported, leave nothing of it. */
export function readHostFile(
  item: HostFileEntry,
  file: LoadedFile<unknown>,
  context: HostsContext,
): readonly PlacedHost[] | null {
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
    return null;
  }
  const read = context.readText(path);
  if ("fault" in read) {
    if (read.fault) context.faults.error(origin, read.fault);
    return null;
  }
  const { positions } = read;
  const list = listAt(item, path, positions, context);
  const { hosts, faults } = list.hostsOf(item.group ?? null);
  for (const { offset, ...fault } of faults) {
    const about = item.group ? valueOrigin(file.positions, item as unknown as Container, "group") : origin;
    reportFault(fault, offset === null ? about : inFile(placeAt(positions, offset)), context);
  }
  // Hosts that cannot be used are work as well, each time that they are named.
  context.hostsLeft -= faults.length;
  if (hosts.length === 0 && list.faults.length + faults.length > 0) return null;
  return hosts.map((host) => ({ host, place: placeAt(positions, host.offset) }));
}

function listAt({ format }: HostFileEntry, path: string, positions: Positions, context: HostsContext): HostList {
  const key = `${format ?? "names"} ${path}`;
  const known = context.hostLists.get(key);
  if (known) return known;
  const isAnsible = format === "ansible";
  const list = isAnsible ? ansibleHostList(parseAnsible(positions), context.suggest) : plainHostList(positions.text);
  context.hostLists.set(key, list);
  for (const { offset, ...fault } of list.faults) reportFault(fault, inFile(placeAt(positions, offset ?? 0)), context);
  return list;
}

function reportFault({ message, hint }: Omit<ListFault, "offset">, origin: Origin, context: HostsContext): void {
  context.faults.error(origin, { rule: "invalid-host-list", message, hint });
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
