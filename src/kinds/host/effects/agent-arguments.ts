import type { OneAgentSettings } from "../../../model/inventory.ts";
import type { ObservedAgent } from "../../../model/observed.ts";
import { type AgentSettingName, agentSettingNames, type HostChange, type HostField } from "../change.ts";
import { type FieldDifference, propertyLines, propertyValue } from "../fields.ts";

const setters: Readonly<Record<AgentSettingName, string>> = {
  hostGroup: "--set-host-group",
  networkZone: "--set-network-zone",
  monitoringMode: "--set-monitoring-mode",
  hostName: "--set-host-name",
  hostTags: "--set-host-tag",
  hostProperties: "--set-host-property",
  proxy: "--set-proxy",
  autoUpdate: "--set-auto-update-enabled",
  appLogContentAccess: "--set-app-log-content-access",
  systemLogsAccess: "--set-system-logs-access-enabled",
};

/**
 * Arguments of the installer: the connection without its secret, declared settings, then the free ones of the inventory. An agent
 * that is there keeps its settings, so that it is given only those that the change is about, and those that it did not tell.
 * The installation path is fixed once there is one, so only a first installation is given one.
 */
export function installerArguments(
  settings: OneAgentSettings,
  connection: { tenant: string; server: string },
  { action, fields }: Pick<HostChange, "action" | "fields">,
  agent: ObservedAgent | null,
): readonly string[] {
  const chosen: readonly HostField[] = fields;
  const isGiven = (name: AgentSettingName) =>
    action === "install" || agent === null || agent[name] === null || chosen.includes(name);
  return [
    `--set-tenant=${connection.tenant}`,
    `--set-server=${connection.server}`,
    ...(agent === null && settings.installPath !== undefined ? [`INSTALL_PATH=${settings.installPath}`] : []),
    ...agentSettingNames.filter(isGiven).flatMap((name) => settingArguments(settings, name)),
    ...(settings.installerArguments ?? []),
  ];
}

/** An empty value would be refused as an unknown parameter at installation, where nothing is set yet anyway. */
function settingArguments(settings: OneAgentSettings, name: AgentSettingName): readonly string[] {
  const value = settings[name];
  if (value === undefined || value === "") return [];
  if (name === "hostTags") return (value as readonly string[]).map((tag) => `${setters.hostTags}=${tag}`);
  if (name === "hostProperties") {
    const entries = Object.entries(value as Readonly<Record<string, string>>);
    return entries.map(([key, text]) => `${setters.hostProperties}=${key}=${text}`);
  }
  return [`${setters[name]}=${value}`];
}

/**
 * Arguments of one oneagentctl call that turns what is there into what is declared. Tags and properties only add up when
 * set, so those that are too many are removed by name.
 */
export function changeArguments(differences: readonly FieldDifference[], agent: ObservedAgent): readonly string[] {
  return differences.flatMap(({ field, after }) => {
    if (field === "hostTags") {
      const wanted = after as readonly string[];
      const present = agent.hostTags ?? [];
      return [
        ...present.filter((tag) => !wanted.includes(tag)).map((tag) => `--remove-host-tag=${tag}`),
        ...wanted.filter((tag) => !present.includes(tag)).map((tag) => `${setters.hostTags}=${tag}`),
      ];
    }
    if (field === "hostProperties") {
      const wanted = Object.entries(after as Readonly<Record<string, string>>);
      // By the text that the agent gives: `key` and `key=` are two properties without a value.
      const remove = (line: string) => `--remove-host-property=${line}`;
      if (wanted.length === 0) return (agent.hostProperties ?? []).map(remove);
      return wanted.flatMap(([key, value]) => {
        const present = propertyLines(agent.hostProperties ?? [], key);
        const removed = present.filter((line) => propertyValue(line, key) !== value).map(remove);
        return removed.length < present.length ? removed : [...removed, `${setters.hostProperties}=${key}=${value}`];
      });
    }
    if (field === "monitoringMode" && agent.infraOnlyAlone && after !== "discovery")
      return [`--set-infra-only=${after === "infra-only"}`];
    return field in setters ? [`${setters[field as AgentSettingName]}=${after}`] : [];
  });
}
