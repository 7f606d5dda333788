import type { Place } from "../../model/diagnostic.ts";
import type { Environment } from "../../model/inventory.ts";
import type { LoadNotes } from "./load-notes.ts";

/** What explanations are made of. */
export interface ExplanationSource {
  readonly notes: LoadNotes;
  /** Where customers are declared, by id. */
  readonly customers: ReadonlyMap<string, Place>;
  readonly environments: ReadonlyMap<string, Environment>;
}

/** The note about an item. Throws when it is of an inventory that was loaded with other notes. */
export function noted<Key, Note>(notes: ReadonlyMap<Key, Note>, key: Key): Note {
  const note = notes.get(key);
  if (note === undefined) throw new Error("there are no notes about this item");
  return note;
}
