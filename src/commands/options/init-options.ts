import { usualInventory } from "../../application/find-inventory.ts";
import type { CommonOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { commonOptions } from "./common-options.ts";
import type { RawOptions } from "./raw-options.ts";

/** A new inventory is made here: none that is further up is looked for. */
export const initOptions = (raw: RawOptions, variables: ProcessVariables): Promise<CommonOptions> =>
  commonOptions({ inventory: variables["DTSYNC_INVENTORY"] || usualInventory, ...raw }, variables);
