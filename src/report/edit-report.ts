import type { LineChange } from "../lib/line-changes.ts";
import { count, type Paint, printableLine } from "../lib/printable.ts";
import type { Diagnostic } from "../model/diagnostic.ts";

/** What a command changed in the files of an inventory, or would change. */
export interface EditReport {
  readonly dryRun: boolean;
  readonly files: readonly {
    /** Relative to the inventory folder. */
    readonly path: string;
    readonly created: boolean;
    readonly changes: readonly LineChange[];
  }[];
  /** Hash; null: no commit was made. */
  readonly commit: string | null;
  /** What a person should know of it besides the lines. */
  readonly notes: readonly string[];
  readonly warnings: readonly Diagnostic[];
}

/** The document of `--format json`. */
export const editDocument = (report: EditReport) => ({ format: "dtsync-edit/1", ...report });

/** The lines that went and came, by file and place. */
export function renderEditText({ files }: Pick<EditReport, "files">, paint: Paint): string {
  return files
    .flatMap(({ path, created, changes }) =>
      changes.flatMap(({ line, removed, added }) => [
        paint("bold", `${printableLine(path)}:${line}${created ? " (new)" : ""}`),
        ...removed.map((text) => paint("red", `  - ${printableLine(text)}`)),
        ...added.map((text) => paint("green", `  + ${printableLine(text)}`)),
      ]),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** What there is to know of it, and a line that says what became of it. */
export const renderEditSummary = (report: EditReport): string =>
  [...report.notes, outcomeOf(report)].map((text) => `${printableLine(text)}\n`).join("");

function outcomeOf({ files, commit, dryRun }: EditReport): string {
  if (files.length === 0) return "Nothing to do: the inventory says so already.";
  const changed = count(files.length, "file");
  if (dryRun) return `${changed} would change; nothing was written.`;
  return commit === null ? `${changed} changed.` : `${changed} changed, commit ${commit.slice(0, 12)}.`;
}
