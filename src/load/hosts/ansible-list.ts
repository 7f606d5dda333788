import { nestingExceeds } from "../../lib/json-nesting.ts";
import { parseJson } from "../../lib/parse-json.ts";
import { count } from "../../lib/printable.ts";
import { showText } from "../diagnostics/show-text.ts";
import { entryOf, isMap } from "../yaml/value-path.ts";
import { type AnsibleContent, type AnsibleVariables, isAnsibleVariable } from "./ansible-inventory.ts";
import { differingNames, listHost, otherConnection } from "./ansible-values.ts";
import { type ListedHost, mostListedHosts } from "./host-list.ts";
import { isHostName } from "./host-names.ts";

/** Objects and lists inside of each other: variables may be deep, what counts is not. */
const deepest = 100;
/** Names in lists of hosts and of groups below others. */
const mostNames = 1_000_000;

type AnsibleList =
  | { readonly hosts: readonly ListedHost[]; readonly warning: string | null }
  /** What was printed, behind "the command printed". */
  | { readonly wrong: string };

type Groups = Readonly<Record<string, unknown>>;

/** The hosts of a group, and of those below it, in what `ansible-inventory --list` printed. */
export function readAnsibleList(output: string, group: string): AnsibleList {
  const groups = parseGroups(output);
  if (groups === null) return { wrong: "something other than the JSON of ansible-inventory --list" };
  const names = namesOf(groups, group);
  if ("wrong" in names) return names;
  const hostVariables = entryOf(entryOf(groups, "_meta"), "hostvars");
  const hosts: ListedHost[] = [];
  const otherwise: string[] = [];
  const twice: { readonly name: string; readonly pair: string }[] = [];
  for (const name of names) {
    if (!isHostName(name)) return { wrong: `${showText(name)}, which is not a host name` };
    const variables = variablesOf(entryOf(hostVariables, name));
    const host = listHost({ name, offset: 0 }, variables, () => 0);
    if ("message" in host) return { wrong: `a host that cannot be used: ${host.message}` };
    hosts.push(host);
    if (otherConnection(variables) !== null) otherwise.push(name);
    const pair = differingNames(variables);
    if (pair !== null) twice.push({ name, pair: pair.join(" and ") });
  }
  const [first] = twice;
  const warnings = [
    ...(otherwise.length === 0
      ? []
      : [
          `ansible_connection of ${count(otherwise.length, "host")} (${otherwise[0]} first) is not SSH, over which hosts are reached all the same`,
        ]),
    ...(first === undefined
      ? []
      : [
          `${first.pair} of ${count(twice.length, "host")} (${first.name} first) differ: the shorter name counts here, but Ansible may take the other one`,
        ]),
  ];
  return { hosts, warning: warnings.length === 0 ? null : warnings.join("; ") };
}

function parseGroups(output: string): Groups | null {
  if (nestingExceeds(output, deepest)) return null;
  try {
    const value = parseJson(output);
    return isMap(value) && isMap(entryOf(entryOf(value, "_meta"), "hostvars")) ? value : null;
  } catch {
    return null;
  }
}

/** Each host once, in the order of the groups; or what is wrong. */
function namesOf(groups: Groups, group: string): readonly string[] | { readonly wrong: string } {
  // Ansible prints no group that has nothing; it still stands below another one.
  const isKnown = (name: string): boolean => Object.hasOwn(groups, name) && name !== "_meta";
  const children = Object.values(groups).flatMap((body) => entryOf(body, "children") ?? []);
  if (group !== "all" && !isKnown(group) && !children.includes(group))
    return { wrong: `an inventory without a group ${showText(group)}` };
  const names = new Set<string>();
  const seen = new Set<string>();
  const pending = group === "all" ? Object.keys(groups).filter(isKnown) : [group];
  let left = mostNames;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    if (!isKnown(name)) continue;
    const body = groups[name];
    const [hosts, below] = [textsOf(body, "hosts"), textsOf(body, "children")];
    if (!isMap(body) || hosts === null || below === null)
      return { wrong: `a group ${showText(name)} that is not made of hosts and children` };
    const variables = entryOf(body, "vars");
    if (isMap(variables) && Object.keys(variables).some(isAnsibleVariable))
      return { wrong: `variables of the group ${showText(name)}: leave --export away` };
    left -= hosts.length + below.length;
    for (const host of hosts) names.add(host);
    if (left < 0 || names.size > mostListedHosts) return { wrong: `more than ${mostListedHosts} hosts` };
    for (const child of below) pending.push(child);
  }
  return [...names];
}

/** Null: it is there, and no list of texts. */
function textsOf(body: unknown, key: string): readonly string[] | null {
  const value = entryOf(body, key) ?? [];
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : null;
}

function variablesOf(values: unknown): AnsibleVariables {
  const variables: AnsibleVariables = {};
  for (const [name, value] of Object.entries(isMap(values) ? values : {}))
    if (isAnsibleVariable(name)) variables[name] = { content: contentOf(value), offset: 0, group: null };
  return variables;
}

function contentOf(value: unknown): AnsibleContent {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number" && Number.isInteger(value)) return String(value);
  if (isMap(value) && Object.hasOwn(value, "__ansible_vault")) return { what: "an encrypted value" };
  return { what: "anything but text or a whole number" };
}
