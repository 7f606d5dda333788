import { compareText } from "../model/diagnostic.ts";
import type { SshEntry } from "./file-types.ts";
import { type ListedHost, type ListFault, mostListedHosts, tooManyListed } from "./host-list.ts";
import { isHostName, mostHostsOfRange } from "./host-names.ts";
import { showText } from "./show-text.ts";
import { suggestionHint } from "./suggest.ts";

/** The variables that count here, as text; everything else in an Ansible inventory is left alone. */
export type AnsibleVariables = Partial<Record<AnsibleVariable, string>>;

/** More cannot be an inventory that somebody keeps by hand; the work grows with the square of it. */
const mostGroups = 1000;

const variableNames = ["ansible_host", "ansible_port", "ansible_user"] as const;
type AnsibleVariable = (typeof variableNames)[number];

export interface AnsibleHost {
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
  readonly faults: ListFault[];
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

/**
 * The hosts of a group and of the groups below it, in the order of the file, each once. As in Ansible, variables of a
 * host win over those of its groups, and nearer groups over those above them.
 */
export function hostsOfAnsibleGroup(
  inventory: AnsibleInventory,
  group: string,
): { readonly hosts: readonly ListedHost[]; readonly faults: readonly ListFault[] } {
  const faults = [...inventory.faults];
  const { groups } = inventory;
  if (group !== "all" && !groups.has(group)) {
    // A file that could not be read has no groups at all; its own fault says so.
    if (faults.length > 0) return { hosts: [], faults };
    const known = [...groups.keys()].sort(compareText);
    return { hosts: [], faults: [...faults, { offset: null, ...unknownGroup(group, known) }] };
  }
  if (groups.size > mostGroups) {
    const message = `the Ansible inventory has more than ${mostGroups} groups`;
    return { hosts: [], faults: [...faults, { offset: 0, message, hint: "Split it into several files." }] };
  }
  const wanted = group === "all" ? new Set(groups.keys()) : groupsBelow(groups, group);
  const ancestors = groupAncestors(groups);
  const depth = (name: string): number => (name === "all" ? -1 : (ancestors.get(name)?.length ?? 0));
  const hosts: ListedHost[] = [];
  for (const { name, offset, memberships, own } of expandMembers(inventory, faults)) {
    if (![...memberships].some((membership) => wanted.has(membership))) continue;
    const above = new Set([
      "all",
      ...memberships,
      ...[...memberships].flatMap((membership) => ancestors.get(membership) ?? []),
    ]);
    const inherited = [...above]
      .sort((left, right) => depth(left) - depth(right) || compareText(left, right))
      .map((ancestor) => groups.get(ancestor)?.variables ?? {});
    const host = toListedHost(name, offset, Object.assign({}, ...inherited, own) as AnsibleVariables);
    if ("message" in host) faults.push(host);
    else hosts.push(host);
  }
  return { hosts: hosts.sort((left, right) => left.offset - right.offset), faults };
}

interface Member {
  readonly name: string;
  readonly offset: number;
  readonly memberships: Set<string>;
  own: AnsibleVariables;
}

function expandMembers({ groups }: AnsibleInventory, faults: ListFault[]): Iterable<Member> {
  const members = new Map<string, Member>();
  for (const [group, { hosts }] of groups) {
    for (const { pattern, offset, variables } of hosts) {
      const names = expandAnsibleRange(pattern);
      const wrong = typeof names === "string" ? undefined : names.find((name) => !isHostName(name));
      if (typeof names === "string" || wrong !== undefined) {
        if (typeof names === "string")
          faults.push({ offset, message: names, hint: "Ansible ranges are written [01:04] or [a:d]." });
        else faults.push({ offset, message: `${showText(wrong ?? "")} is not a host name`, hint: nameHint });
        continue;
      }
      if (members.size + names.length > mostListedHosts) {
        faults.push({ offset, ...tooManyListed });
        return members.values();
      }
      for (const name of names) {
        const member = members.get(name) ?? { name, offset, memberships: new Set<string>(), own: {} };
        member.memberships.add(group);
        member.own = { ...member.own, ...variables };
        members.set(name, member);
      }
    }
  }
  return members.values();
}

/** The group and every group below it. */
function groupsBelow(groups: AnsibleInventory["groups"], start: string): ReadonlySet<string> {
  const found = new Set<string>();
  const pending = [start];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    for (const child of groups.get(name)?.children ?? []) pending.push(child);
  }
  return found;
}

/** The groups above each group. A group below has more of them than those above it. */
function groupAncestors(groups: AnsibleInventory["groups"]): ReadonlyMap<string, readonly string[]> {
  const ancestors = new Map<string, string[]>();
  for (const above of groups.keys()) {
    if (above === "all") continue;
    for (const name of groupsBelow(groups, above)) {
      if (name === above) continue;
      const list = ancestors.get(name);
      if (list) list.push(above);
      else ancestors.set(name, [above]);
    }
  }
  return ancestors;
}

const nameHint = "Host names are made of letters, digits, ., - and _; ranges are written [01:04] or [a:d].";

const valueHint = "A host is a name or IP address, a port a number from 1 to 65535, a user a name without blanks.";

function toListedHost(name: string, offset: number, variables: AnsibleVariables): ListedHost | ListFault {
  const { ansible_host: address, ansible_port: port, ansible_user: user } = variables;
  const wrong = (variable: string, value: string): ListFault => ({
    offset,
    message: `${variable} of ${showText(name)} cannot be ${showText(value)}`,
    hint: value.includes("{{") ? "Templates and variables are not filled in: write the value itself." : valueHint,
  });
  if (address !== undefined && !isHostName(address)) return wrong("ansible_host", address);
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return wrong("ansible_port", port);
  }
  if (user !== undefined && !/^[^\s:/{}-][^\s:/{}]*$/.test(user)) return wrong("ansible_user", user);
  const ssh: SshEntry = {
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(user === undefined ? {} : { user }),
  };
  return {
    name,
    offset,
    ...(address === undefined ? {} : { address }),
    ...(Object.keys(ssh).length > 0 ? { ssh } : {}),
  };
}

/** Names of an Ansible pattern: `[01:04]`, `[a:d]`, `[0:10:5]`; or what is wrong with it. */
function expandAnsibleRange(pattern: string): readonly string[] | string {
  let names = [""];
  for (const [index, piece] of pattern
    .toLowerCase()
    .split(/(\[[^[\]]*\])/)
    .entries()) {
    const values = index % 2 === 0 ? [piece] : rangeValues(piece);
    if (values.length === 0) return `${showText(piece)} is not a range`;
    if (names.length * values.length > mostHostsOfRange)
      return `${showText(pattern)} stands for more than ${mostHostsOfRange} hosts`;
    names = names.flatMap((start) => values.map((value) => start + value));
  }
  return names;
}

function rangeValues(text: string): readonly string[] {
  const match = /^\[(?:(\d{1,9}):(\d{1,9})|([a-z]):([a-z]))(?::([1-9]\d{0,8}))?\]$/.exec(text);
  if (!match) return [];
  const [, first, last, firstLetter, lastLetter, step = "1"] = match;
  const letters = firstLetter !== undefined && lastLetter !== undefined;
  const from = letters ? firstLetter.charCodeAt(0) : Number(first);
  const to = letters ? lastLetter.charCodeAt(0) : Number(last);
  const values: string[] = [];
  for (let value = from; value <= to && values.length <= mostHostsOfRange; value += Number(step)) {
    values.push(letters ? String.fromCharCode(value) : String(value).padStart(first?.length ?? 0, "0"));
  }
  return values;
}

function unknownGroup(group: string, known: readonly string[]) {
  return {
    message: `there is no group ${showText(group)} in the Ansible inventory`,
    hint: suggestionHint(group, known, "Name one of its groups, or leave group away for all hosts."),
  };
}
