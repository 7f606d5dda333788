import type { CustomersContext } from "./customers/customers-context.ts";
import type { LoadNotes } from "./explain/load-notes.ts";
import type { GroupsContext } from "./groups/groups-context.ts";

/** What resolving an inventory needs from outside. */
export interface LoadContext extends CustomersContext, GroupsContext {
  readonly notes?: LoadNotes;
  /** UTC day, YYYY-MM-DD; null: nobody says which one it is. */
  readonly today: string | null;
}
