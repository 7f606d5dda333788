import type { ListDiagnostic } from "./host-list.ts";

/** The variables that count here, as text; everything else in an Ansible inventory is left alone. */
export type AnsibleVariables = Partial<Record<AnsibleVariable, string>>;

const variableNames = ["ansible_host", "ansible_port", "ansible_user"] as const;
type AnsibleVariable = (typeof variableNames)[number];

interface AnsibleHost {
  /** A name or an Ansible range such as `web[01:04]`. */
  readonly pattern: string;
  readonly offset: number;
  readonly variables: AnsibleVariables;
}

export interface AnsibleGroup {
  readonly hosts: AnsibleHost[];
  readonly children: Set<string>;
  variables: AnsibleVariables;
}

export interface AnsibleInventory {
  readonly groups: Map<string, AnsibleGroup>;
  readonly diagnostics: ListDiagnostic[];
}

export function isAnsibleVariable(name: string): name is AnsibleVariable {
  return (variableNames as readonly string[]).includes(name);
}

/** The group of that name, made when it is named for the first time. */
export function ansibleGroup(inventory: AnsibleInventory, name: string): AnsibleGroup {
  const known = inventory.groups.get(name);
  if (known) return known;
  const group: AnsibleGroup = { hosts: [], children: new Set(), variables: {} };
  inventory.groups.set(name, group);
  return group;
}
