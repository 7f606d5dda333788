import type { AskOptions } from "../../application/ask-fleet.ts";
import type { ProcessVariables } from "../../ports.ts";
import { fleetOptions } from "./fleet-options.ts";
import { type RawOptions, textOrNull } from "./raw-options.ts";

export interface ApiOptions extends AskOptions {
  /** The path and query that is asked for, as it was given. */
  readonly path: string;
  /** The scope of the tokens; null: that which the path is known to need. */
  readonly tokenScope: string | null;
  /** What an earlier run has written; null: nothing. */
  readonly resume: string | null;
}

export async function apiOptions(path: string, raw: RawOptions, variables: ProcessVariables): Promise<ApiOptions> {
  return {
    ...(await fleetOptions(raw, variables)),
    path,
    tokenScope: textOrNull(raw["scope"]),
    resume: textOrNull(raw["resume"]),
  };
}
