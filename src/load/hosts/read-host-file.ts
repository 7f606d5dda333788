import { dirname, join } from "node:path";
import type { Place } from "../../model/diagnostic.ts";
import { inFile, type ValuePlace } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { resolveInside } from "../files/setting-paths.ts";
import type { HostCommandEntry, HostFileEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { type Container, keyPlace, type Positions, placeAt, valuePlace } from "../yaml/positions.ts";
import { ansibleHostList } from "./ansible-hosts.ts";
import { type HostList, type ListDiagnostic, type ListedHost, plainHostList } from "./host-list.ts";
import type { HostsContext } from "./hosts-context.ts";
import { parseAnsible } from "./parse-ansible.ts";

/** A host of a list, with its place there. */
interface PlacedHost {
  readonly host: ListedHost;
  readonly place: Place;
}

/** Reports a group where there are none. */
export function checkGroup(
  item: HostFileEntry | HostCommandEntry,
  { positions }: LoadedFile<unknown>,
  { diagnostics }: HostsContext,
): void {
  if (!item.group || item.format === "ansible") return;
  diagnostics.error(keyPlace(positions, item as unknown as Container, "group"), {
    rule: "group-without-format",
    message: "group counts in Ansible inventories only",
    hint: "Add format: ansible, or take group away.",
  });
}

/** The hosts of the list that an item names; null when nothing of it is usable, which is reported. */
export function readHostFile(
  item: HostFileEntry,
  file: LoadedFile<unknown>,
  context: HostsContext,
): readonly PlacedHost[] | null {
  const where = valuePlace(file.positions, item as unknown as Container, "file");
  checkGroup(item, file, context);
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
  for (const diagnostic of diagnostics) {
    const { offset } = diagnostic;
    const about = item.group ? valuePlace(file.positions, item as unknown as Container, "group") : where;
    const place = offset === null ? about : inFile(placeAt(positions, offset));
    reportDiagnostic(diagnostic, place, { file: positions.file, group: item.group ?? null }, context);
  }
  const faults = diagnostics.filter(({ rule }) => rule === undefined).length;
  // Hosts that cannot be used are work as well, each time that they are named.
  context.hostsLeft -= faults;
  if (hosts.length === 0 && list.diagnostics.length + faults > 0) return null;
  if (item.format === "ansible") reportVariableFolders(item, path, { where, file: positions.file }, context);
  return hosts.map((host) => ({ host, place: placeAt(positions, host.offset) }));
}

function listAt({ format, group }: HostFileEntry, path: string, positions: Positions, context: HostsContext): HostList {
  const key = `${format ?? "names"} ${path}`;
  const known = context.hostLists.get(key);
  if (known) return known;
  const { text, file } = positions;
  const list = format === "ansible" ? ansibleHostList(parseAnsible(text, file), context.suggest) : plainHostList(text);
  context.hostLists.set(key, list);
  for (const diagnostic of list.diagnostics) {
    const place = inFile(placeAt(positions, diagnostic.offset ?? 0));
    reportDiagnostic(diagnostic, place, { file, group: group ?? null }, context);
  }
  return list;
}

/** An Ansible inventory, relative to the inventory folder, and the group that is meant. */
interface Source {
  readonly file: string;
  readonly group: string | null;
}

function reportDiagnostic(
  { message, hint, rule, isAnsiblesAlone }: ListDiagnostic,
  where: ValuePlace,
  source: Source,
  { diagnostics }: HostsContext,
): void {
  const further = isAnsiblesAlone ? ` Or ask Ansible itself: ${askAnsible(source)}` : "";
  if (rule) diagnostics.warning(where, { rule, message, hint });
  else diagnostics.error(where, { rule: "invalid-host-list", message, hint: `${hint}${further}` });
}

/** The way that is always exact: what Ansible's own program makes of the file. */
function askAnsible({ file, group }: Source): string {
  const path = /^[\w./-]+$/.test(file) ? file : "FILE";
  const further = group !== null && /^[\w-]+$/.test(group) ? `, group: ${group}` : "";
  return `{ command: [ansible-inventory, -i, ${path}, --list], format: ansible${further} }.`;
}

/** Ansible reads variables from folders beside the file too, which are not read here. */
function reportVariableFolders(
  item: HostFileEntry,
  path: string,
  { where, file }: { readonly where: ValuePlace; readonly file: string },
  context: HostsContext,
): void {
  for (const folder of ["group_vars", "host_vars"]) {
    const found = context.checkFile(join(dirname(path), folder));
    if (found === null || found.rule === "missing-file") continue;
    context.diagnostics.warning(where, {
      rule: "ansible-variables",
      message: `the folder ${folder} beside ${file} is not read`,
      hint: `If addresses, ports or users stand there, ask Ansible itself: ${askAnsible({ file, group: item.group ?? null })}`,
    });
  }
}
