import { type ChangeBase, encodeIdPart } from "../change.ts";

export type GroupAction = "create" | "update" | "delete";
export type PermissionAction = "grant" | "update" | "revoke";

/** Names of groups elsewhere that lead to this one. */
export type MappingField = "ldapGroupNames" | "ssoGroupNames";

/** What of a group, apart from its rights, is compared. */
export type GroupField = "name" | "isClusterAdminGroup" | MappingField;

/** What a change holds of a group on one side: only what it is about. */
export interface GroupSide {
  readonly name?: string;
  readonly isClusterAdminGroup?: boolean;
  /** Sorted. */
  readonly ldapGroupNames?: readonly string[];
  readonly ssoGroupNames?: readonly string[];
}

/** A group that is to be made has a name, and is for administrators or not. */
export type NewGroupSide = GroupSide & Required<Pick<GroupSide, "name" | "isClusterAdminGroup">>;

export interface GroupColumns {
  readonly kind: "group";
  /** Null: it serves several customers. */
  readonly customer: string | null;
  readonly environment: null;
  readonly group: string;
  readonly host: null;
}

export const groupColumns = (group: { readonly name: string; readonly customer: string | null }): GroupColumns => ({
  kind: "group",
  customer: group.customer,
  environment: null,
  group: group.name,
  host: null,
});

export type GroupContent =
  | {
      readonly action: "create";
      readonly before: null;
      readonly after: NewGroupSide;
      readonly fields: readonly GroupField[];
    }
  | {
      readonly action: "update";
      readonly before: GroupSide;
      readonly after: GroupSide;
      readonly fields: readonly GroupField[];
    }
  | {
      readonly action: "delete";
      readonly before: GroupSide;
      readonly after: null;
      readonly fields: readonly never[];
    };

export type GroupChange = ChangeBase & GroupColumns & GroupContent;

/** What two revisions declare of a group: also the former names, under one of which a cluster may have it. */
export type DeclaredGroupField = GroupField | "previously";

export interface DeclaredGroupSide extends GroupSide {
  /** As declared; left out: none are. */
  readonly previously?: readonly string[];
}

/** The same in what two revisions declare, where the earlier one may not declare a group that is to be removed. */
export type DeclaredGroupContent =
  | {
      readonly action: "create";
      readonly before: null;
      readonly after: DeclaredGroupSide & NewGroupSide;
      readonly fields: readonly DeclaredGroupField[];
    }
  | {
      readonly action: "update";
      readonly before: DeclaredGroupSide;
      readonly after: DeclaredGroupSide;
      readonly fields: readonly DeclaredGroupField[];
    }
  | {
      readonly action: "delete";
      readonly before: DeclaredGroupSide | null;
      readonly after: null;
      readonly fields: readonly never[];
    };

export type DeclaredGroupChange = ChangeBase & GroupColumns & DeclaredGroupContent;

export interface PermissionColumns {
  readonly kind: "permission";
  /** Of the environment. */
  readonly customer: string;
  readonly environment: string;
  readonly group: string;
  readonly host: null;
}

/** The rights of a group on one environment, as sorted lists of permissions. `fields` are those that come or go. */
export interface PermissionContent {
  readonly action: PermissionAction;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly fields: readonly string[];
}

export type PermissionChange = ChangeBase & PermissionColumns & PermissionContent;

export const groupChangeId = (cluster: string, name: string): string => `group/${cluster}/${encodeIdPart(name)}`;
export const permissionChangeId = (cluster: string, group: string, environment: string): string =>
  `permission/${cluster}/${encodeIdPart(group)}/${environment}`;
