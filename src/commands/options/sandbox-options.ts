import type { SandboxSettings } from "../../application/sandbox-run.ts";
import type { ProcessVariables } from "../../ports.ts";
import { commonOptions } from "./common-options.ts";
import { type RawOptions, textOrNull } from "./raw-options.ts";

export interface SandboxOptions extends SandboxSettings {
  /** A program with its parameters that is run against the sandbox; empty: it is served until it is interrupted. */
  readonly command: readonly string[];
}

export async function sandboxOptions(
  command: readonly string[],
  raw: RawOptions,
  variables: ProcessVariables,
): Promise<SandboxOptions> {
  return {
    ...(await commonOptions(raw, variables)),
    state: textOrNull(raw["state"]),
    seed: textOrNull(raw["seed"]),
    command,
  };
}
