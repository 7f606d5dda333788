import { type Container, keyOffset, type Positions } from "../yaml/positions.ts";
import { entryOf, isMap } from "../yaml/value-path.ts";
import { type AnsibleInventory, type AnsibleVariables, ansibleGroup, isAnsibleVariable } from "./ansible-inventory.ts";

/** Groups inside of each other; deeper ones are stray indentation. */
const deepest = 50;

/** Reads an Ansible inventory in YAML form from its data: groups with `hosts`, `children` and `vars`. */
export function readAnsibleYaml(data: unknown, positions: Positions): AnsibleInventory {
  const inventory: AnsibleInventory = { groups: new Map(), diagnostics: [] };
  if (!isMap(data)) {
    inventory.diagnostics.push({
      offset: 0,
      message: "the Ansible inventory is not a mapping of groups",
      hint: "Begin with all:",
    });
    return inventory;
  }
  readGroups(inventory, data, positions, 0);
  return inventory;
}

function readGroups(
  inventory: AnsibleInventory,
  groups: Readonly<Record<string, unknown>>,
  positions: Positions,
  depth: number,
): void {
  if (depth > deepest) return;
  for (const [name, body] of Object.entries(groups)) {
    const group = ansibleGroup(inventory, name);
    group.variables = { ...group.variables, ...variablesOf(entryOf(body, "vars")) };
    const hosts = entryOf(body, "hosts");
    for (const [pattern, variables] of Object.entries(isMap(hosts) ? hosts : {})) {
      const offset = keyOffset(positions, hosts as Container, pattern) ?? 0;
      group.hosts.push({ pattern, offset, variables: variablesOf(variables) });
    }
    const children = entryOf(body, "children");
    if (!isMap(children)) continue;
    for (const child of Object.keys(children)) group.children.add(child);
    readGroups(inventory, children, positions, depth + 1);
  }
}

function variablesOf(data: unknown): AnsibleVariables {
  const variables: AnsibleVariables = {};
  for (const [name, value] of Object.entries(isMap(data) ? data : {})) {
    if (isAnsibleVariable(name) && (typeof value === "string" || typeof value === "number"))
      variables[name] = String(value);
  }
  return variables;
}
