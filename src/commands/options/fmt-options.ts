import type { CommonOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { commonOptions } from "./common-options.ts";
import type { RawOptions } from "./raw-options.ts";

export interface FmtOptions extends CommonOptions {
  /** Nothing is written. */
  readonly check: boolean;
}

export async function fmtOptions(raw: RawOptions, variables: ProcessVariables): Promise<FmtOptions> {
  return { ...(await commonOptions(raw, variables)), check: raw["check"] === true };
}
