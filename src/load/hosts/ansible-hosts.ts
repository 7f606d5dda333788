import { compareText } from "../../lib/text.ts";
import { showText } from "../diagnostics/show-text.ts";
import type { SuggestionHint } from "../diagnostics/suggest.ts";
import type { SshEntry } from "../schema/file-types.ts";
import type { AnsibleGroup, AnsibleInventory, AnsibleVariables } from "./ansible-inventory.ts";
import { expandAnsiblePattern } from "./ansible-range.ts";
import { type HostList, type ListDiagnostic, type ListedHost, mostListedHosts, tooManyListed } from "./host-list.ts";
import { isHostName } from "./host-names.ts";

/** More cannot be an inventory that somebody keeps by hand; the work grows with their product. */
const mostGroups = 1000;
const mostChildren = 5000;
/** Groups from which all hosts together take variables. */
const mostInheritance = 1_000_000;

type Groups = ReadonlyMap<string, AnsibleGroup>;

interface Member {
  readonly name: string;
  readonly offset: number;
  readonly memberships: Set<string>;
  own: AnsibleVariables;
}

/**
 * The hosts of a group and of the groups below it, in the order of the file, each once. As in Ansible, variables of a
 * host win over those of its groups, and nearer groups over those above them.
 */
export function ansibleHostList({ groups, diagnostics: found }: AnsibleInventory, suggest: SuggestionHint): HostList {
  const diagnostics = [...found];
  const excess = excessOf(groups);
  if (excess !== null)
    return { diagnostics: [...diagnostics, { offset: 0, ...excess }], hostsOf: () => ({ hosts: [], diagnostics: [] }) };
  const members = expandMembers(groups, diagnostics);
  const byGroup = groupMembers(members);
  const listMember = createLister(groups);
  const listGroup = (group: string): GroupHosts => {
    if (group !== "all" && !groups.has(group)) {
      // A file that could not be read has no groups at all, which is reported already.
      if (diagnostics.length > 0) return { hosts: [], diagnostics: [] };
      const hint = suggest(group, () => [...groups.keys()].sort(compareText), unknownHint);
      const message = `there is no group ${showText(group)} in the Ansible inventory`;
      return { hosts: [], diagnostics: [{ offset: null, message, hint }] };
    }
    const wanted = group === "all" ? groups.keys() : groupsBelow(groups, group);
    const found = new Set([...wanted].flatMap((below) => byGroup.get(below) ?? []));
    const listed = [...found].map(listMember);
    const hosts = listed.filter((host): host is ListedHost => "name" in host);
    return {
      hosts: hosts.sort((left, right) => left.offset - right.offset || compareText(left.name, right.name)),
      diagnostics: listed.filter((host): host is ListDiagnostic => "message" in host),
    };
  };
  const known = new Map<string, GroupHosts>();
  return {
    diagnostics,
    hostsOf(group) {
      const name = group ?? "all";
      const found = known.get(name) ?? listGroup(name);
      known.set(name, found);
      return found;
    },
  };
}

type GroupHosts = ReturnType<HostList["hostsOf"]>;

const unknownHint = "Name one of its groups, or leave group away for all hosts.";

function excessOf(groups: Groups): Omit<ListDiagnostic, "offset"> | null {
  const children = [...groups.values()].reduce((sum, group) => sum + group.children.size, 0);
  const excess = groups.size > mostGroups ? `${mostGroups} groups` : `${mostChildren} groups below others`;
  if (groups.size <= mostGroups && children <= mostChildren) return null;
  return { message: `the Ansible inventory has more than ${excess}`, hint: "Split it into several files." };
}

function expandMembers(groups: Groups, diagnostics: ListDiagnostic[]): readonly Member[] {
  const members = new Map<string, Member>();
  let left = mostListedHosts;
  for (const [group, { hosts }] of groups) {
    for (const { pattern, offset, variables } of hosts) {
      const { names, diagnostic } = expandAnsiblePattern(pattern);
      left -= names.length;
      if (left < 0) {
        diagnostics.push({ offset, ...tooManyListed });
        return [...members.values()];
      }
      if (diagnostic !== null) {
        diagnostics.push({ offset, ...diagnostic });
        continue;
      }
      for (const name of names) {
        const member = members.get(name) ?? { name, offset, memberships: new Set<string>(), own: {} };
        member.memberships.add(group);
        member.own = { ...member.own, ...variables };
        members.set(name, member);
      }
    }
  }
  return [...members.values()];
}

function groupMembers(members: readonly Member[]): ReadonlyMap<string, readonly Member[]> {
  const found = new Map<string, Member[]>();
  for (const member of members) {
    for (const group of member.memberships) {
      const list = found.get(group);
      if (list) list.push(member);
      else found.set(group, [member]);
    }
  }
  return found;
}

/** Turns members into hosts, each once, with the variables of their groups. */
function createLister(groups: Groups): (member: Member) => ListedHost | ListDiagnostic {
  const ancestors = groupAncestors(groups);
  const depth = (name: string): number => (name === "all" ? -1 : (ancestors.get(name)?.length ?? 0));
  const listed = new Map<Member, ListedHost | ListDiagnostic>();
  let inherited = 0;
  const list = ({ name, offset, memberships, own }: Member): ListedHost | ListDiagnostic => {
    inherited += [...memberships].reduce((sum, group) => sum + 1 + (ancestors.get(group)?.length ?? 0), 0);
    if (inherited > mostInheritance) return { offset, ...tooMuchInherited };
    const above = new Set(["all", ...memberships]);
    for (const group of memberships) for (const ancestor of ancestors.get(group) ?? []) above.add(ancestor);
    const variables = [...above]
      .sort((left, right) => depth(left) - depth(right) || compareText(left, right))
      .map((ancestor) => groups.get(ancestor)?.variables ?? {});
    return toListedHost(name, offset, Object.assign({}, ...variables, own) as AnsibleVariables);
  };
  return (member) => {
    const known = listed.get(member) ?? list(member);
    listed.set(member, known);
    return known;
  };
}

const tooMuchInherited = {
  message: "the hosts of the Ansible inventory are in too many groups",
  hint: "Split it into several files.",
};

/** The group and every group below it. */
function groupsBelow(groups: Groups, start: string): ReadonlySet<string> {
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
function groupAncestors(groups: Groups): ReadonlyMap<string, readonly string[]> {
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

const valueHint = "A host is a name or IP address, a port a number from 1 to 65535, a user a name without blanks.";

function toListedHost(name: string, offset: number, variables: AnsibleVariables): ListedHost | ListDiagnostic {
  const { ansible_host: address, ansible_port: port, ansible_user: user } = variables;
  const wrong = (variable: string, value: string): ListDiagnostic => ({
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
