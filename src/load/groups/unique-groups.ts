import { groupIdKey } from "../../kinds/group/group-id.ts";
import { groupNameKey } from "../../kinds/group/group-names.ts";
import type { Diagnostics, DiagnosticText, ValuePlace } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { type Positions, valuePlace } from "../yaml/positions.ts";
import type { MadeGroup } from "./expand-groups.ts";

/**
 * Groups with a name that none before them has on their cluster, without regard to case. Reports duplicate
 * names, names that the cluster makes one id of, and former names that are in use.
 */
export function uniqueGroups(made: readonly MadeGroup[], diagnostics: Diagnostics): readonly MadeGroup[] {
  const report = createPairReport(diagnostics);
  const byName = new Map<string, MadeGroup>();
  const byId = new Map<string, MadeGroup>();
  const unique = made.filter((item) => {
    const { cluster, name } = item.group;
    const sameName = byName.get(nameKey(cluster, name));
    if (sameName) {
      report(item, sameName, null, duplicateDiagnostic(item, sameName));
      return false;
    }
    byName.set(nameKey(cluster, name), item);
    const sameId = byId.get(idKey(cluster, name));
    if (sameId) report(item, sameId, null, idDiagnostic(name, sameId));
    else byId.set(idKey(cluster, name), item);
    return true;
  });
  const formerNames = new Map<string, MadeGroup>();
  for (const item of unique) {
    for (const [index, name] of item.group.previously.entries()) {
      const { cluster } = item.group;
      const key = nameKey(cluster, name);
      const user = byName.get(key) ?? formerNames.get(key);
      // A group keeps the id of its former name, so that nothing else can be made under it.
      const sameId = byId.get(idKey(cluster, name));
      if (user && user !== item) report(item, user, index, formerDiagnostic(name, user));
      else if (!user && sameId && sameId !== item) report(item, sameId, index, idDiagnostic(name, sameId));
      formerNames.set(key, item);
    }
  }
  return unique;
}

const nameKey = (cluster: string, name: string): string => `${cluster} ${groupNameKey(name)}`;

const idKey = (cluster: string, name: string): string => `${cluster} ${groupIdKey(name)}`;

/** Two templates can clash for every customer; one report is enough. */
function createPairReport(diagnostics: Diagnostics) {
  const reported = new Map<Positions, Set<string>>();
  return (item: MadeGroup, other: MadeGroup, formerName: number | null, diagnostic: DiagnosticText): void => {
    const { entry, positions } = item.template.declaration;
    const { place } = other.template.declaration.where;
    const where = formerName === null ? valuePlace(positions, entry, "name") : formerNamePlace(item, formerName);
    const pair = JSON.stringify([diagnostic.rule, where.place, place]);
    const known = reported.get(positions) ?? new Set();
    reported.set(positions, known);
    if (known.has(pair)) return;
    known.add(pair);
    diagnostics.error(where, diagnostic);
  };
}

/** Where a former name stands, by its place among the valid ones. */
function formerNamePlace({ template }: MadeGroup, index: number): ValuePlace {
  const { entry, positions } = template.declaration;
  const list = entry.previously;
  if (typeof list === "string" || !list) return valuePlace(positions, entry, "previously");
  const usable = [...list.keys()].filter((position) => list[position] !== undefined);
  return valuePlace(positions, list, usable[index] ?? 0);
}

const placeOf = ({ group }: MadeGroup): string => `${group.place.file}:${group.place.line}`;

const duplicateDiagnostic = ({ group }: MadeGroup, other: MadeGroup): DiagnosticText => ({
  rule: "duplicate-group",
  message: `the group ${showText(group.name)} is declared for ${group.cluster} in ${placeOf(other)} too`,
  hint: "Names are unique on a cluster, without regard to case: rename one, or put both into one declaration.",
});

const idDiagnostic = (name: string, other: MadeGroup): DiagnosticText => ({
  rule: "group-id-clash",
  message: `a cluster makes one id of ${showText(name)} and ${showText(other.group.name)} (${placeOf(other)})`,
  hint: "An id keeps the letters a to z, digits and dashes of a name, and nothing else: let the names differ in these.",
});

const formerDiagnostic = (name: string, other: MadeGroup): DiagnosticText => ({
  rule: "former-name-in-use",
  message: `the former name ${showText(name)} belongs to the group of ${placeOf(other)}`,
  hint: "Take it out of previously, or rename the other group.",
});
