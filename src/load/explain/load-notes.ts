import type { CustomerNotes } from "../customers/customers-context.ts";
import type { GroupNotes } from "../groups/groups-context.ts";

/**
 * Where resolved items come from, noted while they are resolved. Most inventories are loaded without: the notes keep
 * every file in memory.
 */
export interface LoadNotes extends CustomerNotes, GroupNotes {}

export function createLoadNotes(): LoadNotes {
  return { levels: new Map(), environments: new Map(), hosts: new Map(), groups: new Map(), roles: new Map() };
}
