import { failed, type Outcome, uncertain } from "../../../execute/outcome.ts";
import type { HostChange } from "../change.ts";
import type { SoughtHost } from "../sighting.ts";
import { unseenProblem } from "../unseen-problem.ts";
import type { Sightings } from "./sightings.ts";

/**
 * How a change that was made on its host ends: as it did once the environment lists the host, and where it has no list.
 * `within` is in milliseconds.
 */
export async function confirmSeen(
  change: HostChange,
  host: SoughtHost,
  outcome: Outcome,
  within: number,
  sightings: Sightings,
): Promise<Outcome> {
  const { cluster, environment } = change;
  const from = change.action === "move" ? String(change.before.environment) : null;
  const sighting = await sightings.waitFor({ cluster, environment, host, from, within });
  if (sighting.status === "seen" || sighting.status === "no-list") return outcome;
  const { code, message } = unseenProblem(sighting, environment);
  const end = sighting.status === "elsewhere" ? failed : uncertain;
  return end(outcome.attempts, code, message);
}
