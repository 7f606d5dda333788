import type { Value } from "../lib/json.ts";
import type { ChangeKind, Columns, DeclaredChange } from "./change.ts";

/** An item, or the rights of a group, that the earlier revision declares and the later one no longer does. */
export type Undeclared = Columns[ChangeKind] & {
  /** As in a change. */
  readonly id: string;
  readonly cluster: string;
  /** What that means, and what to write instead. */
  readonly note: string;
  /** Where the earlier revision declares it. */
  readonly source: { readonly file: string; readonly line: number };
};

/** A setting of dtsync itself that a plan never has as a change: how to connect, how to roll out, what is guarded. */
export interface SettingChange {
  /** `cluster/NAME`, `customer/ID`, `safety`, `environment/ID`, `host/NAME`. */
  readonly subject: string;
  /** For example `ssh.user`. */
  readonly field: string;
  /** Null: not declared. */
  readonly before: Value;
  readonly after: Value;
}

/** A customer whose id changed while the rest of it stayed, by all that can be told. */
export interface RenamedCustomer {
  readonly before: string;
  readonly after: string;
  /** Those whose ids changed with it. */
  readonly environments: readonly { readonly key: string; readonly before: string; readonly after: string }[];
  /** Where the later revision declares it. */
  readonly source: { readonly file: string; readonly line: number };
}

/** What two revisions of an inventory declare differently. `before` and `after` of changes are declared values. */
export interface Difference {
  readonly changes: readonly DeclaredChange[];
  readonly unmanaged: readonly Undeclared[];
  readonly settings: readonly SettingChange[];
  readonly renamedCustomers: readonly RenamedCustomer[];
  readonly warnings: readonly string[];
}

/** One side of a difference. */
export interface Side {
  /** As it was asked for, or in words; null: the work tree. */
  readonly revision: string | null;
  readonly commit: string | null;
}

export interface DifferenceReport extends Difference {
  readonly format: "dtsync-diff/1";
  readonly base: Side;
  readonly head: Side;
  readonly summary: {
    readonly create: number;
    readonly update: number;
    readonly remove: number;
    readonly deploy: number;
    readonly unmanaged: number;
    readonly settings: number;
  };
}
