import type { ChangeOptions } from "../../application/change-inventory.ts";
import type { ProcessVariables } from "../../ports.ts";
import { changeOptions } from "./change-options.ts";
import { oneOf, type RawOptions } from "./raw-options.ts";

export interface RemoveOptions extends ChangeOptions {
  /** Names and ranges of hosts. */
  readonly hosts: readonly string[];
}

export async function removeOptions(
  kind: string,
  hosts: readonly string[],
  raw: RawOptions,
  variables: ProcessVariables,
): Promise<RemoveOptions> {
  oneOf("what is removed", kind, ["host"]);
  return { ...(await changeOptions(raw, variables)), hosts };
}
