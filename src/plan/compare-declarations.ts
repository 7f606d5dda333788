import { allFamilies, allKinds, familyRules } from "../kinds/kinds.ts";
import { compareText } from "../lib/text.ts";
import type { Difference, DifferenceReport, Side, Undeclared } from "../model/difference.ts";
import type { Inventory } from "../model/inventory.ts";
import { compareSettings } from "./compare-settings.ts";
import { orderChanges } from "./order.ts";
import { renamedCustomers } from "./renamed-customers.ts";
import { countChanges } from "./summary.ts";

/**
 * What `after` declares differently from `before` (null: nothing was declared). Pure: two inventories in, data out; the
 * order of their items is nothing to it. Hosts that commands give are not known here.
 */
export function compareDeclarations(before: Inventory | null, after: Inventory): Difference {
  const parts = allFamilies.map((family) => familyRules(family).difference(before, after));
  return {
    changes: orderChanges(parts.flatMap(({ changes }) => changes)),
    unmanaged: parts.flatMap(({ unmanaged }) => unmanaged).sort(byKindAndId),
    settings: before === null ? [] : compareSettings(before, after),
    renamedCustomers: before === null ? [] : renamedCustomers(before, after),
    warnings: commandWarnings(after),
  };
}

const byKindAndId = (left: Undeclared, right: Undeclared): number =>
  allKinds.indexOf(left.kind) - allKinds.indexOf(right.kind) ||
  compareText(left.id, right.id) ||
  compareText(left.cluster, right.cluster);

function commandWarnings({ hostCommands }: Inventory): readonly string[] {
  if (hostCommands.length === 0) return [];
  const environments = [...new Set(hostCommands.map(({ environment }) => environment))].sort(compareText);
  const shown = environments.slice(0, 5).join(", ");
  const more = environments.length > 5 ? ` and ${environments.length - 5} more` : "";
  return [`hosts that commands give are not compared, because no command runs here: ${shown}${more}`];
}

/** The difference as a document, with counts. */
export function reportDifference(difference: Difference, base: Side, head: Side): DifferenceReport {
  const { create, update, remove, deploy } = countChanges(difference.changes);
  const { changes, unmanaged, settings, renamedCustomers: renamed, warnings } = difference;
  return {
    format: "dtsync-diff/1",
    base,
    head,
    changes,
    unmanaged,
    settings,
    renamedCustomers: renamed,
    warnings,
    summary: { create, update, remove, deploy, unmanaged: unmanaged.length, settings: settings.length },
  };
}
