import type { Suspension } from "../../model/inventory.ts";
import type { SuspendedEntry } from "../schema/file-types.ts";
import { keyPlace, type Positions } from "../yaml/positions.ts";

/** What a map declares of it, or else the level above. */
export function readSuspension(
  declared: { readonly suspended?: SuspendedEntry | null | undefined },
  above: Suspension | null,
  positions: Positions,
): Suspension | null {
  const { suspended } = declared;
  if (suspended === undefined) return above;
  if (suspended?.until === undefined || suspended.reason === undefined) return null;
  const { until, reason } = suspended;
  return { until, reason, place: keyPlace(positions, declared, "suspended").place };
}
