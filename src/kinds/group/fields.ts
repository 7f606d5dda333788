import { sameValue, type Value } from "../../lib/json.ts";
import { sortedSet } from "../../lib/text.ts";
import type { Group } from "../../model/inventory.ts";
import type { ObservedGroup } from "../../model/observed.ts";
import type { GroupField, GroupSide, MappingField } from "./change.ts";

/** The properties of a group that are declared, apart from rights. The name always is. */
export function declaredGroupFields(group: Group): GroupSide & { readonly name: string } {
  return {
    name: group.name,
    ...(group.isClusterAdminGroup === undefined ? {} : { isClusterAdminGroup: group.isClusterAdminGroup }),
    ...(group.ldapGroupNames === undefined ? {} : { ldapGroupNames: sortedSet(group.ldapGroupNames) }),
    ...(group.ssoGroupNames === undefined ? {} : { ssoGroupNames: sortedSet(group.ssoGroupNames) }),
  };
}

/** The fields that a side has. */
export function fieldsOfSide(side: GroupSide): readonly GroupField[] {
  const all: readonly GroupField[] = ["name", "isClusterAdminGroup", "ldapGroupNames", "ssoGroupNames"];
  return all.filter((field) => side[field] !== undefined);
}

/** Only the given fields of a side, in their order. */
export function pickFields(side: GroupSide, fields: readonly GroupField[]): GroupSide {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = side[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

export function observedGroupField(group: ObservedGroup, field: GroupField): Value {
  switch (field) {
    case "name":
      return group.name;
    case "isClusterAdminGroup":
      return group.isClusterAdminGroup;
    case "ldapGroupNames":
      return sortedSet(group.ldapGroupNames);
    case "ssoGroupNames":
      return sortedSet(group.ssoGroupNames);
  }
}

/** A side of a change that holds what a group on a cluster has of some fields. */
export function observedSide(group: ObservedGroup, fields: readonly GroupField[]): GroupSide {
  return Object.fromEntries(fields.map((field): [string, Value] => [field, observedGroupField(group, field)]));
}

/** Names as they are compared: LDAP knows no case, so a cluster may give them back in another one. SSO names are exact. */
export function canonicalNames(field: MappingField, names: Value | undefined): readonly string[] {
  const texts = Array.isArray(names) ? names.map(String) : [];
  return sortedSet(field === "ldapGroupNames" ? texts.map((name) => name.toLowerCase()) : texts);
}

export function sameGroupField(field: GroupField, left: Value | undefined, right: Value | undefined): boolean {
  switch (field) {
    case "name":
    case "isClusterAdminGroup":
      return left === right;
    case "ldapGroupNames":
    case "ssoGroupNames":
      return sameValue(canonicalNames(field, left), canonicalNames(field, right));
  }
}
