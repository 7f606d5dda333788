import { closePermissions } from "../kinds/group/permissions.ts";
import { compareText } from "../lib/text.ts";
import { slug, takeName } from "./slug.ts";

/** A set of permissions without those that the others bring, sorted. */
export type Rights = readonly string[];

export const rightsKey = (rights: Rights): string => rights.join(" ");

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
