import type { Issue } from "./forge.ts";
import { saysSame, withoutQuickActions } from "./note-body.ts";
import { isNewer, type Marker } from "./sticky-note.ts";

/**
 * Whether clusters and hosts differ from what is declared: `some`; `none`; `unknown`: nothing differs in what could be read, but
 * not everything could.
 */
export type Drift = "some" | "none" | "unknown";

/** What is to be done with the issue. */
export type IssueDecision =
  | { readonly action: "create" }
  | { readonly action: "update"; readonly issue: Issue; readonly open: boolean; readonly body: string }
  /** `not-needed`: nothing differs, and no issue says so. */
  | { readonly action: "none"; readonly why: "unchanged" | "newer" | "not-needed" };

/**
 * What becomes of the issue that is kept: it is open while something differs, and closed when all was read and nothing does;
 * where not all was read, it stays open and keeps what it said. An issue that a later pipeline wrote is left alone.
 */
export function decideIssue(issue: Issue | undefined, marker: Marker, text: string, drift: Drift): IssueDecision {
  if (issue === undefined) return drift === "some" ? { action: "create" } : { action: "none", why: "not-needed" };
  if (isNewer(issue.body, marker)) return { action: "none", why: "newer" };
  if (drift !== "some" && !issue.open) return { action: "none", why: "not-needed" };
  const open = drift !== "none";
  const body = drift === "unknown" ? withKnown(text, issue.body) : text;
  if (open === issue.open && saysSame(issue.body, body)) return { action: "none", why: "unchanged" };
  return { action: "update", issue, open, body };
}

/** Stands before what an earlier look has found. */
const knownLine = "**What was found before**, as of the time below:";
/** Characters; GitHub takes 65,536. */
const longestBody = 65_000;

/** What a look says that could not read everything, and below it what is known from the last one that found something. */
function withKnown(text: string, before: string): string {
  const lines = before.replaceAll("\r\n", "\n").trimEnd().split("\n");
  const known = lines
    .slice(1 + Math.max(0, lines.indexOf(knownLine)))
    .join("\n")
    .trim();
  // Somebody may have added to the text, and what this user writes again is done in its name.
  const whole = `${text.trimEnd()}\n\n${knownLine}\n\n${withoutQuickActions(known)}\n`;
  if (whole.length <= longestBody) return whole;
  const cut = whole.slice(0, whole.lastIndexOf("\n", longestBody - 100));
  const isOpen = cut.lastIndexOf("<details>") > cut.lastIndexOf("</details>");
  return `${cut}\n\n${isOpen ? "</details>\n\n" : ""}The rest was cut.\n`;
}
