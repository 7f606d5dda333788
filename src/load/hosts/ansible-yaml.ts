import { showText } from "../diagnostics/show-text.ts";
import type { MapNode, ScalarNode, YamlNode } from "../yaml/parse-nodes.ts";
import {
  type AnsibleContent,
  type AnsibleInventory,
  type AnsibleVariables,
  addChild,
  addGroup,
  addHost,
  createAnsibleInventory,
  reportFault,
  setVariable,
} from "./ansible-inventory.ts";
import { expandAnsiblePattern } from "./ansible-pattern.ts";
import { scalarContent } from "./ansible-scalars.ts";
import { mostListedHosts, tooManyListed } from "./host-list.ts";

/** Pairs that are looked at in all. Aliases and merge keys can multiply what a file has. */
const mostPairs = 2_000_000;
/** Mappings that are merged into each other. */
const deepestMerge = 100;

interface Reading {
  readonly inventory: AnsibleInventory;
  readonly merged: Map<MapNode, readonly Pair[]>;
  hostsLeft: number;
  pairsLeft: number;
}

type Pair = readonly [key: ScalarNode, value: YamlNode];

/** Thrown where going on would be too much; it is reported before. */
class TooMuch extends Error {}

/** What a file of variables sets that counts here. `isWhole` is false where something of it is not understood. */
export function readAnsibleVariables(root: MapNode): {
  readonly variables: AnsibleVariables;
  readonly isWhole: boolean;
} {
  const inventory = createAnsibleInventory();
  const reading: Reading = { inventory, merged: new Map(), hostsLeft: 0, pairsLeft: mostPairs };
  try {
    readVariables(reading, { group: "all", key: "vars", offset: root.offset, value: root });
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
  }
  const isWhole = inventory.diagnostics.length === 0;
  return { variables: inventory.groups.get("all")?.variables ?? {}, isWhole };
}

/** Reads an Ansible inventory in YAML form: groups with `hosts`, `children` and `vars`. What Ansible refuses is a fault. */
export function readAnsibleYaml(root: MapNode): AnsibleInventory {
  const inventory = createAnsibleInventory();
  const reading: Reading = { inventory, merged: new Map(), hostsLeft: mostListedHosts, pairsLeft: mostPairs };
  try {
    const groups = entriesOf(reading, root);
    const plugin = groups.get("plugin");
    if (plugin) reportFault(inventory, { offset: plugin.offset, ...pluginFault });
    else for (const [name, body] of groups) readGroup(reading, name, body);
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
  }
  return inventory;
}

const pluginFault = {
  message: "this is the configuration of an inventory plugin, not an inventory",
  hint: "Its hosts are known only to the plugin.",
  isAnsiblesAlone: true,
};

interface Entry {
  /** Of the key. */
  readonly offset: number;
  readonly value: YamlNode;
}

function readGroup(reading: Reading, name: string, { offset, value: body }: Entry): void {
  const { inventory } = reading;
  if (name === "") {
    reportFault(inventory, { offset, message: "a group has no name", hint: "Write its name before the colon." });
    return;
  }
  if (body.kind !== "map" && !isNothing(body)) {
    const message = `the group ${showText(name)} is not a mapping with hosts, children or vars`;
    reportFault(inventory, {
      offset,
      message,
      hint: "Write hosts: below it, and each host below that with a colon behind it.",
    });
    return;
  }
  addGroup(inventory, name);
  if (body.kind !== "map") return;
  for (const [key, entry] of entriesOf(reading, body)) {
    const part = { group: name, key, ...entry };
    if (key === "vars") readVariables(reading, part);
    else if (key === "children") readChildren(reading, part);
    else if (key === "hosts") readHosts(reading, part);
    else {
      const message = `a group has hosts, children and vars, not ${showText(key)}`;
      const hint =
        entry.value.kind === "scalar"
          ? "Correct the key, or move it below vars."
          : "Correct the key, or put the group below children.";
      reportFault(inventory, { offset: entry.offset, message, hint });
    }
  }
}

interface Part extends Entry {
  readonly group: string;
  readonly key: string;
}

function readVariables(reading: Reading, part: Part): void {
  const variables = part.value.kind === "map" ? variablesOf(reading, part.value) : partEntries(reading, part);
  for (const [name, { value, offset }] of variables)
    setVariable(reading.inventory, part.group, name, contentOf(value), offset);
}

function readChildren(reading: Reading, part: Part): void {
  for (const [child, entry] of partEntries(reading, part)) {
    readGroup(reading, child, entry);
    addChild(reading.inventory, part.group, child, entry.offset);
  }
}

function readHosts(reading: Reading, part: Part): void {
  const { inventory } = reading;
  for (const [pattern, { offset, value }] of partEntries(reading, part)) {
    const expanded = expandAnsiblePattern(pattern);
    if ("message" in expanded) {
      reportFault(inventory, { offset, ...expanded });
      continue;
    }
    const { names, port } = expanded;
    reading.hostsLeft -= names.length;
    if (reading.hostsLeft < 0) {
      reportFault(inventory, { offset, ...tooManyListed });
      throw new TooMuch();
    }
    if (value.kind !== "map" && !isNothing(value)) {
      const message = `the variables of ${showText(pattern)} are not a mapping`;
      reportFault(inventory, { offset, message, hint: "Write name: value below the host, or nothing." });
      continue;
    }
    for (const name of names) addHost(inventory, { name, port, offset }, part.group);
    if (value.kind !== "map") continue;
    for (const [variable, entry] of variablesOf(reading, value)) {
      const content = contentOf(entry.value);
      for (const name of names) setVariable(inventory, name, variable, content, entry.offset);
    }
  }
}

/** What is below `hosts`, `children` or `vars`. One name as text is one entry without a value. */
function partEntries(reading: Reading, { group, key, offset, value }: Part): ReadonlyMap<string, Entry> {
  if (value.kind === "map") return entriesOf(reading, value);
  const content = contentOf(value);
  if (content === null) return new Map();
  if (value.kind === "scalar" && isText(value))
    return new Map([[value.text, { offset: value.offset, value: { ...value, tag: null, text: "", isPlain: true } }]]);
  const found = value.kind === "list" ? "a list" : "one value";
  const message = `${key} of the group ${showText(group)} is ${found}, where Ansible takes a mapping`;
  const hint =
    key === "vars"
      ? "Write name: value."
      : "Write each name in a line of its own, with a colon behind it and no dash before it.";
  reportFault(reading.inventory, { offset, message, hint });
  return new Map();
}

/** The entries of a mapping by key, merge keys followed; of a key that is there twice the last value counts. */
function entriesOf(reading: Reading, node: MapNode): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [key, value] of mergedPairs(reading, node, 0)) {
    const { offset, text } = key;
    if (isText(key)) entries.set(text, { offset, value });
    else {
      const message = `the key ${showText(text)} is not text for Ansible`;
      reportFault(reading.inventory, { offset, message, hint: "Put it in quotation marks." });
    }
  }
  return entries;
}

/** The variables of a mapping. Their names may be numbers and the like: none of these counts. */
function variablesOf(reading: Reading, node: MapNode): ReadonlyMap<string, Entry> {
  return new Map(mergedPairs(reading, node, 0).map(([{ text, offset }, value]) => [text, { offset, value }]));
}

/** Pairs of the merged mappings first, so that the mapping's own win. */
function mergedPairs(reading: Reading, node: MapNode, depth: number): readonly Pair[] {
  const known = reading.merged.get(node);
  const own = known ?? node.pairs.filter(([key]) => !isMerge(key));
  if (known || own.length === node.pairs.length) {
    spend(reading, node, own.length);
    return own;
  }
  if (depth > deepestMerge) spend(reading, node, mostPairs);
  const merged: Pair[] = [];
  for (const [key, value] of node.pairs) {
    if (!isMerge(key)) continue;
    for (const source of value.kind === "list" ? [...value.items].reverse() : [value]) {
      if (source.kind === "map") {
        for (const pair of mergedPairs(reading, source, depth + 1)) merged.push(pair);
      } else {
        const hint = "Write <<: *anchor, where the anchor stands before a mapping.";
        reportFault(reading.inventory, {
          offset: key.offset,
          message: "<< merges something that is not a mapping",
          hint,
        });
      }
    }
  }
  for (const pair of own) merged.push(pair);
  spend(reading, node, merged.length);
  reading.merged.set(node, merged);
  return merged;
}

function spend(reading: Reading, { offset }: MapNode, pairs: number): void {
  reading.pairsLeft -= 1 + pairs;
  if (reading.pairsLeft >= 0) return;
  const message = "the aliases of this file stand for too much";
  reportFault(reading.inventory, { offset, message, hint: "Write the values out, or split the file." });
  throw new TooMuch();
}

const isMerge = (key: ScalarNode): boolean => key.isPlain && key.tag === null && key.text === "<<";

/** What a value is for Ansible, as far as it can be an address, a port or a user. */
function contentOf(node: YamlNode): AnsibleContent {
  if (node.kind === "scalar") return scalarContent(node);
  return { what: node.kind === "map" ? "a mapping" : "a list" };
}

/** Whether a scalar is text for Ansible, and no number. */
function isText(node: ScalarNode): boolean {
  const content = scalarContent(node);
  return typeof content === "string" && !(node.isPlain && node.tag === null && /^\d+$/.test(node.text));
}

/** Nothing at all, `~`, `""`: what Ansible takes for no variables. */
const isNothing = (node: YamlNode): boolean =>
  node.kind === "scalar" && (node.text === "" || scalarContent(node) === null);
