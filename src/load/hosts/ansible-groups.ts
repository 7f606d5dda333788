import { compareText } from "../../lib/text.ts";
import { showText } from "../diagnostics/show-text.ts";
import type { AnsibleGroup } from "./ansible-inventory.ts";
import type { ListDiagnostic } from "./host-list.ts";

type Groups = ReadonlyMap<string, AnsibleGroup>;

/**
 * The groups from the weakest to the strongest: by depth below `all` (the longest way counts), then by priority, then by
 * name. A group stands behind those above it. Or where groups contain themselves, which Ansible refuses.
 */
export function orderGroups(groups: Groups): readonly AnsibleGroup[] | ListDiagnostic {
  const above = new Map<string, number>();
  for (const { children } of groups.values())
    for (const child of children.keys()) above.set(child, (above.get(child) ?? 0) + 1);
  const depths = new Map<string, number>([["all", 0]]);
  const pending: string[] = [];
  for (const name of groups.keys()) {
    if (above.has(name)) continue;
    if (name !== "all") depths.set(name, 1);
    pending.push(name);
  }
  let placed = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    placed += 1;
    const depth = depths.get(name) ?? 0;
    for (const child of groups.get(name)?.children.keys() ?? []) {
      depths.set(child, Math.max(depths.get(child) ?? 0, depth + 1));
      const left = (above.get(child) ?? 0) - 1;
      above.set(child, left);
      if (left === 0) pending.push(child);
    }
  }
  // All other groups come below `all`, so that what has it below itself contains itself.
  if (placed < groups.size || (depths.get("all") ?? 0) > 0) return explainCircle(groups);
  const depth = ({ name }: AnsibleGroup): number => depths.get(name) ?? 0;
  return [...groups.values()].sort(
    (left, right) => depth(left) - depth(right) || left.priority - right.priority || compareText(left.name, right.name),
  );
}

function explainCircle(groups: Groups): ListDiagnostic {
  const hint = "Take it away there, or further up: Ansible refuses this file.";
  for (const { name, children } of groups.values()) {
    const offset = children.get("all");
    if (offset !== undefined)
      return { offset, message: `the group all is below ${showText(name)}, which is below all`, hint };
  }
  const states = new Map<string, "open" | "done">();
  const enter = (name: string) => {
    states.set(name, "open");
    return { name, children: (groups.get(name)?.children ?? new Map<string, number>()).entries() };
  };
  for (const start of groups.keys()) {
    const path = states.has(start) ? [] : [enter(start)];
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const next = step.children.next();
      if (next.done) {
        states.set(step.name, "done");
        path.pop();
        continue;
      }
      const [name, offset] = next.value;
      if (states.get(name) === "open") return { offset, message: `the group ${showText(name)} is below itself`, hint };
      if (!states.has(name)) path.push(enter(name));
    }
  }
  return { offset: 0, message: "a group is below itself", hint };
}
