/**
 * What a token needs to read a path of an environment, by the beginning of the path; a longer one counts before a shorter. A
 * `*` stands for one part of it.
 */
export const readScopes: readonly (readonly [path: string, scope: string])[] = [
  ["/api/v1/time", "none"],
  ["/api/v1/config/clusterversion", "DataExport"],
  ["/api/v1/entity", "DataExport"],
  ["/api/v1/events", "DataExport"],
  ["/api/v1/oneagents", "oneAgents.read"],
  ["/api/v1/problem", "DataExport"],
  ["/api/v1/synthetic", "ExternalSyntheticIntegration"],
  ["/api/v1/timeseries", "DataExport"],
  ["/api/v1/userSessionQueryLanguage", "DTAQLAccess"],
  ["/api/v2/activeGates", "activeGates.read"],
  ["/api/v2/activeGateTokens", "activeGateTokenManagement.read"],
  ["/api/v2/apiTokens", "apiTokens.read"],
  ["/api/v2/attacks", "attacks.read"],
  ["/api/v2/auditlogs", "auditLogs.read"],
  ["/api/v2/credentials", "credentialVault.read"],
  ["/api/v2/entities", "entities.read"],
  ["/api/v2/entityTypes", "entities.read"],
  ["/api/v2/eventProperties", "events.read"],
  ["/api/v2/eventTypes", "events.read"],
  ["/api/v2/events", "events.read"],
  ["/api/v2/extensions", "extensions.read"],
  ["/api/v2/extensions/*/monitoringConfigurations", "extensionConfigurations.read"],
  ["/api/v2/extensions/*/environmentConfiguration", "extensionEnvironment.read"],
  ["/api/v2/hub", "hub.read"],
  ["/api/v2/logs", "logs.read"],
  ["/api/v2/metrics", "metrics.read"],
  ["/api/v2/networkZones", "networkZones.read"],
  ["/api/v2/networkZoneSettings", "networkZones.read"],
  ["/api/v2/problems", "problems.read"],
  ["/api/v2/releases", "releases.read"],
  ["/api/v2/securityProblems", "securityProblems.read"],
  ["/api/v2/settings", "settings.read"],
  ["/api/v2/slo", "slo.read"],
  ["/api/v2/synthetic/executions", "syntheticExecutions.read"],
  ["/api/v2/synthetic/locations", "syntheticLocations.read"],
  ["/api/v2/synthetic/nodes", "syntheticLocations.read"],
  ["/api/v2/tags", "entities.read"],
  ["/api/v2/units", "metrics.read"],
  ["/api/config/v1", "ReadConfig"],
];

/** The least scope that the path needs; null: this version does not know the path. */
export function requiredScope(path: string): string | null {
  const parts = path.split("/");
  const fits = (known: string) =>
    known.split("/").every((part, index) => part === "*" || part.toLowerCase() === parts[index]?.toLowerCase());
  const found = readScopes.filter(([known]) => fits(known));
  found.sort(([left], [right]) => right.length - left.length);
  return found[0]?.[1] ?? null;
}

/** Whether a scope only lets its token read; what is not of that form is not given to a question. */
export const isReadScope = (scope: string): boolean =>
  /^[a-zA-Z]+(?:\.[a-zA-Z]+)*\.(?:read|lookup)$/.test(scope) ||
  readScopes.some(([, known]) => known === scope && known !== "none");
