import type { Place } from "../../model/diagnostic.ts";
import { inFile, type ValuePlace } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { resolveInside } from "../files/setting-paths.ts";
import type { HostFileEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { parseYaml } from "../yaml/parse-yaml.ts";
import { type Container, keyPlace, type Positions, placeAt, valuePlace } from "../yaml/positions.ts";
import { ansibleHostList } from "./ansible-hosts.ts";
import { parseAnsibleIni } from "./ansible-ini.ts";
import type { AnsibleInventory } from "./ansible-inventory.ts";
import { readAnsibleYaml } from "./ansible-yaml.ts";
import { type HostList, type ListDiagnostic, type ListedHost, plainHostList } from "./host-list.ts";
import type { HostsContext } from "./hosts-context.ts";

/** A host of a list, with its place there. */
interface PlacedHost {
  readonly host: ListedHost;
  readonly place: Place;
}

/** The hosts of the list that an item names; null when nothing of it is usable, which is reported. */
export function readHostFile(
  item: HostFileEntry,
  file: LoadedFile<unknown>,
  context: HostsContext,
): readonly PlacedHost[] | null {
  const where = valuePlace(file.positions, item as unknown as Container, "file");
  if (item.group && item.format !== "ansible") {
    context.diagnostics.error(keyPlace(file.positions, item as unknown as Container, "group"), {
      rule: "group-without-format",
      message: "group counts in Ansible inventories only",
      hint: "Add format: ansible, or take group away.",
    });
  }
  const path = resolveInside(item.file, file.base);
  if (path === null) {
    context.diagnostics.error(where, {
      rule: "outside-folder",
      message: `${showText(item.file)} leads out of the inventory folder`,
      hint: "Put the host list into the inventory folder and name it relative to this file.",
    });
    return null;
  }
  const read = context.readText(path);
  if ("diagnostic" in read) {
    if (read.diagnostic) context.diagnostics.error(where, read.diagnostic);
    return null;
  }
  const { positions } = read;
  const list = listAt(item, path, positions, context);
  const { hosts, diagnostics } = list.hostsOf(item.group ?? null);
  for (const { offset, ...diagnostic } of diagnostics) {
    const about = item.group ? valuePlace(file.positions, item as unknown as Container, "group") : where;
    reportDiagnostic(diagnostic, offset === null ? about : inFile(placeAt(positions, offset)), context);
  }
  // Hosts that cannot be used are work as well, each time that they are named.
  context.hostsLeft -= diagnostics.length;
  if (hosts.length === 0 && list.diagnostics.length + diagnostics.length > 0) return null;
  return hosts.map((host) => ({ host, place: placeAt(positions, host.offset) }));
}

function listAt({ format }: HostFileEntry, path: string, positions: Positions, context: HostsContext): HostList {
  const key = `${format ?? "names"} ${path}`;
  const known = context.hostLists.get(key);
  if (known) return known;
  const isAnsible = format === "ansible";
  const list = isAnsible ? ansibleHostList(parseAnsible(positions), context.suggest) : plainHostList(positions.text);
  context.hostLists.set(key, list);
  for (const { offset, ...diagnostic } of list.diagnostics)
    reportDiagnostic(diagnostic, inFile(placeAt(positions, offset ?? 0)), context);
  return list;
}

function reportDiagnostic(
  { message, hint }: Omit<ListDiagnostic, "offset">,
  where: ValuePlace,
  context: HostsContext,
): void {
  context.diagnostics.error(where, { rule: "invalid-host-list", message, hint });
}

function parseAnsible(positions: Positions): AnsibleInventory {
  if (!/\.(?:ya?ml|json)$/i.test(positions.file)) return parseAnsibleIni(positions.text);
  const parsed = parseYaml(positions.text, positions);
  const inventory = readAnsibleYaml(parsed.readable ? parsed.value : {}, positions);
  for (const { offset, diagnostic } of parsed.diagnostics) {
    inventory.diagnostics.push({ offset, message: diagnostic.message, hint: diagnostic.hint });
  }
  return inventory;
}
