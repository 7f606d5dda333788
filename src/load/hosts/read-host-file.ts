import type { Place } from "../../model/diagnostic.ts";
import { inFile, type ValuePlace } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { resolveInside } from "../files/setting-paths.ts";
import type { HostCommandEntry, HostFileEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { type Container, keyPlace, type Positions, placeAt, valuePlace } from "../yaml/positions.ts";
import { ansibleHostList } from "./ansible-hosts.ts";
import { lookThroughVariableFolders } from "./ansible-variable-folders.ts";
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
  if (item.format === "ansible") {
    reportVariables(item, path, { where, file: positions.file, root: file.base.root }, context);
  }
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
function askAnsible({ file, group }: Source, playbookFolder: string | null = null): string {
  const word = (path: string) => (/^[\w./-]+$/.test(path) ? path : "FILE");
  const playbooks = playbookFolder === null ? "" : ` --playbook-dir, ${word(playbookFolder)},`;
  const further = group !== null && /^[\w-]+$/.test(group) ? `, group: ${group}` : "";
  return `{ command: [ansible-inventory, -i, ${word(file)},${playbooks} --list], format: ansible${further} }.`;
}

/** Ansible reads variables from folders too, which are not read here. */
function reportVariables(
  item: HostFileEntry,
  path: string,
  { where, file, root }: { readonly where: ValuePlace; readonly file: string; readonly root: string },
  context: HostsContext,
): void {
  for (const { message, isFault, playbookFolder } of lookThroughVariableFolders(path, root, context)) {
    const exact = askAnsible({ file, group: item.group ?? null }, playbookFolder);
    const rule = isFault ? "invalid-host-list" : "ansible-variables";
    const hint = isFault
      ? `Set that in the inventory itself, or ask Ansible: ${exact}`
      : `If they do, ask Ansible itself: ${exact}`;
    context.diagnostics[isFault ? "error" : "warning"](where, { rule, message, hint });
  }
}
