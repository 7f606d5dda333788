import { environmentPermissions } from "../../kinds/group/permissions.ts";
import type { ValuePlace } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { suggestionHint } from "../diagnostics/suggest.ts";
import { asList } from "../schema/as-list.ts";
import { hasUnusable } from "../schema/has-unusable.ts";
import { type ClusterNames, checkCluster } from "../settings/check-cluster.ts";
import { environmentMatcher, patternsOf } from "../settings/environment-match.ts";
import { keyPlace, type Positions, valuePlace } from "../yaml/positions.ts";
import { rightsIn, type WrittenRights, writtenAccess } from "./access-entry.ts";
import type { AccessKey, GroupDeclaration, GroupMatch, GroupTemplate } from "./group-template.ts";
import type { GroupsContext } from "./groups-context.ts";
import {
  type Binding,
  determinedBy,
  fillPlaceholders,
  findPlaceholders,
  isPlaceholder,
  placeholderNames,
} from "./placeholders.ts";
import { checkRight, isPermission, type Roles, resolveRights } from "./roles.ts";

/** Checks one declaration; null when it cannot be filled in, which is reported. */
export function readGroupTemplate(
  declaration: GroupDeclaration,
  roles: Roles,
  clusters: ClusterNames,
  context: GroupsContext,
): GroupTemplate | null {
  const { entry, positions, owner, where } = declaration;
  if (entry.name === undefined) return null;
  // In a customer's own groups {customer} is that customer and makes no template.
  const own: Binding = owner === null ? {} : { customer: owner };
  const fill = (text: string): string => fillPlaceholders(text, own);
  const name = fill(entry.name);
  const usable = checkPlaceholders(declaration, name, fill, context);
  const declaredClusters = entry.clusters?.filter((cluster, index) => {
    if (cluster === undefined) return false;
    checkCluster(cluster, clusters, valuePlace(positions, entry.clusters ?? [], index), context);
    return true;
  });
  const access = readAccess(declaration, fill, roles, context);
  const state = entry.state ?? "present";
  // A key that is not known may have been meant for one of the two.
  if (!declaredClusters && state === "present" && !hasUnusable(entry)) {
    if (entry.isClusterAdminGroup) context.diagnostics.error(where, clustersDiagnostic);
    else if (access === null) context.diagnostics.error(where, scopeDiagnostic);
  }
  if (owner !== null && entry.isClusterAdminGroup)
    context.diagnostics.warning(keyPlace(positions, entry, "isClusterAdminGroup"), {
      rule: "customer-administrators",
      message: `a group in the file of customer ${owner} administrates whole clusters, with the environments of all customers`,
      hint: "If that is meant, move the group to dtsync.yaml or to a file of groups.",
    });
  if (!usable) return null;
  const texts = (list: readonly string[] | null | undefined): readonly string[] | null =>
    list ? [...new Set(asList(list).map(fill))] : null;
  return {
    declaration,
    name,
    placeholders: new Set(findPlaceholders(name).filter(isPlaceholder)),
    state,
    previously: entry.previously ? asList(entry.previously).map(fill) : [],
    isClusterAdminGroup: entry.isClusterAdminGroup ?? null,
    ldapGroupNames: texts(entry.ldapGroupNames),
    ssoGroupNames: texts(entry.ssoGroupNames),
    access,
    clusters: declaredClusters ? [...new Set(declaredClusters)] : null,
    match: readMatch(declaration),
  };
}

const clustersDiagnostic = {
  rule: "missing-clusters",
  message: "a group of cluster administrators does not say on which clusters",
  hint: "Add clusters: with the names of the clusters.",
};

const scopeDiagnostic = {
  rule: "missing-clusters",
  message: "the group has neither access nor clusters, so nothing says where it belongs",
  hint: "Add access: with environments, or clusters: with the names of clusters.",
};

function readMatch({ entry, positions }: GroupDeclaration): GroupMatch | null {
  if (!("match" in entry)) return null;
  const match = entry.match ?? { labels: undefined };
  return {
    matches: environmentMatcher(match),
    patterns: patternsOf(match),
    where: keyPlace(positions, entry, "match"),
  };
}

function readAccess(
  { entry, positions }: GroupDeclaration,
  fill: (text: string) => string,
  roles: Roles,
  context: GroupsContext,
): readonly AccessKey[] | null {
  const declared = entry.access;
  if (!declared) return null;
  const read = rightsReader(positions, roles, context);
  return Object.keys(declared).flatMap((key) => {
    const written = writtenAccess(declared, key);
    if (written === null) return [];
    const whole = written.whole === null ? { permissions: [], rights: [] } : read(written.whole, "environment");
    const managementZones = written.managementZones.map((zone) => ({
      declared: zone.key,
      ...read(zone, "zone"),
      where: keyPlace(positions, zone.map, zone.key),
    }));
    return [{ declared: key, text: fill(key), ...whole, managementZones, where: keyPlace(positions, declared, key) }];
  });
}

/** Resolves rights as they are written, and checks each of them. */
function rightsReader(positions: Positions, roles: Roles, context: GroupsContext) {
  return (written: WrittenRights, on: "environment" | "zone") => {
    const { value, map, key } = written;
    const check = (right: string, where: ValuePlace): void => {
      if (roles === null || !checkRight(right, roles, where, context) || on === "environment") return;
      const refused = resolveRights([right], roles).filter((name) => environmentPermissions.includes(name));
      if (refused.length > 0) context.diagnostics.error(where, zoneDiagnostic(right, refused));
    };
    if (typeof value === "string") check(value, valuePlace(positions, map, key));
    else if (value) {
      for (const [index, right] of value.entries()) {
        if (right !== undefined) check(right, valuePlace(positions, value, index));
      }
    }
    const rights = rightsIn(written);
    const permissions = resolveRights(rights, roles ?? new Map());
    context.budget.spend("permissions", permissions.length, keyPlace(positions, map, key));
    return { permissions, rights };
  };
}

function zoneDiagnostic(right: string, refused: readonly string[]) {
  const names = refused.join(", ");
  const brings = isPermission(right) ? names : `the role ${showText(right)} brings ${names}, which`;
  return {
    rule: "environment-permission",
    message: `${brings} can be given on whole environments only`,
    hint: isPermission(right)
      ? "Move it to permissions of the environment, or take it away."
      : "Name a role without it here, and give the rest on the whole environment.",
  };
}

/** Reports unknown placeholders, and those that would give several groups one name. False when there are any. */
function checkPlaceholders(
  { entry, positions }: GroupDeclaration,
  name: string,
  fill: (text: string) => string,
  context: GroupsContext,
): boolean {
  const available = determinedBy(new Set(findPlaceholders(name).filter(isPlaceholder)));
  let usable = true;
  const check = (text: string, where: ValuePlace): void => {
    for (const found of findPlaceholders(fill(text))) {
      const known = isPlaceholder(found);
      if (known && available.has(found)) continue;
      usable = false;
      if (known) context.diagnostics.error(where, lackingDiagnostic(found));
      else context.diagnostics.error(where, unknownDiagnostic(found));
    }
  };
  check(entry.name, valuePlace(positions, entry, "name"));
  for (const key of ["ldapGroupNames", "ssoGroupNames", "previously"] as const) {
    const value = entry[key];
    if (typeof value === "string") check(value, valuePlace(positions, entry, key));
    else if (value) {
      for (const [index, text] of value.entries()) {
        if (text !== undefined) check(text, valuePlace(positions, value, index));
      }
    }
  }
  for (const key of Object.keys(entry.access ?? {})) check(key, keyPlace(positions, entry.access ?? {}, key));
  for (const key of Object.keys(entry.access ?? {})) {
    // Each of them has a meaning there: the environment that a zone is in is known.
    for (const zone of writtenAccess(entry.access ?? {}, key)?.managementZones ?? []) {
      for (const name of findPlaceholders(zone.key).filter((found) => !isPlaceholder(found))) {
        usable = false;
        context.diagnostics.error(keyPlace(positions, zone.map, zone.key), unknownDiagnostic(name));
      }
    }
  }
  return usable;
}

const unknownDiagnostic = (name: string) => ({
  rule: "unknown-placeholder",
  message: `there is no placeholder ${showText(`{${name}}`)}`,
  hint: suggestionHint(
    `{${name}}`,
    [...placeholderNames].map((known) => `{${known}}`),
    "Take it away.",
  ),
});

const lackingDiagnostic = (name: string) => ({
  rule: "placeholder-not-in-name",
  message: `{${name}} stands here but not in the name of the group, so several groups would have one name`,
  hint: `Put {${name}} into the name, or write out what it stands for.`,
});
