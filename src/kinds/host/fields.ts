import { sameValue, type Value } from "../../lib/json.ts";
import { compareText, sortedSet } from "../../lib/text.ts";
import { compareVersions } from "../../lib/versions.ts";
import type { Host, OneAgentSettings } from "../../model/inventory.ts";
import type { ObservedAgent } from "../../model/observed.ts";
import { type AgentSettingName, agentSettingNames, type HostAction, type HostField } from "./change.ts";

/** The `*` in `--get-server` has marked the endpoint in use since 1.207; older agents do not tell. */
const connectionKnownSince = "1.207";

export interface FieldDifference {
  readonly field: HostField;
  readonly before: Value;
  readonly after: Value;
}

export interface AgentComparison {
  readonly action: HostAction | null;
  readonly differences: readonly FieldDifference[];
}

/** True, false, or null for an agent that does not tell, or is too old to. */
export function isConnected({ version, server }: ObservedAgent): boolean | null {
  if (server === null || !tellsConnection(version)) return null;
  return server.includes("*");
}

const tellsConnection = (version: string | null): boolean =>
  version === null || compareVersions(version, connectionKnownSince) >= 0;

/**
 * Whether an agent is there that nobody can ask where it reports: it may be that of another environment, so nothing may be done
 * to it.
 */
export const isUnreadable = ({ tenant, incomplete }: ObservedAgent): boolean => tenant === null && !incomplete;

/** What nobody may do anything to. */
export const unreadableAgent =
  "its agent does not tell which environment it reports to: look at what oneagentctl --get-tenant says there";

/** Whether a cut-off installation is there that may be finished for this environment: it is not that of another one. */
export const isUnfinished = ({ tenant, incomplete }: ObservedAgent, environment: string): boolean =>
  incomplete && (!tenant || sameEnvironment(tenant, environment));

export function sameEnvironment(left: string | null, right: string): boolean {
  return left?.toLowerCase() === right.toLowerCase();
}

/** The settings that are declared for a host, canonical, as `after` of a change shows them. */
export function declaredAgentSettings(settings: OneAgentSettings): readonly (readonly [AgentSettingName, Value])[] {
  return agentSettingNames.flatMap((name): readonly (readonly [AgentSettingName, Value])[] => {
    const value = settings[name];
    if (value === undefined) return [];
    if (name === "hostTags") return [[name, sortedSet(value as readonly string[])] as const];
    if (name === "hostProperties")
      return [[name, sortedProperties(value as Readonly<Record<string, string>>)] as const];
    return [[name, value as Value] as const];
  });
}

function sortedProperties(properties: Readonly<Record<string, string>>): Value {
  return Object.fromEntries(Object.entries(properties).sort(([left], [right]) => compareText(left, right)));
}

/** Those of a property key among the `key=value` lines of the agent. */
export const propertyLines = (lines: readonly string[], key: string): readonly string[] =>
  lines.filter((line) => line === key || line.startsWith(`${key}=`));

export const propertyValue = (line: string, key: string): string => line.slice(key.length + 1);

function observedSetting(agent: ObservedAgent, name: AgentSettingName, declared: Value): Value | undefined {
  const observed = agent[name];
  if (observed === null) return undefined;
  if (name === "hostTags") return sortedSet(observed as readonly string[]);
  if (name === "hostProperties") {
    const lines = observed as readonly string[];
    const declaredKeys = Object.keys(declared as Readonly<Record<string, string>>);
    // Only declared properties count; where none is wanted, all do.
    const keys = declaredKeys.length > 0 ? declaredKeys : sortedSet(lines.map((line) => line.split("=")[0] ?? ""));
    return Object.fromEntries(
      keys.flatMap((key) => {
        const values = propertyLines(lines, key).map((line) => propertyValue(line, key));
        if (values.length === 0) return [];
        return [[key, values.length === 1 ? (values[0] ?? "") : values] as const];
      }),
    );
  }
  return observed as Value;
}

function sameSetting(name: AgentSettingName, before: Value, after: Value): boolean {
  if (name === "networkZone") return zone(before) === zone(after);
  if (name === "proxy") return proxy(before) === proxy(after);
  return sameValue(before, after);
}

/** Zone names do not differ by case, and no zone is the default one. */
const zone = (value: Value): string => (typeof value === "string" && value !== "" ? value.toLowerCase() : "default");

/** Both words for no proxy are one. */
const proxy = (value: Value): Value => (value === "no_proxy" ? "" : value);

/** Declared settings that the agent holds otherwise. One that the agent cannot tell is no difference. */
export function settingDifferences(settings: OneAgentSettings, agent: ObservedAgent): readonly FieldDifference[] {
  return declaredAgentSettings(settings).flatMap(([name, after]) => {
    const before = observedSetting(agent, name, after);
    return before === undefined || sameSetting(name, before, after) ? [] : [{ field: name, before, after }];
  });
}

/** The version to update to, or null when the installed one will do. Never a downgrade. */
export function wantedUpdate(settings: OneAgentSettings, installed: string | null): string | null {
  if (installed === null) return null;
  const version = settings.version ?? "latest";
  if (version !== "latest" && compareVersions(installed, version) < 0) return version;
  if (settings.minVersion !== undefined && compareVersions(installed, settings.minVersion) < 0) return version;
  return null;
}

/** What is to be known of an agent although nothing is done about it. */
export function agentRemarks({ state, oneagent }: Host, agent: ObservedAgent | null): readonly string[] {
  if (state === "absent" || agent === null || agent.incomplete) return [];
  return [...downgradeRemarks(oneagent, agent), ...untoldRemarks(oneagent, agent)];
}

function downgradeRemarks({ version = "latest" }: OneAgentSettings, agent: ObservedAgent): readonly string[] {
  if (version === "latest" || !agent.version || compareVersions(agent.version, version) <= 0) return [];
  return [`installed ${agent.version}, declared ${version}: not downgraded; uninstall first`];
}

/** What is declared, and what the agent should be, but does not answer for: nobody knows whether it is so. */
function untoldRemarks(settings: OneAgentSettings, agent: ObservedAgent): readonly string[] {
  const untold = [
    ...(agent.server === null && tellsConnection(agent.version) ? ["whether it is connected"] : []),
    ...declaredAgentSettings(settings).flatMap(([name]) => (agent[name] === null ? [name] : [])),
  ];
  if (untold.length === 0) return [];
  return [`its agent (${agent.version ?? "of unknown version"}) does not tell ${untold.join(", ")}: not compared`];
}

/** What has to happen on a host so that its agent is as declared, compared with what a probe found there. */
export function compareAgent(host: Host, agent: ObservedAgent | null): AgentComparison {
  if (host.state === "absent") {
    return { action: agent === null ? null : "uninstall", differences: [] };
  }
  const { oneagent } = host;
  if (agent === null || isUnfinished(agent, host.environment)) {
    const wanted: readonly (readonly [HostField, Value])[] = [
      ["environment", host.environment],
      ["version", oneagent.version ?? "latest"],
      ...declaredAgentSettings(oneagent),
    ];
    return { action: "install", differences: wanted.map(([field, after]) => ({ field, before: null, after })) };
  }
  const differences: FieldDifference[] = [];
  const moves = !sameEnvironment(agent.tenant, host.environment);
  if (moves) differences.push({ field: "environment", before: agent.tenant, after: host.environment });
  const update = wantedUpdate(oneagent, agent.version);
  if (update !== null) differences.push({ field: "version", before: agent.version, after: update });
  differences.push(...settingDifferences(oneagent, agent));
  if (agent.serviceActive === false) differences.push({ field: "service", before: "inactive", after: "active" });
  else if (!moves && isConnected(agent) === false) differences.push({ field: "connected", before: false, after: true });
  const action = moves ? "move" : update !== null ? "update" : differences.length > 0 ? "configure" : null;
  return { action, differences };
}
