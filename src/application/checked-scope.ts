import { usageError } from "../errors.ts";
import { printableLine } from "../lib/printable.ts";
import { suggest } from "../load/diagnostics/suggest.ts";
import type { Inventory } from "../model/inventory.ts";
import type { PlanScope } from "../model/plan.ts";
import { checkScope, type KnownHosts, type ScopeFinding } from "../plan/check-scope.ts";

/** Throws a usage error for targets and excludes that cannot be meant. Gives warnings about those that do nothing. */
export function checkedScope(inventory: Inventory, known: KnownHosts, scope: PlanScope): readonly string[] {
  const { faults, warnings } = checkScope(inventory, known, scope);
  if (faults.length > 0) {
    throw usageError(
      faults.map(describe).join("; "),
      "nothing was asked of clusters: correct the option, or write a glob where it may match nothing",
    );
  }
  return warnings.map(describe);
}

/** Options may be given from names of branches, which are not the user's own. */
function describe({ option, reason, meant, hint }: ScopeFinding): string {
  const suggestion = meant === null ? null : suggest(meant.text, meant.among);
  const advice = suggestion === null ? hint : `did you mean ${suggestion}?`;
  return printableLine(`${option} ${reason}${advice === null ? "" : `: ${advice}`}`);
}
