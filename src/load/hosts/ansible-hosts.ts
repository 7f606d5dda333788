import { compareText } from "../../lib/text.ts";
import { showText } from "../diagnostics/show-text.ts";
import type { SuggestionHint } from "../diagnostics/suggest.ts";
import { orderGroups } from "./ansible-groups.ts";
import type {
  AnsibleGroup,
  AnsibleHost,
  AnsibleInventory,
  AnsibleVariable,
  AnsibleVariables,
} from "./ansible-inventory.ts";
import { reportFault } from "./ansible-inventory.ts";
import { countingName, differingNames, listHost, otherConnection, type Strength } from "./ansible-values.ts";
import type { HostList, ListDiagnostic, ListedHost } from "./host-list.ts";

/** More cannot be an inventory that somebody keeps; the work grows with them. */
const mostGroups = 20_000;
const mostChildren = 100_000;

type Groups = ReadonlyMap<string, AnsibleGroup>;
type GroupHosts = ReturnType<HostList["hostsOf"]>;

/**
 * The hosts of a group and of the groups below it, in the order of the file, each once, with what Ansible would make of
 * their variables: those of a host win over those of its groups, and of these the deepest group's.
 */
export function ansibleHostList(inventory: AnsibleInventory, suggest: SuggestionHint): HostList {
  const { groups, hosts } = inventory;
  const nothing: GroupHosts = { hosts: [], diagnostics: [] };
  const unusable = (diagnostics: readonly ListDiagnostic[]): HostList => ({ diagnostics, hostsOf: () => nothing });
  const children = [...groups.values()].reduce((sum, group) => sum + group.children.size, 0);
  if (groups.size > mostGroups || children > mostChildren) return unusable([tooManyGroups]);
  for (const host of hosts.values()) if (isTakenForGroup(host, groups)) reportFault(inventory, takenForGroup(host));
  const ordered = orderGroups(groups);
  if ("message" in ordered) return unusable([...inventory.diagnostics, ordered]);
  const members = groupMembers(inventory);
  const places = new Map(ordered.map(({ name }, index) => [name, index]));
  const strength: Strength = ({ group }) => (group === null ? ordered.length : (places.get(group) ?? 0));
  const variablesOf = createMerger(groups, ordered, places);
  const listGroup = (group: string): GroupHosts => {
    if (!groups.has(group)) {
      // The file may have it where it is faulty, which is reported already.
      if (inventory.diagnostics.length > 0) return nothing;
      const declared = () =>
        [...groups.keys()].filter((name) => name !== "all" && name !== "ungrouped").sort(compareText);
      const hint = suggest(group, declared, unknownHint);
      const message = `there is no group ${showText(group)} in the Ansible inventory`;
      return { hosts: [], diagnostics: [{ offset: null, message, hint }] };
    }
    const found =
      group === "all"
        ? [...hosts.values()]
        : [...new Set([...groupsBelow(groups, group)].flatMap((below) => members.get(below) ?? []))];
    const variables = new Map(found.map((host) => [host, variablesOf(host)]));
    const listed = found.map((host) => listHost(host, variables.get(host) ?? {}, strength));
    const usable = listed.filter((host): host is ListedHost => "name" in host);
    return {
      hosts: usable.sort((left, right) => left.offset - right.offset || compareText(left.name, right.name)),
      diagnostics: [
        ...listed.filter((host): host is ListDiagnostic => "message" in host),
        ...warningsOf(variables, strength),
      ],
    };
  };
  const known = new Map<string, GroupHosts>();
  return {
    diagnostics: inventory.diagnostics,
    hostsOf(group) {
      const name = group ?? "all";
      const found = known.get(name) ?? listGroup(name);
      known.set(name, found);
      return found;
    },
  };
}

const unknownHint = "Name one of its groups, or leave group away for all hosts.";

const tooManyGroups: ListDiagnostic = {
  offset: 0,
  message: `the Ansible inventory has more than ${mostGroups} groups, or ${mostChildren} groups below others`,
  hint: "Split it into several files.",
};

/** A host of `all` alone goes to `ungrouped`; where a group has its name, Ansible takes that one instead. */
const isTakenForGroup = ({ name, groups: own }: AnsibleHost, groups: Groups): boolean =>
  groups.has(name) && own.size === 1 && own.has("all");

const takenForGroup = ({ name, offset }: AnsibleHost): ListDiagnostic => ({
  offset,
  message: `Ansible takes the host ${showText(name)} for the group of this name`,
  hint: "Give one of them another name, or put the host into a group of its own.",
});

/** Hosts by the groups that name them. A host that has other groups is not in `ungrouped`, even where the file says so. */
function groupMembers({ hosts }: AnsibleInventory): ReadonlyMap<string, readonly AnsibleHost[]> {
  const found = new Map<string, AnsibleHost[]>();
  for (const host of hosts.values()) {
    for (const group of groupsOf(host)) {
      const list = found.get(group);
      if (list) list.push(host);
      else found.set(group, [host]);
    }
  }
  return found;
}

function groupsOf({ groups }: AnsibleHost): readonly string[] {
  const others = [...groups].filter((group) => group !== "all" && group !== "ungrouped");
  const first = groups.has("all") ? ["all"] : [];
  return others.length === 0 ? [...first, "ungrouped"] : [...first, ...others];
}

/** The group and every group below it. */
function groupsBelow(groups: Groups, start: string): ReadonlySet<string> {
  const found = new Set<string>();
  const pending = [start];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    for (const child of groups.get(name)?.children.keys() ?? []) pending.push(child);
  }
  return found;
}

/** Gives hosts all their variables. `ordered` are the groups from the weakest to the strongest, each behind those above it. */
function createMerger(
  groups: Groups,
  ordered: readonly AnsibleGroup[],
  places: ReadonlyMap<string, number>,
): (host: AnsibleHost) => AnsibleVariables {
  /** For each group and variable the strongest of the group and those above it that sets it. */
  const strongest = new Map<string, Sources>();
  for (const { name, children, variables } of ordered) {
    const sources = sourcesOf(strongest, name);
    for (const variable of Object.keys(variables) as AnsibleVariable[]) sources[variable] = name;
    for (const child of children.keys()) takeStronger(sourcesOf(strongest, child), sources, places);
  }
  return (host) => {
    const sources: Sources = { ...strongest.get("all") };
    for (const group of groupsOf(host)) takeStronger(sources, strongest.get(group) ?? {}, places);
    const inherited: AnsibleVariables = {};
    for (const [variable, group] of Object.entries(sources) as [AnsibleVariable, string][]) {
      const value = groups.get(group)?.variables[variable];
      if (value) inherited[variable] = value;
    }
    return { ...inherited, ...host.variables };
  };
}

/** The group that each variable comes from. */
type Sources = Partial<Record<AnsibleVariable, string>>;

function sourcesOf(strongest: Map<string, Sources>, name: string): Sources {
  const known = strongest.get(name) ?? {};
  strongest.set(name, known);
  return known;
}

function takeStronger(sources: Sources, others: Sources, places: ReadonlyMap<string, number>): void {
  for (const [variable, group] of Object.entries(others) as [AnsibleVariable, string][]) {
    const known = sources[variable];
    if (known === undefined || (places.get(known) ?? 0) < (places.get(group) ?? 0)) sources[variable] = group;
  }
}

/** What is not wrong but easily misses its purpose, once for all hosts that it concerns. */
function warningsOf(hosts: ReadonlyMap<AnsibleHost, AnsibleVariables>, strength: Strength): readonly ListDiagnostic[] {
  const concerned = (concerns: (variables: AnsibleVariables) => boolean): readonly AnsibleHost[] =>
    [...hosts].filter(([, variables]) => concerns(variables)).map(([host]) => host);
  const warnings: ListDiagnostic[] = [];
  const otherwise = concerned((variables) => otherConnection(variables) !== null);
  const [first] = otherwise;
  if (first)
    warnings.push({
      offset: first.offset,
      warning: "ansible-connection",
      message: `ansible_connection of ${among(otherwise)} is ${showText(otherConnection(hosts.get(first) ?? {}) ?? "")}, but hosts are reached over SSH all the same`,
      hint: "Leave hosts that have no SSH out of the group that is named here.",
    });
  const twice = concerned((variables) => differingNames(variables) !== null);
  const [both] = twice;
  const pair = both && differingNames(hosts.get(both) ?? {});
  if (both && pair)
    warnings.push({
      offset: both.offset,
      warning: "ansible-variables",
      message: `${pair.join(" and ")} of ${among(twice)} differ: ${countingName(pair, hosts.get(both) ?? {}, strength)} counts here`,
      hint: "Keep one of them: which one Ansible takes depends on its version and connection plugin.",
    });
  return warnings;
}

function among([first, ...others]: readonly AnsibleHost[]): string {
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return `${showText(first?.name ?? "")}${more}`;
}
