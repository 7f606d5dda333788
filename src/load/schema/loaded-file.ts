import type { PathBase } from "../files/setting-paths.ts";
import type { Positions } from "../yaml/positions.ts";

/** One file of the inventory, invalid parts taken out, ready to be resolved. */
export interface LoadedFile<Entry> {
  readonly path: string;
  readonly entry: Entry;
  readonly positions: Positions;
  readonly base: PathBase;
}
