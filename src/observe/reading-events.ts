/** A cluster or host that is read, by name. */
export interface ReadItem {
  readonly kind: "cluster" | "host";
  readonly name: string;
}

/** What happens while things are read, for those who follow it. */
export interface ReadingEvents {
  started(item: ReadItem): void;
  /** Nothing is done for it for now; it is started once more. */
  waits(item: ReadItem): void;
  /** `problem`: why it, or a part of it, could not be read; null: all of it was. */
  ended(item: ReadItem, problem: string | null): void;
}
