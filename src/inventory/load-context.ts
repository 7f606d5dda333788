import type { AnsibleInventory } from "./ansible-inventory.ts";
import type { Fault, FaultList } from "./fault-list.ts";
import type { LoadTrace } from "./load-trace.ts";
import type { Positions } from "./positions.ts";
import type { PathBase } from "./setting-paths.ts";

/** A file, read and checked as text. The fault is null when it is reported already, at its place in the file. */
export type CheckedText = { readonly positions: Positions } | { readonly fault: Fault | null };

/** What resolving an inventory needs from outside. */
export interface LoadContext {
  readonly faults: FaultList;
  /** Absolute path of the root certificate that counts where none is declared, or null. */
  readonly rootCertificate: string | null;
  /** Reads a host list; `path` is absolute and inside of the inventory. Faults of its text are reported once. */
  readText(path: string): CheckedText;
  /** Ansible inventories by the positions of their file: one file may serve many environments. */
  readonly ansibleInventories: WeakMap<Positions, AnsibleInventory>;
  /** Why a file that the inventory names cannot be used, or null. */
  checkFile(path: string): Fault | null;
  /** Hosts that may still be made, so that ranges cannot fill the memory. */
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
