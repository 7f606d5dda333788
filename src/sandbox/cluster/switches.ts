/** Threads of a request pool and how many requests may wait for one. */
export interface PoolSize {
  readonly threads: number;
  readonly queue: number;
}

/**
 * Where the documentation of the product is silent or contradicts itself, a switch says which way the
 * simulation goes. Defaults are the documented behaviour, else the case that is worst for a client.
 * All times are milliseconds. Switches may be changed while the cluster is being served.
 */
export interface ClusterSwitches {
  /** What a PUT of an environment does to `state`, `trial` and `tags` that it leaves out. */
  omittedFields: "reset" | "kept";
  /** Whether environment ids that differ in case alone are one environment. */
  idCase: "same" | "distinct";
  /** Answer below `/e/` of an environment that is DISABLED. */
  disabledEnvironment: 403 | 404 | 503;
  /** Answer to deleting an environment that is not there. */
  unknownEnvironmentDelete: 404 | 400;
  /** How long a new environment does not answer below `/e/`: first 404, from half of it 503. Documented nowhere. */
  environmentReadyAfter: number;
  /** How long every second list of environments does not show a new one yet. */
  listDelay: number;
  /** Age that a GET of environments or groups may have: it is answered by a replica. 0: always current. */
  staleReads: number;
  /** How long `includeConsumptionInfo` repeats limits before it looks again. An hour at most in the product. */
  cachedConsumption: number;
  /** Whether the rights that groups hold on a deleted environment stay in the groups. */
  rightsOfDeletedEnvironment: "kept" | "removed";
  /** Which further rights a granted one brings: all documented and observed rules, or none. */
  impliedRights: boolean;
  /** Names of permissions that POST of a group does not know. PUT takes any, because it repeats what was read. */
  unknownPermissions: "refused" | "accepted";
  /** Whether a new group without `ldapGroupNames` gets its own name as one, as in the console. */
  ldapNameOfNewGroup: boolean;
  /** Answer to renaming a group to a name that is taken. */
  groupRenameClash: 406 | 400;
  /** Answer to deleting a group that is not there; 200 comes with an empty body. */
  unknownGroupDelete: 400 | 200;
  /** How long rights on a new management zone are refused because the node that takes them does not know it yet. */
  zoneVisibleAfter: number;
  /** Body of an error of the cluster API v1, which documents none. */
  v1ErrorBody: "text" | "envelope" | "empty";
  /** Where users and their groups come from. */
  userRepository: "INTERNAL" | "LDAP";
  /** Who may look up a cluster token by its secret. */
  tokenLookup: "ClusterTokenManagement" | "any";
  /** What becomes of an EnvironmentTokenManagement token that asks for more than 24 hours. */
  longEnvironmentTokens: "clipped" | "accepted";
  /** Whether `POST …/tokenManagementToken` exists; else 404. */
  tokenManagementToken: boolean;
  /** Form of the `Location` header of whatever POST and PUT create. */
  location: "path" | "url" | "id";
  /** What a cursor with other parameters does in lists whose cursor stands alone. */
  cursorWithParameters: "refused" | "ignored";
  /** How long a cursor is good. Not documented. */
  cursorLifetime: number;
  /** Hosts on a page of `/api/v1/oneagents`. */
  oneAgentsPageSize: number;
  /** Every so many pages of `/api/v1/oneagents` is empty and not the last. 0: none is. */
  emptyPageEvery: number;
  /** How long after it connected a host appears in the lists. */
  agentVisibleAfter: number;
  /** Another environment that every host appears in instead of the one that it reports to, or null. */
  agentsAppearIn: string | null;
  /** Whether installers carry an ETag and `If-None-Match` is honoured. */
  etag: boolean;
  /** Type of `formattedCommunicationEndpoints`: text on current versions, a list on some old ones. */
  formattedEndpoints: "text" | "list";
  /** Largest request body in bytes; above it 413. */
  bodyLimit: number;
  /** Request pool of each environment, and that of the cluster's own API. */
  environmentPool: PoolSize;
  clusterPool: PoolSize;
  /** How long a request waits for a thread before it gets 429. */
  queueTimeout: number;
  /** How long every request to an API occupies a thread. */
  processingTime: number;
  /** Unit of `X-RateLimit-Reset` on 429: documented as microseconds, read as seconds by public code. */
  rateLimitReset: "microseconds" | "seconds" | "none";
  /** Seconds in `Retry-After` on 429, or null for no such header. */
  retryAfter: number | null;
}

export function defaultSwitches(): ClusterSwitches {
  return {
    omittedFields: "reset",
    idCase: "same",
    disabledEnvironment: 403,
    unknownEnvironmentDelete: 404,
    environmentReadyAfter: 300,
    listDelay: 0,
    staleReads: 0,
    cachedConsumption: 5000,
    rightsOfDeletedEnvironment: "kept",
    impliedRights: true,
    unknownPermissions: "refused",
    ldapNameOfNewGroup: false,
    groupRenameClash: 406,
    unknownGroupDelete: 400,
    zoneVisibleAfter: 0,
    v1ErrorBody: "text",
    userRepository: "INTERNAL",
    tokenLookup: "ClusterTokenManagement",
    longEnvironmentTokens: "clipped",
    tokenManagementToken: true,
    location: "path",
    cursorWithParameters: "refused",
    cursorLifetime: 15 * 60_000,
    oneAgentsPageSize: 500,
    emptyPageEvery: 5,
    agentVisibleAfter: 0,
    agentsAppearIn: null,
    etag: true,
    formattedEndpoints: "text",
    bodyLimit: 1_000_000,
    environmentPool: { threads: 8, queue: 32 },
    clusterPool: { threads: 32, queue: 128 },
    queueTimeout: 10_000,
    processingTime: 0,
    rateLimitReset: "microseconds",
    retryAfter: null,
  };
}
