import type { CommonOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { commonOptions } from "./common-options.ts";
import type { RawOptions } from "./raw-options.ts";

export interface ExplainOptions extends CommonOptions {
  /** An id as in a plan, or a name. */
  readonly item: string;
}

export async function explainOptions(
  item: string,
  raw: RawOptions,
  variables: ProcessVariables,
): Promise<ExplainOptions> {
  return { ...(await commonOptions(raw, variables)), item };
}
