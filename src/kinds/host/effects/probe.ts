import type { Host } from "../../../model/inventory.ts";
import type { HostFacts, ObservedAgent } from "../../../model/observed.ts";
import { explainFailedStart } from "../../../ssh/failed-start.ts";
import { HostError } from "../../../ssh/host-error.ts";
import { asRoot, newMarker, parseSections, prelude, type Section } from "../../../ssh/remote-script.ts";
import type { Shell } from "../../../ssh/shell.ts";
import { type AgentSettingName, agentSettingNames } from "../change.ts";

export const agentDirectory = "/opt/dynatrace/oneagent";
export const agentControl = `${agentDirectory}/agent/tools/oneagentctl`;

const getters: Readonly<Record<AgentSettingName, string>> = {
  hostGroup: "--get-host-group",
  networkZone: "--get-network-zone",
  monitoringMode: "--get-monitoring-mode",
  hostName: "--get-host-name",
  hostTags: "--get-host-tags",
  hostProperties: "--get-host-properties",
  proxy: "--get-proxy",
  autoUpdate: "--get-auto-update-enabled",
  appLogContentAccess: "--get-app-log-content-access",
  systemLogsAccess: "--get-system-logs-access-enabled",
};

/**
 * A script that reads everything about a host in one go. Getters are asked one by one, because whether oneagentctl
 * answers several in one call is not documented; only those of declared settings are asked, since each starts a program.
 */
function probeScript(marker: string, settings: readonly AgentSettingName[], identity: boolean): string {
  return `${prelude(marker)}
section system; uname -s
section machine; uname -m
lock=free
if [ -f /tmp/oneagent.lock ]; then
  owner=$(head -c 20 /tmp/oneagent.lock | head -n 1)
  case $owner in
    "" | *[!0-9]*) ;;
    *) if kill -0 "$owner" 2>/dev/null; then lock=held; fi ;;
  esac
fi
section lock "$lock"
ctl=${agentControl}
if [ -e ${agentDirectory}/agent ]; then
  section agent present
  control=missing; [ -x "$ctl" ] && control=there
  transaction=none; [ -e ${agentDirectory}/transaction.lock ] && transaction=open
  section control "$control"
  section transaction "$transaction"
  section installed; cat ${agentDirectory}/agent/installer.version 2>/dev/null
  section service
  state=
  if command -v systemctl >/dev/null 2>&1; then state=$(systemctl is-active oneagent 2>/dev/null); fi
  case $state in
    active | inactive | failed | activating | deactivating | reloading) ;;
    *)
      state=unknown
      kept=/var/lib/dynatrace/oneagent/agent/config/agent.state
      if command -v service >/dev/null 2>&1; then
        service oneagent status >/dev/null 2>&1
        case $? in 0) state=active ;; 3) state=inactive ;; esac
      fi
      if [ "$state" = unknown ] && [ -f "$kept" ]; then
        if [ "$(cat "$kept")" = RUNNING ]; then state=active; else state=inactive; fi
      fi ;;
  esac
  echo "$state"
  if [ -x "$ctl" ]; then
    ask() { value=$("$ctl" "$2" 2>/dev/null); section "$1" $?; printf '%s\\n' "$value"; }
    ask version --version
    ask tenant --get-tenant
    ask server --get-server
${settings.map((name) => `    ask ${name} ${getters[name]}`).join("\n")}
${settings.includes("monitoringMode") ? "    ask infraOnly --get-infra-only" : ""}
${identity ? "    ask hostId --get-host-id" : ""}
  fi
else section agent absent; fi
section end
`;
}

/** Bytes of output, with what the user's shell may print before the script. */
const maximumProbeOutput = 4_000_000;

interface ProbeOptions {
  /** Milliseconds. */
  readonly timeout?: number;
  /** Whether the agent is asked by which id environments know it. */
  readonly identity?: boolean;
}

/** Probes a host over an open connection: one command. Throws HostError when the host cannot be judged. */
export async function probeHost(
  shell: Shell,
  host: Host,
  { timeout, identity = false }: ProbeOptions = {},
): Promise<HostFacts> {
  const marker = newMarker();
  const settings = agentSettingNames.filter((name) => host.oneagent[name] !== undefined);
  const command = asRoot(probeScript(marker, settings, identity), host.ssh.become);
  const limits = { maximumOutput: maximumProbeOutput, ...(timeout === undefined ? {} : { timeout }) };
  const result = await shell.run(command, { step: "probe", ...limits });
  const sections = parseSections(result.stdout, marker);
  if (!sections.has("end")) throw explainFailedStart(result);
  return {
    system: firstLine(sections.get("system")),
    machine: firstLine(sections.get("machine")),
    locked: stated(sections, "lock", "held", "free"),
    agent: stated(sections, "agent", "present", "absent") ? parseAgent(sections) : null,
  };
}

/** Whether the one or the other was said. What was said of neither is not known: a part that is missing says nothing. */
function stated(sections: ReadonlyMap<string, Section>, name: string, one: string, other: string): boolean {
  const word = sections.get(name)?.words.join(" ");
  if (word === one || word === other) return word === one;
  throw unclear(name);
}

const unclear = (section: string): HostError =>
  new HostError("unclear-answer", `it does not tell the ${section}, which the probe asks for: try again`);

const firstLine = (section: Section | undefined): string => section?.lines[0]?.trim() ?? "";

/** Null on a host without a service manager that knows the agent: whether it is connected tells more anyway. */
const serviceState = (state: string): boolean | null => (state === "unknown" ? null : state === "active");

function parseAgent(sections: ReadonlyMap<string, Section>): ObservedAgent {
  const controlled = stated(sections, "control", "there", "missing");
  const unfinished = stated(sections, "transaction", "open", "none");
  for (const name of controlled ? ["tenant", "server"] : []) if (!sections.has(name)) throw unclear(name);
  const answered = (name: string): Section | null => {
    const section = sections.get(name);
    return section && section.words[0] === "0" ? section : null;
  };
  const text = (name: string): string | null => {
    const section = answered(name);
    return section === null ? null : firstLine(section);
  };
  const flag = (name: string): boolean | null => {
    const value = text(name);
    return value === "true" ? true : value === "false" ? false : null;
  };
  const list = (name: string): readonly string[] | null =>
    answered(name)
      ?.lines.map((line) => line.trim())
      .filter((line) => line !== "") ?? null;
  const version = text("version") || firstLine(sections.get("installed")) || null;
  const tenant = text("tenant");
  const infraOnly = flag("infraOnly");
  const hostId = text("hostId") ?? "";
  return {
    version,
    hostId: /^[0-9a-f]{16}$/i.test(hostId) ? hostId : null,
    tenant,
    server: text("server"),
    serviceActive: serviceState(firstLine(sections.get("service"))),
    // A cut-off installation leaves its lock file, no control program, or an agent that was never told where to report.
    incomplete: unfinished || !controlled || tenant === null || tenant === "",
    hostGroup: text("hostGroup"),
    hostName: text("hostName"),
    networkZone: text("networkZone"),
    // Older agents know only whether they monitor the infrastructure alone.
    monitoringMode: text("monitoringMode") || (infraOnly === null ? null : infraOnly ? "infra-only" : "fullstack"),
    hostTags: list("hostTags"),
    hostProperties: list("hostProperties"),
    proxy: text("proxy"),
    autoUpdate: flag("autoUpdate"),
    appLogContentAccess: flag("appLogContentAccess"),
    systemLogsAccess: flag("systemLogsAccess"),
  };
}
