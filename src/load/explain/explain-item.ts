import { resolve } from "node:path";
import type { Place } from "../../model/diagnostic.ts";
import type { ExplainedSetting, Explanation } from "../../model/explanation.ts";
import type { Environment, Inventory } from "../../model/inventory.ts";
import { type ReadCustomer, readCustomer } from "../customers/read-customer.ts";
import { createFaultList, untilStopped } from "../diagnostics/fault-list.ts";
import { escapeText } from "../diagnostics/show-text.ts";
import { openFolder } from "../files/inventory-folder.ts";
import type { LoadOptions } from "../load-inventory.ts";
import { type InventoryReader, openInventory } from "../open-inventory.ts";
import type { CustomerEntry, SettingsEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import type { LevelEntries, Levels } from "../settings/levels.ts";
import { mergeSettings } from "../settings/merge-settings.ts";
import { type ReadSettings, readSettings } from "../settings/read-settings.ts";
import { keyOrigin } from "../yaml/positions.ts";
import { groupExplainer } from "./explain-group.ts";
import { addDefault, createLocator, explainSection, placeSource, type Settings, toSource } from "./explain-levels.ts";
import type { InventoryItem } from "./find-item.ts";
import { createLoadNotes, type LoadNotes } from "./load-notes.ts";
import { createMergeNotes } from "./merge-notes.ts";

/** The effective settings of one item; null: the files are not any more what was loaded. */
export function explainItem(options: LoadOptions, inventory: Inventory, item: InventoryItem): Explanation | null {
  const settings = openExplainer(options, inventory)?.(item) ?? null;
  if (settings === null) return null;
  return { format: "dtsync-explain/1", id: item.id, settings: inDisplayOrder(settings) };
}

/** The settings of an item by path, in no order; null: the files are not any more what was loaded. */
export type Explainer = (item: InventoryItem) => Settings | null;

/**
 * Explains items of an inventory that was loaded with these options: their effective settings, each with the place that
 * it comes from. Reads the files that an item depends on once more, by the same code, this time with a trace. Only the
 * file of the item before is kept, so those of one customer, or of one declaration of groups, should come together.
 */
export function openExplainer(options: LoadOptions, inventory: Inventory): Explainer | null {
  const root = openFolder(options.directory);
  if (root === null) return null;
  const rootCertificate = options.rootCertificate === null ? null : resolve(options.rootCertificate);
  const trace = createLoadNotes();
  return untilStopped(() => {
    const reader = openInventory(root, { ...options, rootCertificate }, createFaultList());
    const { settings } = reader;
    if (!settings) return null;
    const top = readSettings(settings, { ...reader.context, notes: trace });
    const readFor = customerReader({ settings, top, trace, reader, inventory });
    const group = groupExplainer({ settings, top, reader, inventory });
    const explain = (item: InventoryItem): Settings | null => {
      if (item.kind === "group") return group(item.group);
      const read = readFor(item.kind === "host" ? item.host.customer : item.environment.customer);
      if (read === null) return null;
      return item.kind === "host" ? explainHost(item.host.name, read) : explainEnvironment(item.environment.id, read);
    };
    return (item: InventoryItem) => untilStopped(() => explain(item));
  });
}

interface Read {
  readonly settings: LoadedFile<SettingsEntry>;
  readonly file: LoadedFile<CustomerEntry>;
  readonly customer: ReadCustomer;
  readonly trace: LoadNotes;
  readonly rootCertificate: string | null;
}

interface Source {
  readonly settings: LoadedFile<SettingsEntry>;
  readonly top: ReadSettings;
  /** How the levels of `top` were made. */
  readonly trace: LoadNotes;
  readonly reader: InventoryReader;
  readonly inventory: Inventory;
}

/** Reads the file of a customer with a trace of its own; the one that was asked for last is kept. */
function customerReader({ settings, top, trace, reader, inventory }: Source): (customer: string) => Read | null {
  const { levels, defaultCluster: cluster, clusterNames: clusters } = top;
  const files = new Map(inventory.customers.map(({ id, place }) => [id, place.file]));
  const paths = new Map(reader.customers.map((path) => [escapeText(path), path]));
  const read = (id: string): Read | null => {
    const path = paths.get(files.get(id) ?? "");
    const file = path === undefined ? null : reader.readCustomer(path);
    const own = { ...createLoadNotes(), levels: new Map(trace.levels) };
    const customer = file && readCustomer(file, { levels, cluster, clusters }, { ...reader.context, notes: own });
    return file && customer
      ? { settings, file, customer, trace: own, rootCertificate: reader.context.rootCertificate }
      : null;
  };
  let last: { readonly id: string; readonly read: Read | null } | null = null;
  return (id) => {
    if (last?.id !== id) last = { id, read: read(id) };
    return last.read;
  };
}

function explainEnvironment(id: string, read: Read): Map<string, ExplainedSetting> | null {
  const { customer, file, trace, rootCertificate } = read;
  const environment = customer.environments.find((candidate) => candidate.id === id);
  const traced = environment && trace.environments.get(environment);
  if (!traced) return null;
  const { levels, body } = traced;
  const bodyKey = (key: "id" | "name") => toSource(keyOrigin(file.positions, body, key));
  const own = environment.settings.name;
  const settings = new Map<string, ExplainedSetting>([
    ["id", plain(id, body.id ? bodyKey("id") : placeSource(environment.place))],
    ["name", own === undefined ? plain(environment.defaultName, null) : plain(own, bodyKey("name"))],
    ["customer", customerSetting(read)],
    ...explainCluster(environment, read),
    ...explainSection("environment", levels, trace, environment.place, rootCertificate),
  ]);
  addDefault(settings, "state", "enabled");
  addSections(settings, ["oneagent", "ssh", "rollout"], levels, environment.place, read);
  return settings;
}

function explainHost(name: string, read: Read): Map<string, ExplainedSetting> | null {
  const { customer, file, trace } = read;
  const host = customer.hosts.find((candidate) => candidate.name === name);
  const environment = customer.environments.find(({ id }) => id === host?.environment);
  const traced = host && trace.hosts.get(host);
  if (!traced || !environment) return null;
  const { levels, item, place } = traced;
  const itemKey = (key: "state" | "address") =>
    item?.[key] ? toSource(keyOrigin(file.positions, item, key)) : placeSource(place);
  const settings = new Map<string, ExplainedSetting>([
    ["name", plain(name, placeSource(place))],
    ...(host.address === null ? [] : [["address", plain(host.address, itemKey("address"))] as const]),
    ["environment", plain(environment.id, placeSource(environment.place))],
    ["customer", customerSetting(read)],
    ...explainCluster(environment, read),
    ["state", plain(host.state, item?.state ? itemKey("state") : null)],
  ]);
  addSections(settings, ["oneagent", "ssh"], levels, place, read);
  return settings;
}

const plain = (value: string, source: ExplainedSetting["source"]): ExplainedSetting => ({
  value,
  source,
  overrides: [],
});

const customerSetting = ({ customer: { customer } }: Read): ExplainedSetting =>
  plain(customer.id, placeSource(customer.place));

function addSections(
  settings: Map<string, ExplainedSetting>,
  sections: readonly Exclude<keyof LevelEntries, "environment">[],
  levels: Levels,
  place: Place,
  { trace, rootCertificate }: Read,
): void {
  for (const section of sections) {
    for (const [path, setting] of explainSection(section, levels, trace, place, rootCertificate))
      settings.set(`${section}.${path}`, setting);
  }
}

/** The cluster is inherited as other settings are, but declared beside the sections. */
function explainCluster(environment: Environment, { settings, file, trace }: Read): Settings {
  const notes = createMergeNotes();
  const body = trace.environments.get(environment)?.body ?? {};
  const levels = [
    { positions: settings.positions, owner: settings.entry.defaults ?? {} },
    { positions: file.positions, owner: file.entry },
    { positions: file.positions, owner: body },
  ];
  let merged: { readonly cluster?: unknown } = {};
  for (const { positions, owner } of levels) {
    const locator = createLocator(positions, owner, [], ["defaults"], environment.place);
    const { cluster } = owner as { readonly cluster?: unknown };
    merged = mergeSettings(merged, { cluster }, notes.observer(locator));
  }
  return notes.settings();
}

/** What an item is, before what it is set to. */
const first = ["id", "name", "address", "cluster", "environment", "customer", "state"];
const sections = ["oneagent", "ssh", "rollout", "access"];

function inDisplayOrder(settings: Settings): Explanation["settings"] {
  const rank = (path: string): number => {
    const place = first.indexOf(path);
    if (place >= 0) return place;
    return first.length + 1 + sections.indexOf(path.includes(".") ? path.slice(0, path.indexOf(".")) : "");
  };
  const entries = [...settings].sort(
    ([left], [right]) => rank(left) - rank(right) || (left < right ? -1 : left > right ? 1 : 0),
  );
  return Object.fromEntries(entries);
}
