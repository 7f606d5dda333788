import { sameValue, type Value } from "../../lib/json.ts";
import type { Host, Inventory } from "../../model/inventory.ts";
import { sourceOf } from "../change.ts";
import type { FamilyDifference } from "../kind.ts";
import {
  type DeclaredHostChange,
  type DeclaredHostField,
  type DeclaredHostSide,
  type HostAction,
  hostChangeId,
  hostColumns,
} from "./change.ts";
import { declaredAgentSettings } from "./fields.ts";

/** What the hosts of two revisions declare differently about their agents. */
export function compareDeclaredHosts(before: Inventory | null, after: Inventory): FamilyDifference {
  const old = new Map((before?.hosts ?? []).map((host) => [host.name, host]));
  const now = new Map(after.hosts.map((host) => [host.name, host]));
  return {
    changes: [...now.values()].flatMap((host) => compareHost(old.get(host.name), host) ?? []),
    unmanaged: [...old.values()]
      .filter(({ name }) => !now.has(name))
      .map((host) => ({
        ...aboutHost(host),
        note:
          host.state === "absent"
            ? "its removal is no longer declared: if the agent is still there, it stays"
            : "becomes unmanaged and keeps its agent; to remove that, declare state: absent",
      })),
  };
}

function aboutHost(host: Host) {
  const { kind, customer, environment, group, host: name } = hostColumns(host);
  const { cluster } = host;
  return { id: hostChangeId(name), kind, cluster, customer, environment, group, host: name, source: sourceOf(host) };
}

type DeclaredValues = ReadonlyMap<DeclaredHostField, Value>;

/** What is declared of an agent, in the words of a plan. */
function agentFields({ environment, oneagent }: Host): DeclaredValues {
  return new Map<DeclaredHostField, Value>([
    ["environment", environment],
    ["version", oneagent.version ?? "latest"],
    ...(oneagent.minVersion === undefined ? [] : [["minVersion", oneagent.minVersion] as const]),
    ...declaredAgentSettings(oneagent),
  ]);
}

function compareHost(old: Host | undefined, now: Host): DeclaredHostChange | null {
  const earlier = old?.state === "present" ? agentFields(old) : null;
  const base = { ...aboutHost(now), dependsOn: [], origin: null, notes: [] };
  if (now.state === "absent") {
    if (old?.state === "absent") return null;
    const before = old ? { environment: old.environment } : null;
    return { ...base, action: "uninstall", before, after: null, fields: [] };
  }
  const declared = agentFields(now);
  if (earlier === null) {
    const fields = [...declared.keys()];
    return { ...base, action: "install", before: null, after: pick(declared, fields), fields };
  }
  const fields = [...new Set([...declared.keys(), ...earlier.keys()])].filter((field) => {
    const [left, right] = [earlier.get(field), declared.get(field)];
    // Ids of environments are the same in another case.
    if (field === "environment") return String(left).toLowerCase() !== String(right).toLowerCase();
    return !sameValue(left, right);
  });
  if (fields.length === 0) return null;
  return { ...base, action: actionOf(fields), before: pick(earlier, fields), after: pick(declared, fields), fields };
}

function pick(values: DeclaredValues, fields: readonly DeclaredHostField[]): DeclaredHostSide {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = values.get(field);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

function actionOf(fields: readonly DeclaredHostField[]): HostAction {
  if (fields.includes("environment")) return "move";
  return fields.includes("version") || fields.includes("minVersion") ? "update" : "configure";
}
