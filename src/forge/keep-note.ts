import type { Forge } from "./forge.ts";
import { ForgeFailure } from "./forge-failure.ts";
import { decideNote, type Marker } from "./sticky-note.ts";

/** What became of a note. `newer`: a later pipeline wrote it, and it was left as it is. */
export type KeptNote = "created" | "updated" | "unchanged" | "newer";

/** How often the notes are read: once more after each write of which nobody knows whether it was made. */
const mostLooks = 3;

/**
 * Keeps one note of the merge request up to date. A write whose answer was lost is repeated only after looking whether it was
 * made, and a note that somebody deleted meanwhile is written as another one. Throws a ForgeFailure.
 */
export async function keepNote(forge: Forge, marker: Marker, body: string): Promise<KeptNote> {
  for (let look = 1; ; look += 1) {
    const decision = decideNote(await forge.ownNotes(), marker, body);
    if (decision.action === "none") return look > 1 && decision.why === "unchanged" ? "created" : decision.why;
    try {
      if (decision.action === "create") {
        await forge.create(body);
        return "created";
      }
      await forge.update(decision.id, body);
      return "updated";
    } catch (error) {
      const again = error instanceof ForgeFailure && canLookAgain(error, decision.action);
      if (!again || look === mostLooks) throw error;
    }
  }
}

const canLookAgain = ({ kind }: ForgeFailure, action: "create" | "update"): boolean =>
  kind === (action === "create" ? "unknown" : "missing");
