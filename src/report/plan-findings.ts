import { environmentChangeId } from "../kinds/environment/change.ts";
import { groupChangeId } from "../kinds/group/change.ts";
import { hostChangeId } from "../kinds/host/change.ts";
import { inventoryStart, type Place } from "../model/diagnostic.ts";
import type { Host, Inventory } from "../model/inventory.ts";
import type { Guard, Plan } from "../model/plan.ts";
import type { ChangeResult } from "../model/result.ts";
import { type Finding, withoutLines } from "./findings.ts";
import { rules } from "./rules.ts";

/** What says where the items of a plan are declared. */
export interface Declarations {
  readonly inventory: Inventory;
  /** Those of host commands too. */
  readonly hosts: readonly Host[];
}

type Line = Pick<Place, "file" | "line">;

/**
 * What a reviewer must not miss in a plan, and what failed of it where it was carried out, each at the place of the change or
 * declaration that it is about.
 */
export function planFindings(
  plan: Plan,
  declarations: Declarations,
  results: readonly ChangeResult[] = [],
): readonly Finding[] {
  const placeOf = createPlaces(plan, declarations);
  const finding = (rule: string, subject: string, place: Line, message: string): Finding => ({
    rule,
    weight: rules[rule]?.weight ?? "major",
    message,
    hint: null,
    file: place.file,
    line: place.line,
    column: null,
    subject,
  });
  return [
    ...results.flatMap(({ id, status, error }) =>
      status === "failed" || status === "uncertain"
        ? [
            finding(
              "change-failed",
              id,
              placeOf(id),
              `${id} ${status === "failed" ? "failed" : "is uncertain"}: ${error?.message ?? status}`,
            ),
          ]
        : [],
    ),
    ...plan.guards.flatMap((guard) =>
      guard.items.map((item) =>
        finding(guardRule(guard), item, placeOf(item), `${item} is stopped by a guard: ${describeGuard(guard)}`),
      ),
    ),
    ...plan.held.map(({ scope, reason, items }) => {
      const what = items === 1 ? `${scope} is held` : `${scope} is held with ${items} items`;
      return finding("held", withoutLines(scope), placeOf(scope), `${what}: ${reason}`);
    }),
    ...plan.warnings.map((warning) => {
      const [named = ""] = /^[^\s]+?(?=:?(?:\s|$))/.exec(warning) ?? [];
      return finding("plan-warning", warning.replace(/\d+/g, "N"), placeOf(named), warning);
    }),
  ];
}

/** `maxRemovals` is `guard-max-removals`. */
const guardRule = ({ guard }: Guard): string =>
  `guard-${guard.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function describeGuard({ guard, actual, limit, override }: Guard): string {
  if (guard !== "maxRemovals" && guard !== "maxUpdates") return guard;
  return `${guard} is ${limit}, and the plan has ${actual}${override === null ? "" : ` (to go on: ${override})`}`;
}

/** Places by the ids of changes, the scopes of what is held, ids of environments and names of clusters. */
function createPlaces(plan: Plan, { inventory, hosts }: Declarations): (id: string) => Line {
  const places = new Map<string, Line>();
  for (const { name, place } of inventory.clusters) {
    for (const id of [name, `cluster/${name}`, `cluster/${name}/groups`]) places.set(id, place);
  }
  for (const { id, place } of inventory.environments) places.set(id, place).set(environmentChangeId(id), place);
  for (const { cluster, name, place } of [...inventory.groups, ...inventory.leavingGroups])
    places.set(groupChangeId(cluster, name), place);
  for (const { name, place } of hosts) places.set(hostChangeId(name), place);
  for (const { id, source } of plan.changes) places.set(id, source);
  return (id) => places.get(id) ?? placeInText(id) ?? inventoryStart;
}

/** The place that a scope such as `source/customers/abc.yaml:7` names itself. */
function placeInText(text: string): Line | null {
  const [, file, line] = /^(?:source\/)?(.+\.ya?ml):(\d+)$/i.exec(text) ?? [];
  return file === undefined ? null : { file, line: Number(line) };
}
