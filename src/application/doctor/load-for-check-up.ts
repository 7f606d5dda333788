import type { LoadResult } from "../../load/load-inventory.ts";
import type { Cluster } from "../../model/inventory.ts";
import type { Context } from "../context.ts";
import { loadDeclared } from "../load-declared.ts";
import type { CommonOptions } from "../options.ts";

export interface LoadedForCheckUp extends LoadResult {
  /** Of an invalid inventory, too, as long as its dtsync.yaml is in order by itself. */
  readonly clusters: readonly Cluster[];
}

/** Loads the inventory, and of an invalid one what clusters can be looked at with. */
export async function loadForCheckUp(options: CommonOptions, context: Context): Promise<LoadedForCheckUp> {
  let clusters: readonly Cluster[] = [];
  const loaded = await loadDeclared(options, context, {
    always: true,
    onClusters: (declared) => {
      clusters = declared;
    },
    onEnvironments: () => undefined,
  });
  return { ...loaded, clusters };
}
