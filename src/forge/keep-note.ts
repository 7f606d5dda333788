import { decideNote } from "./decide-note.ts";
import type { Forge, Note } from "./forge.ts";
import { ForgeFailure } from "./forge-failure.ts";
import { isNewer, latestText, type Marker, withKey } from "./sticky-note.ts";

/** What became of a note. `newer`: a later pipeline wrote it, and it was left as it is. */
export type KeptNote = "created" | "updated" | "unchanged" | "newer";

/** How often the notes are read: once more after each write of which nobody knows whether it was made. */
const mostLooks = 3;

/**
 * Keeps one note of the merge request up to date. A write whose answer was lost is repeated only after looking whether it was
 * made, and a note that somebody deleted meanwhile is written as another one. Duplicates are removed. Throws a ForgeFailure.
 */
export async function keepNote(forge: Forge, marker: Marker, body: string): Promise<KeptNote> {
  for (let look = 1; ; look += 1) {
    const found = await onlyNote(forge, marker);
    const decision = decideNote(found, marker, body);
    if (decision.action === "none") return look > 1 && decision.why === "unchanged" ? "created" : decision.why;
    try {
      if (decision.action === "update") {
        await forge.update(decision.id, body);
        return "updated";
      }
      await forge.create(body);
    } catch (error) {
      const again = error instanceof ForgeFailure && canLookAgain(error, decision.action);
      if (!again || look === mostLooks) throw error;
      continue;
    }
    return settleCreated(forge, marker, body);
  }
}

const canLookAgain = ({ kind }: ForgeFailure, action: "create" | "update"): boolean =>
  kind === (action === "create" ? "unknown" : "missing");

/** A pipeline beside this one may have written a note as well: the older one stays, with what the later pipeline says. */
async function settleCreated(forge: Forge, marker: Marker, body: string): Promise<KeptNote> {
  const decision = decideNote(await onlyNote(forge, marker), marker, body);
  if (decision.action === "update") await forge.update(decision.id, body);
  return decision.action === "none" && decision.why === "newer" ? "newer" : "created";
}

/**
 * The note that is kept, or undefined if there is none; its duplicates are removed, and what a later pipeline than this one
 * has said in one of them is said in it.
 */
async function onlyNote(forge: Forge, marker: Marker): Promise<Note | undefined> {
  const [kept, ...duplicates] = withKey(await forge.ownNotes(), marker);
  if (kept === undefined) return undefined;
  const latest = latestText([kept.body, ...duplicates.map(({ body }) => body)]);
  const body = isNewer(latest, marker) ? latest : kept.body;
  if (body !== kept.body) await forge.update(kept.id, body);
  for (const { id } of duplicates) {
    await forge.remove(id).catch((error: unknown) => {
      // The pipeline beside this one removes it, too; and one that stays is no harm, and is found by the next run.
      if (!(error instanceof ForgeFailure)) throw error;
    });
  }
  return { ...kept, body };
}
