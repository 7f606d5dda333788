import { type Drift, decideIssue } from "./drift-issue.ts";
import type { Issue, IssueTracker } from "./forge.ts";
import { ForgeFailure } from "./forge-failure.ts";
import { isNewer, latestText, type Marker, markerLine, withKey } from "./sticky-note.ts";

/** What became of an issue. `newer`: a later pipeline wrote it, and it was left as it is. `not-needed`: nothing is open, or has to be. */
export type KeptIssue = "created" | "updated" | "reopened" | "closed" | "unchanged" | "newer" | "not-needed";

export interface IssueEnd {
  readonly issue: KeptIssue;
  /** What it says; where it was not written, what it would say. */
  readonly body: string;
}

export interface WantedIssue {
  /** Of a new issue. */
  readonly title: string;
  readonly marker: Marker;
  readonly body: string;
  readonly drift: Drift;
}

/** How often the issues are read: once more after each write of which nobody knows whether it was made. */
const mostLooks = 3;

/**
 * Keeps one issue of the project: opened, brought up to date and closed. A write whose answer was lost is repeated only after
 * looking whether it was made, and an issue that somebody deleted meanwhile is opened as another one. Duplicates are closed.
 * Throws a ForgeFailure.
 */
export async function keepIssue(tracker: IssueTracker, wanted: WantedIssue): Promise<IssueEnd> {
  const { title, marker, body, drift } = wanted;
  for (let look = 1; ; look += 1) {
    const decision = decideIssue(await onlyIssue(tracker, marker), marker, body, drift);
    if (decision.action === "none")
      return { issue: look > 1 && decision.why === "unchanged" ? "created" : decision.why, body };
    try {
      if (decision.action === "update") {
        const { issue, open, body: said } = decision;
        await tracker.update(issue, { body: said, open });
        return { issue: open === issue.open ? "updated" : open ? "reopened" : "closed", body: said };
      }
      await tracker.create({ title, body });
    } catch (error) {
      const passing = decision.action === "create" ? "unknown" : "missing";
      if (!(error instanceof ForgeFailure) || error.kind !== passing || look === mostLooks) throw error;
      continue;
    }
    return { issue: await settleCreated(tracker, wanted), body };
  }
}

/** A pipeline beside this one may have opened an issue as well: the older one stays, with what the later pipeline says. */
async function settleCreated(tracker: IssueTracker, { marker, body, drift }: WantedIssue): Promise<KeptIssue> {
  const decision = decideIssue(await onlyIssue(tracker, marker), marker, body, drift);
  if (decision.action === "update") await tracker.update(decision.issue, { body: decision.body, open: decision.open });
  return decision.action === "none" && decision.why === "newer" ? "newer" : "created";
}

/**
 * The issue that is kept, or undefined if there is none; its duplicates are closed, and say which one it is. What a later
 * pipeline than this one has said in one of them is said in it.
 */
async function onlyIssue(tracker: IssueTracker, marker: Marker): Promise<Issue | undefined> {
  const [kept, ...duplicates] = withKey(await tracker.ownIssues(), marker);
  if (kept === undefined) return undefined;
  const latest = latestText([kept.body, ...duplicates.map(({ body }) => body)]);
  const later = isNewer(latest, marker) ? duplicates.find(({ body }) => body === latest) : undefined;
  if (later !== undefined) await tracker.update(kept, { body: later.body, open: later.open });
  for (const issue of duplicates) {
    if (!issue.open) continue;
    const body = `${markerLine({ ...marker, pipeline: null })}\nThis is a duplicate of #${kept.id}.\n`;
    await tracker.update(issue, { body, open: false }).catch((error: unknown) => {
      // One that stays open is found by the next run.
      if (!(error instanceof ForgeFailure)) throw error;
    });
  }
  return later === undefined ? kept : { ...kept, body: later.body, open: later.open };
}
