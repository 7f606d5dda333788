import type { Change, Held } from "../model/plan.ts";
import type { ScopeFilter } from "./scope.ts";

/**
 * Whether a change brings into being what the dependent one stands on: an environment, or the group under the name that
 * it is to have. The rest of `dependsOn` is mere order.
 */
const isFoundation = (change: Change, dependent: Change): boolean =>
  change.kind === "group" ? dependent.kind === "permission" : change.action === "create" || change.action === "enable";

/**
 * The changes that a run with targets may make: those in scope, and the creations that they stand on. One that would
 * stand on something that this run may not create is held.
 */
export function selectChanges(
  changes: readonly Change[],
  filter: ScopeFilter,
): { readonly changes: readonly Change[]; readonly held: readonly Held[] } {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const selected = new Set<string>();
  const held: Held[] = [];
  for (const change of changes) {
    if (!filter.includesKind(change.kind) || !filter.matches(change)) continue;
    const foundations = change.dependsOn.flatMap((id) => {
      const found = byId.get(id);
      return found && isFoundation(found, change) ? [found] : [];
    });
    const missing = foundations.find((foundation) => !filter.includesKind(foundation.kind));
    if (missing) {
      const reason = `it needs ${missing.id}, which this run does not ${missing.action} (--only)`;
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
