import { mostDiagnosticsOfFile } from "../diagnostics/diagnostics.ts";
import type { ListDiagnostic } from "./host-list.ts";

/** The variables that count here; everything else in an Ansible inventory is left alone. */
const variableNames = [
  "ansible_host",
  "ansible_port",
  "ansible_user",
  "ansible_ssh_host",
  "ansible_ssh_port",
  "ansible_ssh_user",
  "ansible_connection",
] as const;
export type AnsibleVariable = (typeof variableNames)[number];

/** Text, also that of a number; null, which Ansible takes as not set; or what cannot be used, in words. */
export type AnsibleContent = string | null | { readonly what: string };

export interface AnsibleValue {
  readonly content: AnsibleContent;
  /** Into the text of the file. */
  readonly offset: number;
  /** The group that it was set for; null: a host. */
  readonly group: string | null;
}

export type AnsibleVariables = Partial<Record<AnsibleVariable, AnsibleValue>>;

export interface AnsibleHost {
  readonly name: string;
  /** Where it is named first. */
  readonly offset: number;
  /** Those that name it themselves. */
  readonly groups: Set<string>;
  readonly variables: AnsibleVariables;
}

export interface AnsibleGroup {
  readonly name: string;
  /** Groups right below it, with the offset where that is said. */
  readonly children: Map<string, number>;
  readonly variables: AnsibleVariables;
  /** `ansible_group_priority`: between groups of the same depth the higher one wins. */
  priority: number;
}

/** An inventory as Ansible keeps it while it reads one: whoever adds to it in the order of the file gets the same. */
export interface AnsibleInventory {
  readonly groups: Map<string, AnsibleGroup>;
  readonly hosts: Map<string, AnsibleHost>;
  readonly diagnostics: ListDiagnostic[];
}

export function createAnsibleInventory(): AnsibleInventory {
  const inventory: AnsibleInventory = { groups: new Map(), hosts: new Map(), diagnostics: [] };
  for (const name of ["all", "ungrouped"]) addGroup(inventory, name);
  return inventory;
}

export function isAnsibleVariable(name: string): name is AnsibleVariable {
  return (variableNames as readonly string[]).includes(name);
}

/** Adds a diagnostic, unless there are more of them already than anybody reads. */
export function reportFault(inventory: AnsibleInventory, diagnostic: ListDiagnostic): void {
  if (inventory.diagnostics.length <= mostDiagnosticsOfFile) inventory.diagnostics.push(diagnostic);
}

/** Adds a group, unless it is there. */
export function addGroup(inventory: AnsibleInventory, name: string): void {
  if (inventory.groups.has(name)) return;
  inventory.groups.set(name, { name, children: new Map(), variables: {}, priority: 1 });
}

/** Adds a host to a group. As in Ansible, a port behind its name counts where it is named first. */
export function addHost(
  inventory: AnsibleInventory,
  host: { readonly name: string; readonly port: number | null; readonly offset: number },
  group: string,
): void {
  const { name, port, offset } = host;
  const known = inventory.hosts.get(name);
  if (known) {
    known.groups.add(group);
    return;
  }
  const variables: AnsibleVariables = port ? { ansible_port: { content: String(port), offset, group: null } } : {};
  inventory.hosts.set(name, { name, offset, groups: new Set([group]), variables });
}

/** Sets a variable of a host or group. As in Ansible, a group comes before a host of the same name. */
export function setVariable(
  inventory: AnsibleInventory,
  owner: string,
  name: string,
  content: AnsibleContent,
  offset: number,
): void {
  const group = inventory.groups.get(owner);
  if (group && name === "ansible_group_priority") setPriority(inventory, group, content, offset);
  if (!isAnsibleVariable(name)) return;
  const entity = group ?? inventory.hosts.get(owner);
  if (entity) entity.variables[name] = { content, offset, group: group ? owner : null };
}

function setPriority(inventory: AnsibleInventory, group: AnsibleGroup, content: AnsibleContent, offset: number): void {
  if (typeof content === "string" && /^\s*[-+]?\d{1,9}\s*$/.test(content)) group.priority = Number(content);
  else
    reportFault(inventory, {
      offset,
      message: "ansible_group_priority is not a whole number",
      hint: "Write a number such as 10, without quotation marks.",
    });
}

/** Puts a group, or a host, below a group. */
export function addChild(inventory: AnsibleInventory, parent: string, child: string, offset: number): void {
  const children = inventory.groups.get(parent)?.children;
  if (parent === "ungrouped" || (child === "ungrouped" && parent !== "all"))
    reportFault(inventory, {
      offset,
      message: "ungrouped is for hosts without a group: it is not above or below other groups",
      hint: "Give the group another name.",
    });
  else if (inventory.groups.has(child)) {
    if (children && !children.has(child)) children.set(child, offset);
  } else inventory.hosts.get(child)?.groups.add(parent);
}
