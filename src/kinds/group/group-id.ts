import { groupNameKey } from "./group-names.ts";

/**
 * The id that a cluster makes of a new group's name: in lower case, without everything but `a` to `z`, digits and dashes.
 * Dynatrace does not document it; this is what was observed. A group that is renamed keeps its id. Empty where nothing of
 * the name is left: what id a cluster gives then is not known.
 */
export function groupIdOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9-]/g, "");
}

/** Equal for names that a cluster makes one id of. A name whose id is not known shares it with none but itself. */
export const groupIdKey = (name: string): string => groupIdOf(name) || groupNameKey(name);
