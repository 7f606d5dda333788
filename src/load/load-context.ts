import type { Budget } from "./diagnostics/budget.ts";
import type { Fault, FaultList } from "./diagnostics/fault-list.ts";
import type { SuggestionHint } from "./diagnostics/suggest.ts";
import type { LoadTrace } from "./explain/load-trace.ts";
import type { PathBase } from "./files/setting-paths.ts";
import type { HostList } from "./hosts/host-list.ts";
import type { Positions } from "./yaml/positions.ts";

/** A file, read and checked as text. The fault is null when it is reported already, at its place in the file. */
export type CheckedText = { readonly positions: Positions } | { readonly fault: Fault | null };

/** What resolving an inventory needs from outside. */
export interface LoadContext {
  readonly faults: FaultList;
  readonly budget: Budget;
  /** What was probably meant by a name that is not known. */
  readonly suggest: SuggestionHint;
  /** Absolute path of the root certificate that counts where none is declared, or null. */
  readonly rootCertificate: string | null;
  /** Reads a host list; `path` is absolute and inside of the inventory. Faults of its text are reported once. */
  readText(path: string): CheckedText;
  /** Lists that were read, by format and path: one may serve many environments. */
  readonly hostLists: Map<string, HostList>;
  /** Why a file that the inventory names cannot be used, or null. */
  checkFile(path: string): Fault | null;
  /** Hosts that may be made in all, so that ranges cannot fill the memory. */
  readonly mostHosts: number;
  /** Those of them that may still be made. */
  hostsLeft: number;
  /** Left out where nobody asks where values come from. */
  readonly trace?: LoadTrace;
}

/** One file of the inventory, faulty parts taken out, ready to be resolved. */
export interface LoadedFile<Entry> {
  readonly path: string;
  readonly entry: Entry;
  readonly positions: Positions;
  readonly base: PathBase;
}
