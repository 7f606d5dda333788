import { rulesOf } from "../kinds/kinds.ts";
import { equalData, jsonPointer } from "../lib/json.ts";
import type { Change } from "../model/change.ts";
import type { Plan } from "../model/plan.ts";
import type { PlanFault } from "../model/plan-fault.ts";

/**
 * What every plan fulfils besides its schema: ids are unique and say what their change is about, `fields` names what a
 * change holds, and nothing depends on itself. A change may depend on one that the plan does not have: it was left out.
 */
export function planRuleFaults({ changes }: Pick<Plan, "changes">): readonly PlanFault[] {
  const ids = idFaults(changes);
  return [...ids, ...fieldFaults(changes), ...(ids.length > 0 ? [] : circleFaults(changes))];
}

function idFaults(changes: readonly Change[]): readonly PlanFault[] {
  const places = new Map<string, number>();
  return changes.flatMap((change, index) => {
    const pointer = jsonPointer(["changes", index, "id"]);
    const own = rulesOf(change).idOf(change);
    if (own !== change.id) return [{ pointer, message: `must be ${own}, as its other members say` }];
    const first = places.get(own);
    if (first !== undefined) return [{ pointer, message: `must be unique, and /changes/${first} has it too` }];
    places.set(own, index);
    return [];
  });
}

function fieldFaults(changes: readonly Change[]): readonly PlanFault[] {
  return changes.flatMap((change, index) => {
    const held = rulesOf(change).heldFields(change);
    const same = held.every((fields) => equalData([...fields].sort(), [...change.fields].sort()));
    const message = "must name exactly the fields that before and after hold";
    return same ? [] : [{ pointer: jsonPointer(["changes", index, "fields"]), message }];
  });
}

/** Takes away what depends on nothing that is left, again and again: what remains is in a circle, or depends on one. */
function circleFaults(changes: readonly Change[]): readonly PlanFault[] {
  const waiting = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  const ids = new Set(changes.map(({ id }) => id));
  for (const { id, dependsOn } of changes) {
    const known = [...new Set(dependsOn)].filter((dependency) => ids.has(dependency));
    waiting.set(id, known.length);
    for (const dependency of known) {
      const list = dependents.get(dependency);
      if (list) list.push(id);
      else dependents.set(dependency, [id]);
    }
  }
  const free = changes.filter(({ id }) => waiting.get(id) === 0).map(({ id }) => id);
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    waiting.delete(id);
    for (const dependent of dependents.get(id) ?? []) {
      const left = (waiting.get(dependent) ?? 0) - 1;
      waiting.set(dependent, left);
      if (left === 0) free.push(dependent);
    }
  }
  return changes.flatMap(({ id }, index) =>
    waiting.has(id)
      ? [
          {
            pointer: jsonPointer(["changes", index, "dependsOn"]),
            message: "must not lead back to the change itself, nor to changes that depend on each other",
          },
        ]
      : [],
  );
}
