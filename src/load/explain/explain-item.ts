import { globMatcher, isGlob } from "../../lib/glob.ts";
import type { Place } from "../../model/diagnostic.ts";
import type { ExplainedSetting, Explanation } from "../../model/explanation.ts";
import type { Environment, Host, Inventory } from "../../model/inventory.ts";
import type { IdTemplate } from "../settings/id-template.ts";
import { keyPlace } from "../yaml/positions.ts";
import { explainGroup } from "./explain-group.ts";
import { addDefault, type ExplainedItem, explainSection, placeSource, toSource } from "./explain-levels.ts";
import { type ExplanationSource, noted } from "./explanation-source.ts";
import type { DeclaredRights, DeclaredZoneRights, ExplainedSubject } from "./find-item.ts";
import type { LoadNotes } from "./load-notes.ts";

/** The settings of an item by path, in no order. */
export type ExplainedSettings = ReadonlyMap<string, ExplainedSetting>;

/** The effective settings of one item of an inventory that was loaded with these notes. */
export function explainItem(notes: LoadNotes, inventory: Inventory, item: ExplainedSubject): Explanation {
  const settings = createExplainer(notes, inventory)(item);
  return { format: "dtsync-explain/1", id: item.id, settings: inDisplayOrder(settings) };
}

/**
 * Explains items of an inventory that was loaded with these notes: their effective settings, each with the place that
 * it comes from.
 */
export function createExplainer(notes: LoadNotes, inventory: Inventory): (item: ExplainedSubject) => ExplainedSettings {
  const customers = new Map(inventory.customers.map(({ id, place }) => [id, place]));
  const environments = new Map(inventory.environments.map((environment) => [environment.id, environment]));
  const source = { notes, customers, environments };
  return (item) => {
    if (item.kind === "permission") return explainRights(item, source);
    if (item.kind === "zone-permission") return explainZoneRights(item, source);
    if (item.kind === "group") return explainGroup(item.group, source);
    return item.kind === "host" ? explainHost(item.host, source) : explainEnvironment(item.environment, source);
  };
}

/** What of a group is about one environment: the permissions there, none included. */
function explainRights({ group, environment }: DeclaredRights, source: ExplanationSource): ExplainedSettings {
  const whole = explainGroup(group, source);
  const path = `access.${environment.id}`;
  const none: ExplainedSetting =
    group.access === null
      ? { value: null, source: null, overrides: [] }
      : { value: [], source: placeSource(group.place), overrides: [] };
  return new Map<string, ExplainedSetting>([
    ...[...whole].filter(([key]) => key === "name" || key === "cluster"),
    ["environment", plain(environment.id, placeSource(environment.place))],
    [path, whole.get(path) ?? none],
  ]);
}

/** What of a group is about one zone: all names and globs that mean it. */
function explainZoneRights(
  { group, environment, managementZone }: DeclaredZoneRights,
  source: ExplanationSource,
): ExplainedSettings {
  const whole = explainRights({ kind: "permission", id: "", group, environment }, source);
  const path = `access.${environment.id}`;
  const settings = explainGroup(group, source);
  const meant = [...(group.managementZones.get(environment.id)?.keys() ?? [])].flatMap((name) => {
    const means = isGlob(name) ? globMatcher(name)(managementZone) : name === managementZone;
    const setting = means ? settings.get(`${path}.managementZones.${name}`) : undefined;
    return setting === undefined ? [] : [setting];
  });
  const [first] = meant;
  const elements = meant.flatMap((setting) => setting.elements ?? []);
  const none = { value: group.access === null ? null : [], source: placeSource(group.place), overrides: [] };
  const value = [...new Set(elements.map((element) => String(element.value)))].sort();
  return new Map<string, ExplainedSetting>([
    ...[...whole].filter(([key]) => key !== path),
    [`${path}.managementZones.${managementZone}`, first === undefined ? none : { ...first, value, elements }],
  ]);
}

function explainEnvironment(environment: Environment, source: ExplanationSource): ExplainedSettings {
  const { notes } = source;
  const { id, place, defaultName } = environment;
  const note = noted(notes.environments, environment);
  const { levels, body } = note;
  const { positions } = noted(notes.levels, levels).file;
  const bodyKey = (key: "id" | "name") => toSource(keyPlace(positions, body, key));
  const own = environment.settings.name;
  const item: ExplainedItem = { levels, environment: note, place };
  const settings = new Map<string, ExplainedSetting>([
    ["id", body.id ? plain(id, bodyKey("id")) : madeId(id, note.idTemplate, place)],
    ["name", own === undefined ? plain(defaultName, null) : plain(own, bodyKey("name"))],
    ["customer", customerSetting(environment, source)],
    ...explainSection("cluster", item, notes),
    ...explainSection("environment", item, notes),
  ]);
  addSections(settings, ["labels"], item, notes);
  addDefault(settings, "state", "enabled");
  const { suspended } = environment;
  if (suspended !== null)
    for (const key of ["until", "reason"] as const)
      settings.set(`suspended.${key}`, plain(suspended[key], placeSource(suspended.place)));
  addSections(settings, ["oneagent", "ssh", "rollout"], item, notes);
  return settings;
}

function explainHost(host: Host, source: ExplanationSource): ExplainedSettings {
  const { notes } = source;
  const { levels, item: declared, place } = noted(notes.hosts, host);
  const { positions } = noted(notes.levels, levels).file;
  const environment = noted(source.environments, host.environment);
  const itemKey = (key: "state" | "address") =>
    declared?.[key] ? toSource(keyPlace(positions, declared, key)) : placeSource(place);
  const note = noted(notes.environments, environment);
  const item: ExplainedItem = { levels, environment: note, place };
  const settings = new Map<string, ExplainedSetting>([
    ["name", plain(host.name, placeSource(place))],
    ...(host.address === null ? [] : [["address", plain(host.address, itemKey("address"))] as const]),
    ["environment", plain(environment.id, placeSource(environment.place))],
    ["customer", customerSetting(host, source)],
    ...explainSection("cluster", item, notes),
    ["state", plain(host.state, declared?.state ? itemKey("state") : null)],
  ]);
  addSections(settings, ["oneagent", "ssh"], item, notes);
  return settings;
}

/** An id that was made of the customer and the key, which stands at `place`. */
function madeId(id: string, template: IdTemplate | null, place: Place): ExplainedSetting {
  if (template === null) return plain(id, placeSource(place));
  return { ...plain(id, toSource(template.where)), template: template.text };
}

const plain = (value: string, source: ExplainedSetting["source"]): ExplainedSetting => ({
  value,
  source,
  overrides: [],
});

const customerSetting = ({ customer }: Environment | Host, { customers }: ExplanationSource): ExplainedSetting =>
  plain(customer, placeSource(noted(customers, customer)));

function addSections(
  settings: Map<string, ExplainedSetting>,
  sections: readonly ("labels" | "oneagent" | "ssh" | "rollout")[],
  item: ExplainedItem,
  notes: LoadNotes,
): void {
  for (const section of sections) {
    for (const [path, setting] of explainSection(section, item, notes)) settings.set(`${section}.${path}`, setting);
  }
}

/** What an item is, before what it is set to. */
const first = ["id", "name", "address", "cluster", "environment", "customer", "state"];
const sections = ["suspended", "labels", "oneagent", "ssh", "rollout", "access"];

function inDisplayOrder(settings: ExplainedSettings): Explanation["settings"] {
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
