import { showText } from "../diagnostics/show-text.ts";
import type { SshEntry } from "../schema/file-types.ts";
import type { AnsibleContent, AnsibleValue, AnsibleVariable, AnsibleVariables } from "./ansible-inventory.ts";
import type { ListDiagnostic, ListedHost } from "./host-list.ts";
import { isHostName } from "./host-names.ts";

const valueHint = "A host is a name or IP address, a port a number from 1 to 65535, a user a name without blanks.";

/** The names of a variable: that of today, and the older one. */
const names = {
  address: ["ansible_host", "ansible_ssh_host"],
  port: ["ansible_port", "ansible_ssh_port"],
  user: ["ansible_user", "ansible_ssh_user"],
} as const;

/** How strong a value is: that of a host is stronger than that of a group. */
export type Strength = (value: AnsibleValue) => number;

const forms: Readonly<Record<keyof typeof names, (text: string) => boolean>> = {
  address: isHostName,
  port: (text) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535,
  user: (text) => /^[^\s:/{}-][^\s:/{}]*$/.test(text),
};

/** A host with what its variables say of reaching it, or the first of them that cannot be used. */
export function listHost(
  { name, offset }: { readonly name: string; readonly offset: number },
  variables: AnsibleVariables,
  strength: Strength,
): ListedHost | ListDiagnostic {
  const found: Partial<Record<keyof typeof names, string>> = {};
  for (const what of ["address", "port", "user"] as const) {
    const variable = countingName(names[what], variables, strength);
    const value = variables[variable];
    if (value === undefined || value.content === null) continue;
    const wrong = explainWrong(value.content, forms[what]);
    if (wrong !== null) return { ...placeOf(value, name, offset, variable, wrong.what), ...wrong.further };
    if (typeof value.content === "string") found[what] = value.content;
  }
  const ssh: SshEntry = {
    ...(found.port === undefined ? {} : { port: Number(found.port) }),
    ...(found.user === undefined ? {} : { user: found.user }),
  };
  return {
    name,
    offset,
    ...(found.address === undefined ? {} : { address: found.address }),
    ...(Object.keys(ssh).length > 0 ? { ssh } : {}),
  };
}

/** The name whose value counts: the one that is set, or set more strongly; that of today where both are alike. */
export function countingName(
  [today, older]: readonly [AnsibleVariable, AnsibleVariable],
  variables: AnsibleVariables,
  strength: Strength,
): AnsibleVariable {
  const [value, olderValue] = [variables[today], variables[older]];
  if (olderValue === undefined || olderValue.content === null) return today;
  if (value === undefined || value.content === null) return older;
  return strength(olderValue) > strength(value) ? older : today;
}

/** What a host says twice, by the older name too, with another value. */
export function differingNames(variables: AnsibleVariables): readonly [AnsibleVariable, AnsibleVariable] | null {
  for (const pair of Object.values(names)) {
    const [today, older] = pair.map((variable) => contentOf(variables[variable]));
    if (typeof today === "string" && typeof older === "string" && today !== older) return pair;
  }
  return null;
}

const overSsh = /^(?:(?:ansible\.builtin\.|ansible\.legacy\.)?(?:ssh|smart|paramiko|paramiko_ssh)|\{\{.*)$/;

/** How Ansible reaches a host, if that is not over SSH; else null. */
export function otherConnection({ ansible_connection: value }: AnsibleVariables): string | null {
  const content = contentOf(value);
  return typeof content !== "string" || overSsh.test(content) ? null : content;
}

const contentOf = (value: AnsibleValue | undefined): AnsibleContent => value?.content ?? null;

/** A value of a group is wrong where it stands, that of a host where the host is. */
function placeOf(
  { group, offset }: AnsibleValue,
  name: string,
  hostOffset: number,
  variable: AnsibleVariable,
  what: string,
): { readonly offset: number; readonly message: string } {
  if (group === null) return { offset: hostOffset, message: `${variable} of ${showText(name)} cannot be ${what}` };
  return { offset, message: `${variable} of the group ${showText(group)} cannot be ${what}` };
}

function explainWrong(
  content: Exclude<AnsibleContent, null>,
  fits: (text: string) => boolean,
): { readonly what: string; readonly further: Pick<ListDiagnostic, "hint" | "isAnsiblesAlone"> } | null {
  if (typeof content !== "string") {
    return { what: content.what, further: { hint: "Write the value itself.", isAnsiblesAlone: true } };
  }
  if (fits(content)) return null;
  const what = showText(content);
  if (content.includes("{{"))
    return {
      what,
      further: { hint: "Templates and variables are not filled in: write the value itself.", isAnsiblesAlone: true },
    };
  const hint = content.includes("#")
    ? "Ansible takes what looks like a comment here for part of the value: delete it."
    : valueHint;
  return { what, further: { hint } };
}
