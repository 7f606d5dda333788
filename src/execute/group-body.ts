import type { GroupBody } from "../dynatrace/cluster-api.ts";
import { mergeAccessRight } from "../kinds/group/fields.ts";
import type { Fields } from "../lib/json.ts";
import type { ObservedGroup } from "../model/observed.ts";
import type { Change } from "../model/plan.ts";
import { Unfeasible } from "./settle.ts";

/** A cluster refuses bodies of more than 1 MB; the rights of all environments are in one body. */
const maximumBody = 900_000;

const ownFields = (changes: readonly Change[]): Fields =>
  (changes.find(({ kind }) => kind === "group")?.after ?? {}) as Fields;

function wantedRights(changes: readonly Change[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    changes
      .filter(({ kind }) => kind === "permission")
      .map((change) => [change.environment ?? "", change.after as readonly string[]]),
  );
}

/** What creates a group: everything that the changes say of it, its rights at once. */
export function newGroupBody(changes: readonly Change[]): GroupBody {
  const after = ownFields(changes);
  const optional = (field: "ldapGroupNames" | "ssoGroupNames") =>
    Array.isArray(after[field]) ? { [field]: after[field].map(String) } : {};
  return checked({
    name: String(after["name"]),
    isClusterAdminGroup: after["isClusterAdminGroup"] === true,
    ...optional("ldapGroupNames"),
    ...optional("ssoGroupNames"),
    accessRight: mergeAccessRight({}, wantedRights(changes)),
  });
}

/**
 * What replaces a group: every field as read, with only the changed ones replaced. Rights on environments that are
 * `gone` (ids in lower case) are left out, because the cluster refuses to be told of them.
 */
export function updatedGroupBody(
  changes: readonly Change[],
  current: ObservedGroup,
  gone: ReadonlySet<string>,
): GroupBody {
  const after = ownFields(changes);
  const names = (field: "ldapGroupNames" | "ssoGroupNames") =>
    (after[field] as readonly string[] | undefined) ?? current[field];
  const accessRight = Object.entries(current.accessRight).map(
    ([permission, environments]) => [permission, environments.filter((id) => !gone.has(id.toLowerCase()))] as const,
  );
  return checked({
    name: String(after["name"] ?? current.name),
    isClusterAdminGroup: (after["isClusterAdminGroup"] ?? current.isClusterAdminGroup) === true,
    ldapGroupNames: names("ldapGroupNames"),
    ssoGroupNames: names("ssoGroupNames"),
    ...(current.isAccessAccount === undefined ? {} : { isAccessAccount: current.isAccessAccount }),
    ...(current.isManageAccount === undefined ? {} : { isManageAccount: current.isManageAccount }),
    accessRight: mergeAccessRight(Object.fromEntries(accessRight), wantedRights(changes)),
  });
}

function checked(body: GroupBody): GroupBody {
  const size = Buffer.byteLength(JSON.stringify(body));
  if (size <= maximumBody) return body;
  throw new Unfeasible(
    "group-too-large",
    `the rights of this group would need a request of ${Math.round(size / 1_000)} kB, and a cluster takes 1 MB at most: give it fewer environments or permissions, or make it an administrator group`,
  );
}
