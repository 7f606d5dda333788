import { compareDeclaredEnvironments } from "../kinds/environment/difference.ts";
import { compareDeclaredGroups } from "../kinds/group/difference.ts";
import { compareDeclaredHosts } from "../kinds/host/difference.ts";
import { compareText } from "../lib/text.ts";
import type { Difference, DifferenceReport, Side, Undeclared } from "../model/difference.ts";
import type { Inventory } from "../model/inventory.ts";
import { compareSettings } from "./compare-settings.ts";
import { orderChanges } from "./order.ts";
import { summarise } from "./summary.ts";

/** What one kind of item adds to a difference. */
export type PartialDifference = Pick<Difference, "changes" | "unmanaged">;

/**
 * What `after` declares differently from `before` (null: nothing was declared). Pure: two inventories in, data out; the
 * order of their items is nothing to it. Hosts that commands give are not known here.
 */
export function compareDeclarations(before: Inventory | null, after: Inventory): Difference {
  const parts: readonly PartialDifference[] = [
    compareDeclaredEnvironments(before, after),
    compareDeclaredGroups(before, after),
    compareDeclaredHosts(before, after),
  ];
  return {
    changes: orderChanges(parts.flatMap(({ changes }) => changes)),
    unmanaged: parts.flatMap(({ unmanaged }) => unmanaged).sort(byKindAndId),
    settings: before === null ? [] : compareSettings(before, after),
    warnings: commandWarnings(after),
  };
}

const kinds = ["environment", "group", "permission", "host"];
const byKindAndId = (left: Undeclared, right: Undeclared): number =>
  kinds.indexOf(left.kind) - kinds.indexOf(right.kind) ||
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
  const { create, update, remove, deploy } = summarise(difference.changes, [], []);
  const { changes, unmanaged, settings, warnings } = difference;
  return {
    format: "dtsync-diff/1",
    base,
    head,
    changes,
    unmanaged,
    settings,
    warnings,
    summary: { create, update, remove, deploy, unmanaged: unmanaged.length, settings: settings.length },
  };
}
