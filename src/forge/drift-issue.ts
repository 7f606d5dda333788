import type { Issue } from "./forge.ts";
import { saysSame } from "./note-body.ts";
import { isNewer, type Marker } from "./sticky-note.ts";

/**
 * Whether clusters and hosts differ from what is declared: `some`; `none`; `unknown`: nothing differs in what could be read, but
 * not everything could.
 */
export type Drift = "some" | "none" | "unknown";

/** What is to be done with the issue. */
export type IssueDecision =
  | { readonly action: "create" }
  | { readonly action: "update"; readonly issue: Issue; readonly open: boolean }
  /** `not-needed`: nothing differs, and no issue says so. */
  | { readonly action: "none"; readonly why: "unchanged" | "newer" | "not-needed" };

/**
 * What becomes of the issue that is kept: it is open while something differs, and closed when all was read and nothing does;
 * where not all was read, it stays as it is. An issue that a later pipeline wrote is left alone.
 */
export function decideIssue(issue: Issue | undefined, marker: Marker, body: string, drift: Drift): IssueDecision {
  if (issue === undefined) return drift === "some" ? { action: "create" } : { action: "none", why: "not-needed" };
  if (isNewer(issue.body, marker)) return { action: "none", why: "newer" };
  if (drift !== "some" && !issue.open) return { action: "none", why: "not-needed" };
  const open = drift !== "none";
  if (open === issue.open && saysSame(issue.body, body)) return { action: "none", why: "unchanged" };
  return { action: "update", issue, open };
}
