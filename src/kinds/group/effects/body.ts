import type { GroupBody } from "../../../dynatrace/cluster-api.ts";
import { Unfeasible } from "../../../execute/outcome.ts";
import type { ObservedGroup } from "../../../model/observed.ts";
import { bodyTooLarge } from "../body-size.ts";
import type { GroupChange, GroupSide, NewGroupSide, PermissionChange } from "../change.ts";
import { mergeAccessRight } from "../rights.ts";

/** What is written with the group itself: its own changes and those of its rights on whole environments. */
export type GroupWrite = GroupChange | PermissionChange;

/** What the changes of one group make of it: its own fields, and rights by environment id. */
interface WantedGroup {
  readonly own: GroupSide;
  readonly rights: ReadonlyMap<string, readonly string[]>;
}

function wantedOf(changes: readonly GroupWrite[]): WantedGroup {
  const rights = new Map<string, readonly string[]>();
  let own: GroupSide = {};
  for (const change of changes) {
    switch (change.kind) {
      case "group":
        own = change.after ?? {};
        break;
      case "permission":
        rights.set(change.environment, change.after);
        break;
      default:
        change satisfies never;
    }
  }
  return { own, rights };
}

/** What creates a group: everything that its creation and the other changes say of it, its rights at once. */
export function newGroupBody(after: NewGroupSide, changes: readonly GroupWrite[]): GroupBody {
  const { name, isClusterAdminGroup, ldapGroupNames, ssoGroupNames } = after;
  return checked({
    name,
    isClusterAdminGroup,
    ...(ldapGroupNames === undefined ? {} : { ldapGroupNames }),
    ...(ssoGroupNames === undefined ? {} : { ssoGroupNames }),
    accessRight: mergeAccessRight({}, wantedOf(changes).rights),
  });
}

/**
 * What replaces a group: every field as read, with only the changed ones replaced. Rights on environments that are
 * `gone` (ids in lower case) are left out, because the cluster refuses to be told of them.
 */
export function updatedGroupBody(
  changes: readonly GroupWrite[],
  current: ObservedGroup,
  gone: ReadonlySet<string>,
): GroupBody {
  const { own, rights } = wantedOf(changes);
  const accessRight = Object.entries(current.accessRight).map(
    ([permission, environments]) => [permission, environments.filter((id) => !gone.has(id.toLowerCase()))] as const,
  );
  return checked({
    name: own.name ?? current.name,
    isClusterAdminGroup: own.isClusterAdminGroup ?? current.isClusterAdminGroup,
    ldapGroupNames: own.ldapGroupNames ?? current.ldapGroupNames,
    ssoGroupNames: own.ssoGroupNames ?? current.ssoGroupNames,
    ...(current.isAccessAccount === undefined ? {} : { isAccessAccount: current.isAccessAccount }),
    ...(current.isManageAccount === undefined ? {} : { isManageAccount: current.isManageAccount }),
    accessRight: mergeAccessRight(Object.fromEntries(accessRight), rights),
  });
}

function checked(body: GroupBody): GroupBody {
  const problem = bodyTooLarge(body);
  if (problem !== null) throw new Unfeasible("group-too-large", problem);
  return body;
}
