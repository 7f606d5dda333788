import { type Drift, decideIssue } from "./drift-issue.ts";
import type { IssueTracker } from "./forge.ts";
import { ForgeFailure } from "./forge-failure.ts";
import type { Marker } from "./sticky-note.ts";

/** What became of an issue. `newer`: a later pipeline wrote it, and it was left as it is. `not-needed`: nothing is open, or has to be. */
export type KeptIssue = "created" | "updated" | "reopened" | "closed" | "unchanged" | "newer" | "not-needed";

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
 * looking whether it was made, and an issue that somebody deleted meanwhile is opened as another one. Throws a ForgeFailure.
 */
export async function keepIssue(
  tracker: IssueTracker,
  { title, marker, body, drift }: WantedIssue,
): Promise<KeptIssue> {
  for (let look = 1; ; look += 1) {
    const decision = decideIssue(await tracker.ownIssues(), marker, body, drift);
    if (decision.action === "none") return look > 1 && decision.why === "unchanged" ? "created" : decision.why;
    try {
      if (decision.action === "create") {
        await tracker.create({ title, body });
        return "created";
      }
      const { issue, open } = decision;
      await tracker.update(issue, { body, open });
      if (open === issue.open) return "updated";
      return open ? "reopened" : "closed";
    } catch (error) {
      const passing = decision.action === "create" ? "unknown" : "missing";
      if (!(error instanceof ForgeFailure) || error.kind !== passing || look === mostLooks) throw error;
    }
  }
}
