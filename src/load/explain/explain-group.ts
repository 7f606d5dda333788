import { groupBy } from "../../lib/group-by.ts";
import type { Value } from "../../lib/json.ts";
import type { Place } from "../../model/diagnostic.ts";
import type { ExplainedElement, ExplainedSetting, RoleStep } from "../../model/explanation.ts";
import type { Group } from "../../model/inventory.ts";
import type { ValuePlace } from "../diagnostics/diagnostics.ts";
import { zoneNameIn } from "../groups/expand-groups.ts";
import type { AccessKey } from "../groups/group-template.ts";
import type { GroupNote, GroupNotes } from "../groups/groups-context.ts";
import { isPermission } from "../groups/roles.ts";
import { asList } from "../schema/as-list.ts";
import type { GroupEntry, TextOrList } from "../schema/file-types.ts";
import { plainMatchKeys } from "../settings/environment-match.ts";
import { keyPlace, type Positions } from "../yaml/positions.ts";
import { placeSource, toSource } from "./explain-levels.ts";
import { type ExplanationSource, noted } from "./explanation-source.ts";

/** Explains the fields of a group on its cluster. */
export function explainGroup(
  group: Group,
  { notes, customers }: ExplanationSource,
): ReadonlyMap<string, ExplainedSetting> {
  const note = noted(notes.groups, group);
  const { entry, positions } = note.template.declaration;
  const sourceOf = (key: keyof GroupEntry) => toSource(keyPlace(positions, entry, key));
  const customer = group.customer === null ? undefined : customers.get(group.customer);
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
        ? toSource(keyPlace(positions, entry.clusters ?? [], listed))
        : entry.access
          ? sourceOf("access")
          : null,
    overrides: [],
  });
  if (customer) described.set("customer", { value: group.customer, source: placeSource(customer), overrides: [] });
  described.set("state", { value: group.state, source: entry.state ? sourceOf("state") : null, overrides: [] });
  for (const key of ["previously", "isClusterAdminGroup", "ldapGroupNames", "ssoGroupNames"] as const) declared(key);
  for (const [path, setting] of explainMatch(entry.match, positions)) described.set(path, setting);
  for (const [path, setting] of explainAccess(group, note, notes.roles)) described.set(path, setting);
  return described;
}

/** What environments have to be like, so that the access of the group reaches them. */
function explainMatch(
  match: GroupEntry["match"],
  positions: Positions,
): readonly (readonly [path: string, setting: ExplainedSetting])[] {
  if (match === undefined) return [];
  const explained = <Key extends string>(
    path: string,
    map: Readonly<Partial<Record<Key, TextOrList | undefined>>>,
    keys: readonly Key[],
  ) =>
    keys.flatMap((key): (readonly [string, ExplainedSetting])[] => {
      const value = map[key];
      if (value === undefined) return [];
      return [[`${path}.${key}`, { value, source: toSource(keyPlace(positions, map, key)), overrides: [] }]];
    });
  const { labels = {} } = match;
  return [...explained("match", match, plainMatchKeys), ...explained("match.labels", labels, Object.keys(labels))];
}

/** For each environment that the group reaches, and each name of zones there, its permissions with all that gives them. */
function explainAccess(
  group: Group,
  { template, reached }: GroupNote,
  roles: GroupNotes["roles"],
): ReadonlyMap<string, ExplainedSetting> {
  const { entry, positions } = template.declaration;
  // As they stand in the file.
  const inOrder = [...reached].sort((left, right) => comparePlaces(left.key.where.place, right.key.where.place));
  const keysOf = groupBy(inOrder, ({ environment }) => environment.id);
  const explained = new Map<string, ExplainedSetting>();
  for (const [id, permissions] of group.access ?? []) {
    const keys = keysOf.get(id) ?? [];
    const place = keys[0]?.key.where ?? keyPlace(positions, entry, "access");
    explained.set(
      `access.${id}`,
      explainRights(
        permissions,
        keys.map(({ key }) => key),
        place,
        roles,
      ),
    );
    for (const [zone, zonePermissions] of group.managementZones.get(id) ?? []) {
      const ways = keys.flatMap(({ key, environment }) =>
        key.managementZones
          .filter(({ declared }) => zoneNameIn(environment, declared) === zone)
          .map((zoneKey) => ({ ...zoneKey, declared: `${key.declared}: ${zoneKey.declared}` })),
      );
      explained.set(
        `access.${id}.managementZones.${zone}`,
        explainRights(zonePermissions, ways, ways[0]?.where ?? place, roles),
      );
    }
  }
  return explained;
}

/** Permissions with the keys and roles that each comes from. */
function explainRights(
  permissions: readonly string[],
  keys: readonly Pick<AccessKey, "declared" | "rights" | "where">[],
  place: ValuePlace,
  roles: GroupNotes["roles"],
): ExplainedSetting {
  const elements = keys.flatMap((key) =>
    key.rights.flatMap((right) => waysOf(right, [], roles)).map((way) => elementOf(key, way)),
  );
  return {
    value: permissions,
    source: toSource(place),
    overrides: [],
    elements: permissions.flatMap((permission) => elements.filter(({ value }) => value === permission)),
  };
}

const comparePlaces = (left: Place, right: Place): number => left.line - right.line || left.column - right.column;

interface Way {
  readonly permission: string;
  readonly roles: readonly RoleStep[];
}

/** The permissions that a name brings, each with the roles that lead to it. */
function waysOf(name: string, passed: readonly RoleStep[], roles: GroupNotes["roles"]): readonly Way[] {
  if (isPermission(name)) return [{ permission: name, roles: passed }];
  const role = roles.get(name);
  if (!role || passed.some((step) => step.role === name)) return [];
  const source = toSource(role.where);
  return role.names.flatMap((inner) => waysOf(inner, [...passed, { role: name, source }], roles));
}

const elementOf = (key: Pick<AccessKey, "declared" | "where">, { permission, roles }: Way): ExplainedElement => ({
  value: permission,
  source: toSource(key.where),
  key: key.declared,
  roles,
});
