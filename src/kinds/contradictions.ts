import type { Contradiction, Coordinates } from "./kind.ts";

const names = ["cluster", "customer", "environment", "group", "host"] as const;

/** Where a change says that its item belongs elsewhere than the inventory does. */
export function undeclaredColumns(change: Coordinates, declared: Coordinates): readonly Contradiction[] {
  return names
    .filter((name) => change[name] !== declared[name])
    .map((name) => ({ path: [name], message: `is ${JSON.stringify(declared[name])} in the inventory` }));
}

/** What a change says of something that the inventory does not declare. */
export const notDeclared = (column: "environment" | "group" | "host" | "managementZone"): readonly Contradiction[] => [
  { path: [column], message: "is not declared in the inventory" },
];

/** What a change does that the inventory never asks for. */
export const notAsked = (reason: string): readonly Contradiction[] => [
  { path: ["action"], message: `is not what the inventory asks for: ${reason}` },
];

/** Whether a field of `after` is what the inventory declares; undefined: it declares none. */
export function fieldContradiction(
  field: readonly string[],
  declared: unknown,
  equal: boolean,
): readonly Contradiction[] {
  if (declared === undefined) return [{ path: ["after", ...field], message: "is not declared in the inventory" }];
  return equal ? [] : [{ path: ["after", ...field], message: `is ${JSON.stringify(declared)} in the inventory` }];
}
