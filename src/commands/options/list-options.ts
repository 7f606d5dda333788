import type { FleetOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { type ListedKind, listedKinds } from "../../report/listing.ts";
import { fleetOptions } from "./fleet-options.ts";
import { oneOf, type RawOptions } from "./raw-options.ts";

export interface ListOptions extends FleetOptions {
  /** What is listed. */
  readonly kind: ListedKind;
}

export async function listOptions(kind: string, raw: RawOptions, variables: ProcessVariables): Promise<ListOptions> {
  return { ...(await fleetOptions(raw, variables)), kind: oneOf("what is listed", kind, listedKinds) };
}
