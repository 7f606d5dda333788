import { posix } from "node:path";
import type { Edit, YamlMapping, YamlValue } from "../edit/edit.ts";
import { usageError } from "../errors.ts";
import { escapeText, showText } from "../load/diagnostics/show-text.ts";
import { suggest } from "../load/diagnostics/suggest.ts";
import { plainHostList } from "../load/hosts/host-list.ts";
import { canonicalHost } from "../load/hosts/host-names.ts";
import type { HostFileEntry, HostItem } from "../load/schema/file-types.ts";
import type { Environment, Host } from "../model/inventory.ts";
import { customerFile, type DeclaredFiles, edited, type FileText } from "./declared-files.ts";
import { namesOf, rangesOf } from "./host-ranges.ts";

/**
 * Declares hosts absent, wherever they are declared: alone, in a range, or in a list of names in a file of its own. Throws a
 * usage error for one that is not declared, or that comes from an Ansible inventory.
 */
export function removeHosts(names: readonly string[], declared: DeclaredFiles): readonly FileText[] {
  const { inventory } = declared;
  const known = new Map(inventory.hosts.map((host) => [canonicalHost(host.name), host]));
  const hosts = names.flatMap((text) => wantedNames(text).map((name) => hostNamed(name, known, inventory.hosts)));
  const present = hosts.filter(({ state }) => state === "present");
  const texts = new Map<string, string>();
  const read = (path: string): string | null => texts.get(path) ?? declared.read(path);
  for (const environment of inventory.environments) {
    const here = present.filter((host) => host.environment === environment.id);
    const gone = new Map(here.map((host) => [host.name, host]));
    if (gone.size === 0) continue;
    for (const { path, text } of removeFrom(environment, gone, { ...declared, read })) texts.set(path, text);
  }
  return [...texts].map(([path, text]) => ({ path, text }));
}

function wantedNames(text: string): readonly string[] {
  const names = namesOf(text);
  if (names.length === 0) throw usageError(`${showText(text)} is not a host name or range`, "Correct it.");
  return names;
}

function hostNamed(name: string, known: ReadonlyMap<string, Host>, hosts: readonly Host[]): Host {
  const host = known.get(canonicalHost(name));
  if (host) return host;
  const near = suggest(
    name,
    hosts.map((other) => other.name),
  );
  throw usageError(
    `the host ${showText(name)} is not declared`,
    near === null
      ? "A host that a command lists goes where the command has it from; one that is not in the inventory is not touched."
      : `Did you mean ${near}?`,
  );
}

/** The files with some hosts of an environment declared absent. */
function removeFrom(
  environment: Environment,
  gone: ReadonlyMap<string, Host>,
  declared: DeclaredFiles,
): readonly FileText[] {
  const file = customerFile(declared, environment.customer);
  const path = ["environments", environment.key, "hosts"];
  const items: readonly HostItem[] = file.entry.environments?.[environment.key]?.hosts ?? [];
  const isKept = (name: string): boolean => !gone.has(name);
  const edits: Edit[] = [];
  const absent: YamlValue[] = [];
  const lists: FileText[] = [];
  for (const [index, item] of items.entries()) {
    if (typeof item === "object" && "file" in item && item.file !== undefined) {
      const list = removeFromList(item, gone, file.path, declared);
      if (list === null) continue;
      lists.push({ path: list.path, text: list.text });
      absent.push(
        ...list.names.map((name) =>
          absentItem({
            name,
            ...(item.ssh ? { ssh: item.ssh } : {}),
            ...(item.oneagent ? { oneagent: item.oneagent } : {}),
          }),
        ),
      );
      continue;
    }
    const text = typeof item === "string" ? item : "name" in item ? (item.name ?? "") : "";
    const going = namesOf(text).filter((name) => gone.has(name));
    if (going.length === 0) continue;
    const own: YamlMapping = typeof item === "object" ? (item as unknown as YamlMapping) : { name: text };
    if (going.length === namesOf(text).length) {
      if (typeof item === "string") edits.push({ action: "set", path: [...path, index], value: absentItem(own) });
      else edits.push({ action: "set", path: [...path, index, "state"], value: "absent" });
      continue;
    }
    const [first = "", ...others] = rangesOf(text, isKept);
    const isText = typeof item === "string";
    edits.push({ action: "set", path: isText ? [...path, index] : [...path, index, "name"], value: first });
    if (others.length > 0)
      edits.push({ action: "append", path, items: others.map((name) => (isText ? name : { ...own, name })) });
    absent.push(...rangesOf(text, (name) => gone.has(name)).map((name) => absentItem({ ...own, name })));
  }
  if (absent.length > 0) edits.push({ action: "append", path, items: absent });
  return [...lists, edited(file.path, file.text, edits)];
}

/** In the order of the schema, so that `fmt` has nothing to move. */
function absentItem({ name, address, ssh, oneagent }: YamlMapping): YamlMapping {
  return {
    name,
    ...(address === undefined ? {} : { address }),
    ...(ssh === undefined ? {} : { ssh }),
    ...(oneagent === undefined ? {} : { oneagent }),
    state: "absent",
  };
}

interface ChangedList extends FileText {
  /** Names and ranges that are no longer in it. */
  readonly names: readonly string[];
}

/** A list of names without some of them; null: it has none of these. */
function removeFromList(
  item: HostFileEntry,
  gone: ReadonlyMap<string, Host>,
  customer: string,
  { read }: DeclaredFiles,
): ChangedList | null {
  const path = posix.join(posix.dirname(customer), item.file);
  const text = read(path) ?? "";
  if (item.format === "ansible") {
    const named = [...gone.values()].find(({ place }) => place.file === escapeText(path))?.name;
    if (named === undefined) return null;
    throw usageError(
      `the host ${named} comes from the Ansible inventory ${path}`,
      "Take it out there, and declare it absent in the environment: { name: …, state: absent }.",
    );
  }
  const { hosts } = plainHostList(text.replace(/^\ufeff/, "")).hostsOf(null);
  const mark = text.startsWith("\ufeff") ? 1 : 0;
  const names: string[] = [];
  let result = text;
  // From the end, so that offsets stay what they are.
  for (const { name, offset } of [...hosts].reverse()) {
    const going = rangesOf(name, (one) => gone.has(one));
    if (!namesOf(name).some((one) => gone.has(one))) continue;
    names.unshift(...going);
    const kept = rangesOf(name, (one) => !gone.has(one)).filter((one) => namesOf(one).length > 0);
    const isWhole = namesOf(name).every((one) => gone.has(one));
    const at = offset + mark;
    const lineStart = result.lastIndexOf("\n", at - 1) + 1;
    const lineEnd = result.indexOf("\n", at) < 0 ? result.length : result.indexOf("\n", at) + 1;
    const end = /\r?\n/.exec(result)?.[0] ?? "\n";
    result = isWhole
      ? result.slice(0, lineStart) + result.slice(lineEnd)
      : result.slice(0, at) + kept.join(end) + result.slice(at + name.length);
  }
  return names.length === 0 ? null : { path, text: result, names };
}
