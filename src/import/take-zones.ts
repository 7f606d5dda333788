import { environmentPermissions } from "../kinds/group/permissions.ts";
import { isGlob } from "../lib/glob.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import type { EstateCluster, EstateZoneRight, Remark } from "../model/estate.ts";
import type { ObservedEnvironment, ObservedZoneRight, ObservedZones } from "../model/observed.ts";
import { isPlainText } from "./plain-text.ts";

/** Why a right on a zone cannot be declared. */
const reasons = {
  unread: "rights on management zones that could not be read: left alone",
  disabled: "rights on management zones of disabled environments, which do not tell their names: left alone",
  gone: "rights on management zones that are not there: left alone",
  unclear:
    "rights on management zones that cannot be declared (several of one name, wildcards, braces, secrets): left alone",
} as const;

type Reason = keyof typeof reasons;

/** The rights on zones that can be declared, by the names of these, and what is left alone. */
export function takeZones(
  { name: cluster, environments, groups }: Pick<EstateCluster, "name" | "environments" | "groups">,
  zones: ObservedZones | undefined,
): { readonly rights: readonly EstateZoneRight[]; readonly remarks: readonly Remark[]; readonly complete: boolean } {
  if (zones === undefined) return { rights: [], remarks: [], complete: true };
  if (zones.rights.status === "unreadable") {
    const remark = { about: reasons.unread, items: [zones.rights.reason] };
    return { rights: [], remarks: [remark], complete: false };
  }
  const states = new Map(environments.map(({ id, state }) => [id.toLowerCase(), state]));
  const nameOf = nameFinder(zones, states);
  const groupNames = new Map(groups.map(({ id, name }) => [id.toLowerCase(), name]));
  const rights: EstateZoneRight[] = [];
  const left: Record<Reason, Set<string>> = {
    unread: new Set(),
    disabled: new Set(),
    gone: new Set(),
    unclear: new Set(),
  };
  for (const right of zones.rights.value) {
    const { group, environment, permissions } = right;
    const found = nameOf(right);
    const odd = permissions.some(
      (permission) => !/^[A-Z][A-Z_]*$/.test(permission) || environmentPermissions.includes(permission),
    );
    if ("name" in found && !odd) rights.push({ group, environment, zone: found.name, permissions });
    else {
      const about = `${cluster}/${groupNames.get(group.toLowerCase()) ?? group} in ${environment}`;
      if ("name" in found) left.unclear.add(about);
      else left[found.left].add(found.reason === undefined ? about : `${about}: ${found.reason}`);
    }
  }
  const remarks = (Object.keys(reasons) as readonly Reason[])
    .map((reason) => ({ about: reasons[reason], items: [...left[reason]].sort(compareText) }))
    .filter(({ items }) => items.length > 0);
  return { rights, remarks, complete: left.unread.size === 0 };
}

type Named = { readonly name: string } | { readonly left: Reason; readonly reason?: string };

function nameFinder(
  { lists }: ObservedZones,
  states: ReadonlyMap<string, ObservedEnvironment["state"]>,
): (right: ObservedZoneRight) => Named {
  const names = new Map<string, ReadonlyMap<string, Named>>();
  const unread = new Map<string, string>();
  for (const [environment, list] of lists) {
    if (list.status === "unreadable") {
      unread.set(environment, list.reason);
      continue;
    }
    const alike = groupBy(list.value, ({ name }) => name);
    const named = list.value.map(({ id, name }): [string, Named] => {
      const isOne = alike.get(name)?.length === 1;
      return [id, isOne && isDeclarable(name) ? { name } : { left: "unclear" }];
    });
    names.set(environment, new Map(named));
  }
  return ({ environment, zone }) => {
    const key = environment.toLowerCase();
    const state = states.get(key);
    if (state === undefined) return { left: "gone" };
    if (state === "DISABLED") return { left: "disabled" };
    const reason = unread.get(key);
    if (reason !== undefined) return { left: "unread", reason };
    const known = names.get(key);
    return known === undefined ? { left: "unread" } : (known.get(zone) ?? { left: "gone" });
  };
}

/** Whether a name can stand in a file, and means that very zone there. */
const isDeclarable = (name: string): boolean =>
  isPlainText(name) && !isGlob(name) && !/[{}]/.test(name) && name !== "__proto__";
