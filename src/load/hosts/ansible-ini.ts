import { showText } from "../diagnostics/show-text.ts";
import {
  type AnsibleInventory,
  addChild,
  addGroup,
  addHost,
  createAnsibleInventory,
  reportFault,
  setVariable,
} from "./ansible-inventory.ts";
import { expandAnsiblePattern } from "./ansible-pattern.ts";
import { iniContent, splitWords } from "./ansible-words.ts";
import { mostListedHosts, tooManyListed } from "./host-list.ts";

type Kind = "hosts" | "children" | "vars";

/** A group that a section named before it was declared. */
interface Pending {
  readonly offset: number;
  readonly kind: "children" | "vars";
  readonly parents: { readonly name: string; readonly offset: number }[];
}

interface Reading {
  readonly inventory: AnsibleInventory;
  readonly pending: Map<string, Pending>;
  section: { readonly group: string; readonly kind: Kind };
  hostsLeft: number;
}

/** Reads an Ansible inventory in INI form. What Ansible refuses is a fault; variables that do not count are left alone. */
export function parseAnsibleIni(text: string): AnsibleInventory {
  const inventory = createAnsibleInventory();
  const reading: Reading = {
    inventory,
    pending: new Map(),
    section: { group: "ungrouped", kind: "hosts" },
    hostsLeft: mostListedHosts,
  };
  // What Python's splitlines() takes for the end of a line.
  for (const match of text.matchAll(/[^\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]+/g)) {
    const line = match[0].trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const offset = match.index + match[0].indexOf(line);
    if (!readHeader(reading, line, offset)) readLine(reading, line, offset);
    if (reading.hostsLeft < 0) {
      reportFault(inventory, { offset, ...tooManyListed });
      return inventory;
    }
  }
  for (const [name, { kind, offset }] of reading.pending) {
    const message =
      kind === "vars"
        ? `variables of the group ${showText(name)}, which the file does not have`
        : `there is no group ${showText(name)}`;
    reportFault(inventory, {
      offset,
      message,
      hint: `Correct the name, or add the section [${name}]: Ansible refuses this file.`,
    });
  }
  return inventory;
}

/** Whether the line is the header of a section, also a wrong one, which is reported. */
function readHeader(reading: Reading, line: string, offset: number): boolean {
  const { inventory, pending } = reading;
  const header = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/u.exec(line);
  if (!header) {
    if (!line.startsWith("[") || !line.endsWith("]")) return false;
    reportFault(inventory, {
      offset,
      message: "the header of a section has a blank or another character that does not belong there",
      hint: "Write [group], [group:children] or [group:vars].",
    });
    return true;
  }
  const [, group = "", kind = "hosts"] = header;
  if (kind !== "hosts" && kind !== "children" && kind !== "vars") {
    reportFault(inventory, {
      offset,
      message: "a section is neither :children nor :vars",
      hint: "Write [group], [group:children] or [group:vars].",
    });
    return true;
  }
  if (!inventory.groups.has(group)) {
    if (kind === "vars" && !pending.has(group)) pending.set(group, { offset, kind, parents: [] });
    addGroup(inventory, group);
  }
  if (kind !== "vars") {
    for (const parent of pending.get(group)?.parents ?? []) addChild(inventory, parent.name, group, parent.offset);
    pending.delete(group);
  }
  reading.section = { group, kind };
  return true;
}

function readLine(reading: Reading, line: string, offset: number): void {
  const { inventory, section } = reading;
  if (section.kind === "hosts") readHosts(reading, line, offset);
  else if (section.kind === "children") readChild(reading, line, offset);
  else {
    const equals = line.indexOf("=");
    if (equals < 0)
      reportFault(inventory, {
        offset,
        message: "a variable is written without =",
        hint: `Write name=value; hosts go below [${section.group}].`,
      });
    else {
      const value = iniContent(line.slice(equals + 1).trim());
      setVariable(inventory, section.group, line.slice(0, equals).trim(), value, offset);
    }
  }
}

function readChild({ inventory, pending, section }: Reading, line: string, offset: number): void {
  const [, child] = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line) ?? [];
  if (child === undefined) {
    const hint = `Write one group a line; hosts go below [${section.group}].`;
    reportFault(inventory, { offset, message: "this is not the name of a group", hint });
    return;
  }
  if (inventory.groups.has(child)) {
    addChild(inventory, section.group, child, offset);
    return;
  }
  const parent = { name: section.group, offset };
  const known = pending.get(child);
  if (known) known.parents.push(parent);
  else pending.set(child, { offset, kind: "children", parents: [parent] });
}

function readHosts(reading: Reading, line: string, offset: number): void {
  const { inventory, section } = reading;
  const words = splitWords(line);
  if (words === null) {
    const hint = "Close it with the same mark; a quotation mark or backslash of a value itself needs \\ before it.";
    reportFault(inventory, {
      offset,
      message: "a quotation mark is not closed, or the line ends with a backslash",
      hint,
    });
    return;
  }
  const [pattern = "", ...assignments] = words;
  const expanded = expandAnsiblePattern(pattern);
  if ("message" in expanded) {
    reportFault(inventory, { offset, ...expanded });
    return;
  }
  const { names, port } = expanded;
  reading.hostsLeft -= names.length;
  if (reading.hostsLeft < 0) return;
  for (const name of names) addHost(inventory, { name, port, offset }, section.group);
  for (const assignment of assignments) {
    const equals = assignment.indexOf("=");
    if (equals < 0) {
      const hint = "Write name=value behind the host, and one host or range a line.";
      reportFault(inventory, { offset, message: `${showText(assignment)} is not a variable of the host`, hint });
      continue;
    }
    const value = iniContent(assignment.slice(equals + 1));
    for (const name of names) setVariable(inventory, name, assignment.slice(0, equals), value, offset);
  }
}
