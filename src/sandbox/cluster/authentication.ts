import { failure } from "./error-form.ts";
import type { EnvironmentRecord, TokenRecord } from "./snapshot.ts";
import { isValid } from "./token-store.ts";
import type { Route, World } from "./world.ts";

/** Names of scopes in the console, as the product adds them to its message. Others stand for themselves. */
const scopeNames: Readonly<Record<string, string>> = {
  ServiceProviderAPI: "Service Provider API",
  ClusterTokenManagement: "Cluster token management",
  EnvironmentTokenManagement: "Environment token management",
  InstallerDownload: "PaaS integration - Installer download",
  DataExport: "Access problem and event feed, metrics, and topology",
  TenantTokenManagement: "Token management",
  ControlManagement: "Control Management",
  UnattendedInstall: "Unattended install",
  Nodekeeper: "Nodekeeper access for node management",
  "apiTokens.read": "Read API tokens",
  "apiTokens.write": "Write API tokens",
  "entities.read": "Read entities",
  "problems.read": "Read problems",
  "oneAgents.read": "Read OneAgents",
};

/** The secret that a request carries: in the header, or in the query as old scripts do. */
export function secretOf(request: Request, query: URLSearchParams): string | null {
  const header = /^Api-Token\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "");
  if (header !== null) return header[1] ?? null;
  for (const [name, value] of query) if (name.toLowerCase() === "api-token") return value;
  return null;
}

/** The calling token when it may use the route, null when the route needs none, or the answer that refuses. */
export function authenticate(
  world: World,
  route: Route,
  environment: EnvironmentRecord | null,
  request: Request,
  url: URL,
): TokenRecord | Response | null {
  const scopes = typeof route.scopes === "function" ? route.scopes(world) : route.scopes;
  if (scopes === "none") return null;
  const refuse = (status: number, message: string): Response => failure(world, url.pathname, status, message);
  const secret = secretOf(request, url.searchParams);
  if (secret === null) return refuse(401, "Missing authorization parameter");
  const token = world.state.tokens.bySecret(secret);
  if (token === undefined || !isValid(token, world.now()) || token.environment !== (environment?.id ?? null)) {
    return refuse(401, "Token Authentication failed");
  }
  if (scopes !== "any" && !scopes.some((scope) => token.scopes.includes(scope))) {
    const wanted = scopes.map((scope) => `${scope} (${scopeNames[scope] ?? scope})`).join(", ");
    return refuse(403, `Token is missing required scope. Use one of: ${wanted}`);
  }
  const used: TokenRecord = { ...token, lastUse: world.now() };
  world.state.tokens.put(used);
  return used;
}
