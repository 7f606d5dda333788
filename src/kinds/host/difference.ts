import type { Value } from "../../lib/json.ts";
import { sameValue } from "../../lib/json.ts";
import type { Difference } from "../../model/difference.ts";
import type { Host, Inventory } from "../../model/inventory.ts";
import { type Change, type HostAction, hostChangeId } from "../../model/plan.ts";
import { declaredAgentSettings } from "./fields.ts";

/** What the hosts of two revisions declare differently about their agents. */
export function compareDeclaredHosts(
  before: Inventory | null,
  after: Inventory,
): Pick<Difference, "changes" | "unmanaged"> {
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
  return {
    id: hostChangeId(host.name),
    kind: "host",
    cluster: host.cluster,
    customer: host.customer,
    environment: host.environment,
    group: null,
    host: host.name,
    source: { file: host.place.file, line: host.place.line },
  } as const;
}

/** What is declared of an agent, in the words of a plan. */
function agentFields({ environment, oneagent }: Host): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ["environment", environment],
    ["version", oneagent.version ?? "latest"],
    ...(oneagent.minVersion === undefined ? [] : [["minVersion", oneagent.minVersion] as const]),
    ...declaredAgentSettings(oneagent),
  ]);
}

function compareHost(old: Host | undefined, now: Host): Change | null {
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
    return { ...base, action: "install", before: null, after: Object.fromEntries(declared), fields };
  }
  const fields = [...new Set([...declared.keys(), ...earlier.keys()])].filter((field) => {
    const [left, right] = [earlier.get(field), declared.get(field)];
    // Ids of environments are the same in another case.
    if (field === "environment") return String(left).toLowerCase() !== String(right).toLowerCase();
    return !sameValue(left, right);
  });
  if (fields.length === 0) return null;
  const pick = (side: ReadonlyMap<string, Value>) =>
    Object.fromEntries(
      fields.flatMap((field) => {
        const value = side.get(field);
        return value === undefined ? [] : [[field, value]];
      }),
    );
  return { ...base, action: actionOf(fields), before: pick(earlier), after: pick(declared), fields };
}

function actionOf(fields: readonly string[]): HostAction {
  if (fields.includes("environment")) return "move";
  return fields.includes("version") || fields.includes("minVersion") ? "update" : "configure";
}
