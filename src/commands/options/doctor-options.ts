import type { FleetOptions } from "../../application/options.ts";
import type { ProcessVariables } from "../../ports.ts";
import { fleetOptions } from "./fleet-options.ts";
import { type RawOptions, textOrNull } from "./raw-options.ts";

export interface DoctorOptions extends FleetOptions {
  /** Id of an environment that a probe makes and removes; null: everything is checked, and nothing made. */
  readonly probe: string | null;
}

export const doctorOptions = async (raw: RawOptions, variables: ProcessVariables): Promise<DoctorOptions> => ({
  ...(await fleetOptions(raw, variables)),
  probe: textOrNull(raw["probe"]),
});
