import { closePermissions } from "../kinds/group/permissions.ts";
import { compareText } from "../lib/text.ts";
import { slug, takeName } from "./slug.ts";

/** A set of permissions without those that the others bring, sorted. */
export type Rights = readonly string[];

export const rightsKey = (rights: Rights): string => rights.join(" ");

/** What a group has in one environment: on the whole of it, and on its management zones by their names. */
export interface Granted {
  readonly whole: Rights;
  readonly zones: ReadonlyMap<string, Rights>;
}

/** Equal for what is granted alike. */
export const grantedKey = ({ whole, zones }: Granted): string =>
  zones.size === 0
    ? rightsKey(whole)
    : JSON.stringify([whole, [...zones].sort(([left], [right]) => compareText(left, right))]);

/** All sets of rights in it. */
export const rightsOf = ({ whole, zones }: Granted): readonly Rights[] => [whole, ...zones.values()];

/** The permissions without those that a cluster adds by itself. */
export function leanRights(permissions: readonly string[]): Rights {
  const closed = closePermissions(permissions);
  let lean = closed;
  for (const permission of closed) {
    const without = lean.filter((other) => other !== permission);
    if (rightsKey(closePermissions(without)) === rightsKey(closed)) lean = without;
  }
  return lean;
}

const mostWords = 3;
const longestRole = 60;

/** Roles by the rights that they stand for: sets of several permissions that come again. */
export function findRoles(used: readonly Rights[]): ReadonlyMap<string, string> {
  const counts = new Map<string, { readonly rights: Rights; count: number }>();
  for (const rights of used.filter(({ length }) => length > 1)) {
    const known = counts.get(rightsKey(rights));
    if (known) known.count += 1;
    else counts.set(rightsKey(rights), { rights, count: 1 });
  }
  const taken = new Set<string>();
  return new Map(
    [...counts]
      .filter(([, { count }]) => count > 1)
      .sort(([left, one], [right, two]) => two.count - one.count || compareText(left, right))
      .map(([key, { rights }]) => {
        const name = rights.length <= mostWords ? rights.map(slug).join("-") : "rights";
        return [key, takeName(name, taken, longestRole)];
      }),
  );
}
