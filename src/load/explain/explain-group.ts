import type { Value } from "../../lib/json.ts";
import type { Place } from "../../model/diagnostic.ts";
import type { ExplainedElement, ExplainedSetting, RoleStep } from "../../model/explanation.ts";
import type { Group, Inventory } from "../../model/inventory.ts";
import { escapeText } from "../diagnostics/show-text.ts";
import { declaredGroups } from "../groups/declared-groups.ts";
import { expandGroup } from "../groups/expand-groups.ts";
import type { AccessKey, GroupTemplate } from "../groups/group-template.ts";
import { createGroupWorld } from "../groups/group-world.ts";
import { readGroupTemplate } from "../groups/read-group-template.ts";
import { isPermission, readRoles } from "../groups/roles.ts";
import type { InventoryReader } from "../open-inventory.ts";
import { asList } from "../schema/as-list.ts";
import type { GroupEntry, SettingsEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import type { ReadSettings } from "../settings/read-settings.ts";
import { keyOrigin } from "../yaml/positions.ts";
import { placeSource, type Settings, toSource } from "./explain-levels.ts";
import { createLoadNotes, type LoadNotes } from "./load-notes.ts";

interface Source {
  readonly settings: LoadedFile<SettingsEntry>;
  readonly top: ReadSettings;
  readonly reader: InventoryReader;
  readonly inventory: Inventory;
}

/**
 * Explains the fields of a group on its cluster; null: the files are not any more what was loaded. What the declaration
 * that was asked for last stands for is kept.
 */
export function groupExplainer({ settings, top, reader, inventory }: Source): (group: Group) => Settings | null {
  const { clusters, clusterNames } = top;
  const names = clusters.map(({ name }) => name);
  const world = createGroupWorld(names, inventory.customers, inventory.environments, true);
  const expand = ({ file, line }: Place) => {
    const trace = createLoadNotes();
    const context = { ...reader.context, notes: trace };
    const roles = readRoles(settings, context);
    const made = declarationsIn(file, settings, reader, inventory)
      .filter(({ origin }) => origin.place.line === line)
      .flatMap((declaration) => {
        const template = readGroupTemplate(declaration, roles, clusterNames, context);
        return template ? expandGroup(template, world, context) : [];
      });
    return { made: new Map(made.map((item) => [keyOf(item.group), item])), trace };
  };
  let last: ({ readonly at: string } & ReturnType<typeof expand>) | null = null;
  return (wanted) => {
    const at = `${wanted.place.file}:${wanted.place.line}`;
    if (last?.at !== at) last = { at, ...expand(wanted.place) };
    const found = last.made.get(keyOf(wanted));
    return found ? describe(found.group, found.template, settings, inventory, last.trace) : null;
  };
}

const keyOf = ({ cluster, name }: Group): string => `${cluster}/${name}`;

function declarationsIn(
  file: string,
  settings: LoadedFile<SettingsEntry>,
  reader: InventoryReader,
  inventory: Inventory,
): ReturnType<typeof declaredGroups> {
  if (file === settings.positions.file) return declaredGroups(settings, null);
  const inFile = (path: string): boolean => escapeText(path) === file;
  const groups = reader.groups.find(inFile);
  if (groups !== undefined) return declaredGroups(reader.readGroups(groups), null);
  const path = reader.customers.find(inFile);
  const owner = inventory.customers.find(({ place }) => place.file === file);
  return path === undefined || !owner ? [] : declaredGroups(reader.readCustomer(path), owner.id);
}

function describe(
  group: Group,
  template: GroupTemplate,
  settings: LoadedFile<SettingsEntry>,
  inventory: Inventory,
  trace: LoadNotes,
): Map<string, ExplainedSetting> {
  const { entry, positions } = template.declaration;
  const sourceOf = (key: keyof GroupEntry) => toSource(keyOrigin(positions, entry, key));
  const customer = inventory.customers.find(({ id }) => id === group.customer);
  const described = new Map<string, ExplainedSetting>();
  const declared = (key: "name" | "previously" | "isClusterAdminGroup" | "ldapGroupNames" | "ssoGroupNames") => {
    const [value, written] = [group[key], entry[key]];
    if (value === undefined || written === undefined || written === null) return;
    const texts = typeof written === "boolean" ? "" : asList(written).join(", ");
    const shown = Array.isArray(value) ? value.join(", ") : String(value);
    described.set(key, {
      value: value as Value,
      source: sourceOf(key),
      overrides: [],
      ...(texts !== "" && texts !== shown && texts.includes("{") ? { template: texts } : {}),
    });
  };
  declared("name");
  const listed = entry.clusters?.indexOf(group.cluster) ?? -1;
  described.set("cluster", {
    value: group.cluster,
    source:
      listed >= 0
        ? toSource(keyOrigin(positions, entry.clusters ?? [], listed))
        : entry.access
          ? sourceOf("access")
          : null,
    overrides: [],
  });
  if (customer) described.set("customer", { value: customer.id, source: placeSource(customer.place), overrides: [] });
  described.set("state", { value: group.state, source: entry.state ? sourceOf("state") : null, overrides: [] });
  for (const key of ["previously", "isClusterAdminGroup", "ldapGroupNames", "ssoGroupNames"] as const) declared(key);
  for (const [path, setting] of explainAccess(group, template, settings, trace)) described.set(path, setting);
  return described;
}

/** For each environment that the group reaches its permissions, each with the keys and roles that give it. */
function explainAccess(
  group: Group,
  { declaration }: GroupTemplate,
  settings: LoadedFile<SettingsEntry>,
  trace: LoadNotes,
): Settings {
  const { entry, positions } = declaration;
  const explained = new Map<string, ExplainedSetting>();
  for (const [id, permissions] of group.access ?? []) {
    const keys = (trace.groups.get(group)?.reached ?? [])
      .filter(({ environment }) => environment.id === id)
      .map(({ key }) => key)
      // As they stand in the file.
      .sort((left, right) => comparePlaces(left.origin.place, right.origin.place));
    const elements = keys.flatMap((key) => {
      const rights = entry.access?.[key.declared] ?? [];
      return asList(rights)
        .flatMap((right) => waysOf(right, [], settings, trace))
        .map((way) => elementOf(key, way));
    });
    const [first] = keys;
    explained.set(`access.${id}`, {
      value: permissions,
      source: toSource(first ? first.origin : keyOrigin(positions, entry, "access")),
      overrides: [],
      elements: permissions.flatMap((permission) => elements.filter(({ value }) => value === permission)),
    });
  }
  return explained;
}

const comparePlaces = (left: Place, right: Place): number => left.line - right.line || left.column - right.column;

interface Way {
  readonly permission: string;
  readonly roles: readonly RoleStep[];
}

/** The permissions that a name brings, each with the roles that lead to it. */
function waysOf(
  name: string,
  passed: readonly RoleStep[],
  settings: LoadedFile<SettingsEntry>,
  trace: LoadNotes,
): readonly Way[] {
  if (isPermission(name)) return [{ permission: name, roles: passed }];
  const names = trace.roles.get(name)?.names;
  if (!names || passed.some(({ role }) => role === name)) return [];
  const source = toSource(keyOrigin(settings.positions, settings.entry.roles ?? {}, name));
  return names.flatMap((inner) => waysOf(inner, [...passed, { role: name, source }], settings, trace));
}

const elementOf = (key: AccessKey, { permission, roles }: Way): ExplainedElement => ({
  value: permission,
  source: toSource(key.origin),
  key: key.declared,
  roles,
});
