import type { Note } from "./forge.ts";
import { saysSame } from "./note-body.ts";
import { isNewer, type Marker } from "./sticky-note.ts";

/** What is to be done with a note. */
export type NoteDecision =
  | { readonly action: "create" }
  | { readonly action: "update"; readonly id: string }
  | { readonly action: "none"; readonly why: "unchanged" | "newer" };

/** What becomes of the note that is kept: it is brought up to date, unless a later pipeline wrote it. */
export function decideNote(found: Note | undefined, marker: Marker, body: string): NoteDecision {
  if (found === undefined) return { action: "create" };
  if (isNewer(found.body, marker)) return { action: "none", why: "newer" };
  return saysSame(found.body, body) ? { action: "none", why: "unchanged" } : { action: "update", id: found.id };
}
