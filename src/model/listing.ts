/** Where the inventory declares an item. */
interface Declared {
  readonly source: { readonly file: string; readonly line: number };
}

/** A count is of what is to be there: absent items are left out. */
export interface ListedEnvironment extends Declared {
  readonly id: string;
  /** The declared display name, or the one that it is created with. */
  readonly name: string;
  readonly customer: string;
  readonly stage: string;
  readonly cluster: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: "enabled" | "disabled" | "absent";
  /** Nothing of it is changed through the UTC day `until`, YYYY-MM-DD; null: it may be. */
  readonly suspended: { readonly until: string; readonly reason: string } | null;
  readonly hosts: number;
}

export interface ListedGroup extends Declared {
  readonly name: string;
  readonly cluster: string;
  /** Null: it serves several customers. */
  readonly customer: string | null;
  readonly state: "present" | "absent";
  /** On how many it has rights; null: its rights are not declared. */
  readonly environments: number | null;
}

export interface ListedHost extends Declared {
  readonly name: string;
  /** Where to connect when it is not the name. */
  readonly address: string | null;
  readonly environment: string;
  readonly customer: string;
  readonly cluster: string;
  readonly state: "present" | "absent";
}

export interface ListedCustomer extends Declared {
  readonly id: string;
  readonly name: string;
  readonly environments: number;
  readonly hosts: number;
}

export interface ListedItems {
  readonly environments: ListedEnvironment;
  readonly groups: ListedGroup;
  readonly hosts: ListedHost;
  readonly customers: ListedCustomer;
}

export type ListedKind = keyof ListedItems;

/** What is declared of one kind. */
export type Listing = {
  readonly [K in ListedKind]: { readonly kind: K; readonly items: readonly ListedItems[K][] };
}[ListedKind];
