import type { ChangeOptions } from "../../application/change-inventory.ts";
import type { ProcessVariables } from "../../ports.ts";
import { commonOptions } from "./common-options.ts";
import type { RawOptions } from "./raw-options.ts";

/** Options of the commands that change files of the inventory. */
export async function changeOptions(raw: RawOptions, variables: ProcessVariables): Promise<ChangeOptions> {
  return {
    ...(await commonOptions(raw, variables)),
    dryRun: raw["dryRun"] === true,
    commit: raw["commit"] === true,
  };
}
