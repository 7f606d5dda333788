import type { AgentHost, AgentRecord } from "./snapshot.ts";

const monitoringModes = {
  fullstack: "FULL_STACK",
  "infra-only": "CLOUD_INFRASTRUCTURE",
  discovery: "DISCOVERY",
} as const;

/** One entry of `/api/v1/oneagents`. */
export function hostAgentInfo(agent: AgentRecord): Record<string, unknown> {
  const { host } = agent;
  const mode = monitoringModes[host.monitoringMode ?? "fullstack"];
  return {
    hostInfo: {
      entityId: `HOST-${host.id}`,
      displayName: textMember(host, "customName") ?? host.name,
      discoveredName: host.name,
      localHostName: host.name,
      oneAgentCustomHostName: textMember(host, "customName"),
      ipAddresses: [],
      osType: "LINUX",
      osVersion: null,
      osArchitecture: "X86",
      firstSeenTimestamp: agent.firstSeen,
      lastSeenTimestamp: agent.lastSeen,
      monitoringMode: mode,
      networkZoneId: host.networkZone ?? null,
      hostGroup: host.hostGroup ? { meId: `HOST_GROUP-${hexadecimal(host.hostGroup)}`, name: host.hostGroup } : null,
      agentVersion: agentVersion(host.version),
      tags: (host.tags ?? []).map(tagOf),
    },
    active: agent.availability === "MONITORED",
    availabilityState: agent.availability,
    detailedAvailabilityState: agent.detailedAvailability,
    configuredMonitoringEnabled: true,
    configuredMonitoringMode: mode,
    monitoringType: mode,
    autoUpdateSetting: host["autoUpdate"] === false ? "DISABLED" : "ENABLED",
    updateStatus: "UP2DATE",
    availableVersions: [],
    faultyVersion: false,
    unlicensed: false,
    currentNetworkZoneId: host.networkZone ?? null,
    modules: [],
    plugins: [],
  };
}

function textMember(host: AgentHost, member: string): string | null {
  const value = host[member];
  return typeof value === "string" && value !== "" ? value : null;
}

function agentVersion(version: string): Record<string, unknown> {
  const [major, minor, revision, timestamp] = version.split(".");
  return {
    major: Number(major ?? 0),
    minor: Number(minor ?? 0),
    revision: Number(revision ?? 0),
    timestamp: timestamp ?? "",
    sourceRevision: "",
  };
}

function tagOf(tag: string): Record<string, unknown> {
  const [key = "", ...value] = tag.split("=");
  return { context: "ENVIRONMENT", key, value: value.length === 0 ? null : value.join("=") };
}

/** 16 digits that stand for a name. */
function hexadecimal(name: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).toUpperCase().padStart(16, "0");
}
