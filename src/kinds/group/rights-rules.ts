import { count, printableLine } from "../../lib/printable.ts";
import type { ActionRules, DetailLine, FieldValues } from "../kind.ts";
import { groupChangeId, type PermissionAction, type PermissionContent } from "./change.ts";
import { permissionContent } from "./rights.ts";

const actions: Readonly<Record<PermissionAction, ActionRules>> = {
  grant: { count: "update", sign: "+", phase: "groups", startsItem: false },
  update: { count: "update", sign: "~", phase: "groups", startsItem: false },
  revoke: { count: "update", sign: "-", phase: "groups", startsItem: false },
};

type Sides = Pick<PermissionContent, "before" | "after">;
type OfGroup = Sides & { readonly group: string };

/** What changes of a group's rights have in common, be they on whole environments or on management zones. */
export const rightsRules = {
  action: ({ action }: Pick<PermissionContent, "action">) => actions[action],
  heldFields: ({ before, after }: Sides) => [permissionContent(before, after)?.fields ?? []],
  item: ({ cluster, group }: { readonly cluster: string; readonly group: string }) => groupChangeId(cluster, group),
  // Rights in an environment that is gone can be seen and taken away nowhere, and would be there in the next one of its name.
  isFoundationOf: (_change: unknown, { kind, action }: { readonly kind: string; readonly action: string }) =>
    kind === "environment" && action === "delete",
  weakens: ({ group, before, after }: OfGroup, names: ReadonlySet<string>) =>
    names.has(group) && before.some((permission) => !after.includes(permission)),
  details: ({ before, after }: Sides): readonly DetailLine[] => {
    const added = after.filter((name) => !before.includes(name));
    const removed = before.filter((name) => !after.includes(name));
    return [
      ...(added.length > 0 ? [{ field: "grant", before: null, after: added.join(", ") }] : []),
      ...(removed.length > 0 ? [{ field: "revoke", before: removed.join(", "), after: null }] : []),
    ];
  },
  fields: ({ before, after }: Sides): readonly FieldValues[] => [{ field: "rights", before, after }],
  sharing: ({ before, after }: Sides) =>
    ({ by: "change", key: [before, after], least: 2, showsDetails: true }) as const,
  folding: ({ group, before, after }: OfGroup) => ({
    fields: [
      { field: "group", before: undefined, after: group },
      { field: "rights", before, after },
    ],
    naming: [],
    titled: ["group"],
    least: 2,
    apart: false,
  }),
  lostRights: ({ before, after }: Sides) => before.filter((name) => !after.includes(name)),
};

/** `group noc`, or how many. */
export function groupsInWords(changes: readonly { readonly group: string }[]): string {
  const [first = "", ...others] = new Set(changes.map(({ group }) => group));
  return others.length === 0 ? `group ${printableLine(first)}` : count(others.length + 1, "group");
}
