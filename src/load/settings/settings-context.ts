import type { DiagnosticText } from "../diagnostics/diagnostics.ts";
import type { Reporting } from "../diagnostics/reporting.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import type { ValuePath } from "../yaml/value-path.ts";
import type { LevelEntries, Levels, Section } from "./levels.ts";
import type { MergeDecision } from "./merge-settings.ts";

/** What resolving settings needs from outside. */
export interface SettingsContext extends Reporting {
  /** Absolute path of the root certificate that counts where none is declared, or null. */
  readonly rootCertificate: string | null;
  /** Why a file that the inventory names cannot be used, or null. */
  checkFile(path: string): DiagnosticText | null;
  /** Left out where it is not asked where values come from. */
  readonly notes?: LevelNotes;
}

/** How every level of settings was made. */
export interface LevelNotes {
  readonly levels: Map<Levels, LevelNote>;
}

export interface LevelNote {
  readonly above: Levels;
  /** What the merge with the level above decided. */
  readonly decisions: LevelDecisions;
  /** As the file has them, which is what positions are known of. */
  readonly declared: LevelEntries;
  /** Leads to it in the file. */
  readonly root: ValuePath;
  readonly file: LoadedFile<unknown>;
}

/** By section, in the order in which they were made; sections in which nothing was declared are left out. */
export type LevelDecisions = ReadonlyMap<Section, readonly MergeDecision[]>;
