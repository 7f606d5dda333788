import type { Remark } from "./estate.ts";

/** What `dtsync import` found and wrote, as its JSON has it. */
export interface ImportReport {
  readonly format: "dtsync-import/1";
  readonly clusters: Readonly<Record<string, ImportedCluster>>;
  /** Templates that ids follow, the one with most environments first. */
  readonly templates: readonly {
    readonly template: string;
    readonly environments: number;
    readonly customers: number;
  }[];
  /** What is new in the inventory. */
  readonly summary: {
    readonly customers: number;
    readonly environments: number;
    readonly groups: number;
    readonly hosts: number;
  };
  readonly files: readonly {
    /** Relative to the inventory folder. */
    readonly path: string;
    readonly action: "create" | "change";
  }[];
  /** Whether the files were written: false with --dry-run. */
  readonly written: boolean;
  /** What a person should look at. */
  readonly remarks: readonly Remark[];
}

export interface ImportedCluster {
  readonly url: string;
  readonly version: string | null;
  readonly requests: number;
  readonly environments: number;
  readonly groups: number;
  /** Why nothing of it was taken over; null: it was read. */
  readonly reason: string | null;
}
