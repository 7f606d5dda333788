import type { Selection } from "../kinds/kind.ts";
import { familyOfChange, rulesOf } from "../kinds/kinds.ts";
import type { Change } from "../model/change.ts";
import type { Held } from "../model/plan.ts";

/**
 * The changes that a run with targets may make: those in scope, and what they must not be made without. One that needs
 * something which this run may not do is held.
 */
export function selectChanges(
  changes: readonly Change[],
  selection: Selection,
): { readonly changes: readonly Change[]; readonly held: readonly Held[] } {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const selected = new Set<string>();
  const held: Held[] = [];
  for (const change of changes) {
    if (!selection.includes(familyOfChange(change)) || !selection.matches(change)) continue;
    const foundations = change.dependsOn.flatMap((id) => {
      const found = byId.get(id);
      return found && rulesOf(found).isFoundationOf(found, change) ? [found] : [];
    });
    const missing = foundations.find(
      (foundation) => !selection.includes(familyOfChange(foundation)) || selection.excludes(foundation),
    );
    if (missing) {
      const option = selection.excludes(missing) ? "--exclude" : "--only";
      const reason = `it needs ${missing.id}, which this run does not ${missing.action} (${option})`;
      held.push({ scope: change.id, reason, items: 1 });
      continue;
    }
    selected.add(change.id);
    for (const foundation of foundations) selected.add(foundation.id);
  }
  const chosen = changes
    .filter(({ id }) => selected.has(id))
    .map((change) => ({ ...change, dependsOn: change.dependsOn.filter((id) => selected.has(id)) }));
  return { changes: chosen, held };
}
