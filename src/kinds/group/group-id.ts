/**
 * The id that a cluster makes of a new group's name: in lower case, without everything but `a` to `z`, digits and dashes.
 * Dynatrace does not document it; this is what was observed. A group that is renamed keeps its id.
 */
export function groupIdOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9-]/g, "");
}
