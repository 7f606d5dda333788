import type { Place } from "../../model/diagnostic.ts";
import type { Host } from "../../model/inventory.ts";
import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import type { FilesBelow } from "../files/files-below.ts";
import type { HostEntry } from "../schema/file-types.ts";
import type { Levels } from "../settings/levels.ts";
import type { LevelNotes, SettingsContext } from "../settings/settings-context.ts";
import type { Positions } from "../yaml/positions.ts";
import type { FolderFinding } from "./ansible-variable-folders.ts";
import type { HostList } from "./host-list.ts";

/** What resolving hosts needs from outside. */
export interface HostsContext extends SettingsContext {
  /** Reads a host list; `path` is absolute and inside of the inventory. What is wrong with its text is reported once. */
  readText(path: string): CheckedText;
  /** Lists that were read, by format and path: one may serve many environments. */
  readonly hostLists: Map<string, HostList>;
  /** The files of variables below a folder, whose path is absolute as theirs. */
  filesBelow(path: string): FilesBelow;
  /** What was found in folders of variables, by their paths; null: nothing. */
  readonly variableFindings: Map<string, FolderFinding | null>;
  /** Hosts that may be made in all, so that ranges cannot fill the memory. */
  readonly mostHosts: number;
  /** Those of them that may still be made. */
  hostsLeft: number;
  readonly notes?: HostNotes;
}

/** A file, read and checked as text. The diagnostic is null when it is reported already, at its place in the file. */
export type CheckedText = { readonly positions: Positions } | { readonly diagnostic: DiagnosticText | null };

/** What hosts were made of. */
export interface HostNotes extends LevelNotes {
  readonly hosts: Map<Host, HostNote>;
}

interface HostNote {
  readonly levels: Levels;
  /** The map that declares the host, if there is one. */
  readonly item: HostEntry | null;
  readonly place: Place;
}
