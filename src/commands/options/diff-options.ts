import type { CommonOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { commonOptions } from "./common-options.ts";
import type { RawOptions } from "./raw-options.ts";

export interface DiffOptions extends CommonOptions {
  /** `BASE`, `BASE..HEAD` or `BASE...HEAD`; null: from the default base. */
  readonly revisions: string | null;
  /** Text shows everything by itself. */
  readonly full: boolean;
}

export async function diffOptions(
  revisions: string | undefined,
  raw: RawOptions,
  variables: ProcessVariables,
): Promise<DiffOptions> {
  return { ...(await commonOptions(raw, variables)), revisions: revisions ?? null, full: raw["full"] === true };
}
