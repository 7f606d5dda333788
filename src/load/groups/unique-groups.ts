import type { Fault, FaultList, Origin } from "../diagnostics/fault-list.ts";
import { showText } from "../diagnostics/show-text.ts";
import { type Positions, valueOrigin } from "../yaml/positions.ts";
import type { MadeGroup } from "./expand-groups.ts";

/**
 * Groups with a name that none before them has on their cluster, without regard to case. Reports names that are there
 * twice, names that the cluster makes one id of, and former names that are in use.
 */
export function uniqueGroups(made: readonly MadeGroup[], faults: FaultList): readonly MadeGroup[] {
  const report = createPairReport(faults);
  const byName = new Map<string, MadeGroup>();
  const byId = new Map<string, MadeGroup>();
  const unique = made.filter((item) => {
    const { cluster, name } = item.group;
    const sameName = byName.get(nameKey(cluster, name));
    if (sameName) {
      report(item, sameName, null, duplicateFault(item, sameName));
      return false;
    }
    byName.set(nameKey(cluster, name), item);
    const sameId = byId.get(`${cluster} ${groupId(name)}`);
    if (sameId) report(item, sameId, null, idFault(item, sameId));
    else byId.set(`${cluster} ${groupId(name)}`, item);
    return true;
  });
  const formerNames = new Map<string, MadeGroup>();
  for (const item of unique) {
    for (const [index, name] of item.group.previously.entries()) {
      const key = nameKey(item.group.cluster, name);
      const user = byName.get(key) ?? formerNames.get(key);
      if (user && user !== item) report(item, user, index, formerFault(name, user));
      formerNames.set(key, item);
    }
  }
  return unique;
}

const nameKey = (cluster: string, name: string): string => `${cluster} ${name.toLowerCase()}`;

/** The id that a cluster makes of a group's name, as far as it could be observed: letters, digits and dashes remain. */
function groupId(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}-]/gu, "");
}

/** Two templates can clash for every customer; one report says it. */
function createPairReport(faults: FaultList) {
  const reported = new Map<Positions, Set<string>>();
  return (item: MadeGroup, other: MadeGroup, formerName: number | null, fault: Fault): void => {
    const { entry, positions } = item.template.declaration;
    const { place } = other.template.declaration.origin;
    const origin = formerName === null ? valueOrigin(positions, entry, "name") : formerOrigin(item, formerName);
    const pair = JSON.stringify([fault.rule, origin.place, place]);
    const known = reported.get(positions) ?? new Set();
    reported.set(positions, known);
    if (known.has(pair)) return;
    known.add(pair);
    faults.error(origin, fault);
  };
}

/** Where a former name stands, by its place among those that are not faulty. */
function formerOrigin({ template }: MadeGroup, index: number): Origin {
  const { entry, positions } = template.declaration;
  const list = entry.previously;
  if (typeof list === "string" || !list) return valueOrigin(positions, entry, "previously");
  const usable = [...list.keys()].filter((position) => list[position] !== undefined);
  return valueOrigin(positions, list, usable[index] ?? 0);
}

const placeOf = ({ group }: MadeGroup): string => `${group.place.file}:${group.place.line}`;

const duplicateFault = ({ group }: MadeGroup, other: MadeGroup): Fault => ({
  rule: "duplicate-group",
  message: `the group ${showText(group.name)} is declared for ${group.cluster} in ${placeOf(other)} too`,
  hint: "Names are unique on a cluster, without regard to case: rename one, or put both into one declaration.",
});

const idFault = ({ group }: MadeGroup, other: MadeGroup): Fault => ({
  rule: "group-id-clash",
  message: `a cluster makes one id of ${showText(group.name)} and ${showText(other.group.name)} (${placeOf(other)})`,
  hint: "Let the names differ by more than case, blanks and special characters.",
});

const formerFault = (name: string, other: MadeGroup): Fault => ({
  rule: "former-name-in-use",
  message: `the former name ${showText(name)} belongs to the group of ${placeOf(other)}`,
  hint: "Take it out of previously, or rename the other group.",
});
