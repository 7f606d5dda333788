import { type Marker, markerLine } from "./sticky-note.ts";

/** Where a reader finds more. */
export interface NoteOrigin {
  /** Of the job or run, and of its artifacts; null: it is not known. */
  readonly job: string | null;
  /** Null: it is not known. */
  readonly commit: string | null;
}

/**
 * The text of a note: marker, report, and where the rest is. No line of it begins with a slash, whatever the report says:
 * GitLab would take it for a quick action.
 */
export function noteBody(marker: Marker, markdown: string, { job, commit }: NoteOrigin): string {
  const parts = [
    ...(job === null ? [] : [`[Job and artifacts](<${job}>)`]),
    ...(commit === null ? [] : [`commit ${commit.slice(0, 12)}`]),
  ];
  const report = markdown.trim().replace(/^(\s*)\//gm, "$1\\/");
  return `${[markerLine(marker), report, ...(parts.length === 0 ? [] : ["", `<sub>${parts.join(" · ")}</sub>`])].join("\n")}\n`;
}
