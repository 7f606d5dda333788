import { count } from "../lib/printable.ts";
import type { Inventory } from "../model/inventory.ts";
import type { ListedKind, Listing } from "../model/listing.ts";
import type { PlanScope } from "../model/plan.ts";
import { sourcesInScope } from "../plan/check-scope.ts";
import { listItems } from "../plan/list-items.ts";
import { checkedScope } from "./checked-scope.ts";

/** What is declared of a kind, and what is to be said besides. */
export interface DeclaredItems {
  readonly listing: Listing;
  readonly warnings: readonly string[];
}

/** Lists what an inventory declares. Nothing is run or asked. Throws a usage error for a scope that cannot be meant. */
export function listDeclared(kind: ListedKind, inventory: Inventory, scope: PlanScope): DeclaredItems {
  const known = { hosts: inventory.hosts, complete: inventory.hostCommands.length === 0 };
  const scopeWarnings = checkedScope(inventory, known, scope);
  const sources = kind === "groups" ? 0 : sourcesInScope(inventory, scope).length;
  const without = kind === "hosts" ? "left out" : "not counted";
  return {
    listing: listItems(kind, inventory, scope),
    warnings: [
      ...scopeWarnings,
      ...(sources === 0
        ? []
        : [`hosts of ${count(sources, "command")} are ${without}: only plan and apply run what lists them`]),
    ],
  };
}
