import { type Marker, markerLine, readMarker } from "./sticky-note.ts";

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
  const report = withoutQuickActions(markdown.trim());
  return `${[markerLine(marker), report, ...(parts.length === 0 ? [] : ["", `<sub>${parts.join(" · ")}</sub>`])].join("\n")}\n`;
}

export const withoutQuickActions = (text: string): string => text.replace(/^(\s*)\//gm, "$1\\/");

/** Where the job is, in the last line of a note. */
const jobLink = /(\n<sub>)\[Job and artifacts\]\(<[^>\n]*>\)(?=[^\n]*<\/sub>$)/;

/**
 * Whether a text that a forge keeps says what another one says, whichever pipeline and job wrote it. Forges may change ends of
 * lines and cut off blank ones.
 */
export function saysSame(kept: string, wanted: string): boolean {
  const said = (body: string) => {
    const text = body.replaceAll("\r\n", "\n").trimEnd();
    const marker = readMarker(text);
    if (marker === null) return text;
    return `${markerLine({ ...marker, pipeline: null })}${text.slice(text.indexOf("\n")).replace(jobLink, "$1")}`;
  };
  return said(kept) === said(wanted);
}
