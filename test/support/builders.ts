import { type ChangeBase, type ChangeColumns, type ChangeContent, encodeIdPart } from "../../src/kinds/change.ts";
import type { Change, ChangeKind, Changes } from "../../src/model/change.ts";
import type {
  Cluster,
  Customer,
  Environment,
  Group,
  Host,
  Inventory,
  OneAgentSettings,
  Rollout,
  Safety,
  SshSettings,
} from "../../src/model/inventory.ts";
import type {
  HostFacts,
  HostPlace,
  HostReading,
  HostSite,
  Observed,
  ObservedAgent,
  ObservedCluster,
  ObservedEnvironment,
  ObservedGroup,
  ObservedZones,
} from "../../src/model/observed.ts";
import type { Plan, PlanScope } from "../../src/model/plan.ts";
import { createPlan, type PlanInput } from "../../src/plan/create-plan.ts";

/** The moment at which everything in these tests happens, unless a test says otherwise. */
export const noon = new Date("2026-03-10T12:00:00.000Z");

export const aCluster = (given: Partial<Cluster> = {}): Cluster => ({
  name: "emea",
  url: "https://dynatrace.example.com",
  token: { env: "DTSYNC_TOKEN_EMEA" },
  ca: null,
  maxConcurrency: 16,
  place: { file: "dtsync.yaml", line: 3, column: 3 },
  ...given,
});

export const aCustomer = (given: Partial<Customer> = {}): Customer => ({
  id: "abc",
  name: "ABC Retail AG",
  place: { file: "customers/abc.yaml", line: 1, column: 1 },
  ...given,
});

export const aRollout = (given: Partial<Rollout> = {}): Rollout => ({
  concurrency: 50,
  canary: { count: 1 },
  batch: { percent: 25 },
  maxFailures: { percent: 10 },
  seenWithin: 600_000,
  ...given,
});

/** An environment whose customer and key follow from an id such as `abc-p1`. */
export function anEnvironment(given: Partial<Environment> = {}): Environment {
  const id = given.id ?? "abc-p1";
  const dash = id.indexOf("-");
  const customer = dash > 0 ? id.slice(0, dash) : "abc";
  const key = dash > 0 ? id.slice(dash + 1) : id;
  return {
    id,
    key,
    stage: key.replace(/\d+$/, ""),
    customer,
    cluster: "emea",
    labels: {},
    suspended: null,
    state: null,
    defaultName: `${customer} ${key}`,
    settings: {},
    rollout: aRollout(),
    place: { file: `customers/${customer}.yaml`, line: 4, column: 3 },
    ...given,
  };
}

/** A group of several customers without declared rights. `access` may be a plain object. */
export function aGroup(
  given: Partial<Omit<Group, "access" | "managementZones">> & {
    readonly access?: Readonly<Record<string, readonly string[]>> | null;
    readonly managementZones?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  } = {},
): Group {
  const { access, managementZones = {}, ...rest } = given;
  return {
    name: "operators",
    cluster: "emea",
    customer: null,
    state: "present",
    previously: [],
    followsAccess: Boolean(access),
    place: { file: "dtsync.yaml", line: 20, column: 5 },
    ...rest,
    access: access ? new Map(Object.entries(access)) : null,
    managementZones: new Map(
      Object.entries(managementZones).map(([id, zones]) => [id, new Map(Object.entries(zones))]),
    ),
  };
}

export const sshSettings = (given: Partial<SshSettings> = {}): SshSettings => ({ hostKeys: "strict", ...given });

export const oneAgentSettings = (given: Partial<OneAgentSettings> = {}): OneAgentSettings => ({
  transfer: "auto",
  signature: "auto",
  rootCertificate: null,
  ...given,
});

export const aHost = (given: Partial<Host> = {}): Host => ({
  name: "web01.abc.example.com",
  address: null,
  environment: "abc-p1",
  customer: "abc",
  cluster: "emea",
  state: "present",
  ssh: sshSettings(),
  oneagent: oneAgentSettings(),
  place: { file: "customers/abc.yaml", line: 8, column: 9 },
  ...given,
});

export const safetyOf = (given: Partial<Safety> = {}): Safety => ({
  protect: [],
  breakGlass: [],
  deleteAfter: 7 * 86_400_000,
  maxRemovals: 0,
  maxUpdates: null,
  ...given,
});

export function anInventory(
  given: Partial<Omit<Inventory, "safety">> & { readonly safety?: Partial<Safety> } = {},
): Inventory {
  const { safety, ...rest } = given;
  return {
    directory: "/srv/inventory",
    digest: `sha256:${"0".repeat(64)}`,
    clusters: [aCluster()],
    customers: [aCustomer()],
    environments: [],
    groups: [],
    leavingGroups: [],
    hosts: [],
    hostCommands: [],
    ...rest,
    safety: safetyOf(safety),
  };
}

export const anObservedEnvironment = (given: Partial<ObservedEnvironment> = {}): ObservedEnvironment => {
  const id = given.id ?? "abc-p1";
  return { id, name: id.replace("-", " "), state: "ENABLED", trial: false, tags: [], ...given };
};

export const anObservedGroup = (given: Partial<ObservedGroup> = {}): ObservedGroup => {
  const name = given.name ?? "operators";
  return {
    id: name.toLowerCase().replace(/[^a-z0-9-]/g, ""),
    name,
    isClusterAdminGroup: false,
    ldapGroupNames: [],
    ssoGroupNames: [],
    accessRight: {},
    isAccessAccount: false,
    isManageAccount: false,
    ...given,
  };
};

export interface ClusterContent {
  readonly environments?: readonly ObservedEnvironment[] | string;
  readonly unsureEnvironments?: ReadonlyMap<string, string>;
  readonly groups?: readonly ObservedGroup[] | string | null;
  readonly quotasLicensed?: boolean;
  readonly zones?: ObservedZones;
}

/** What was read of a cluster; a text in place of a list is the reason why it could not be. */
export function anObservedCluster(content: ClusterContent = {}): ObservedCluster {
  const reading = <T>(value: readonly T[] | string) =>
    typeof value === "string"
      ? ({ status: "unreadable", reason: value } as const)
      : ({ status: "complete", value } as const);
  return {
    version: "1.320.47.20250820-091500",
    requests: 3,
    environments: reading(content.environments ?? []),
    unsureEnvironments: content.unsureEnvironments ?? new Map(),
    groups: content.groups === null ? null : reading(content.groups ?? []),
    quotasLicensed: content.quotasLicensed ?? true,
    warnings: [],
    ...(content.zones === undefined ? {} : { zones: content.zones }),
  };
}

export const anAgent = (given: Partial<ObservedAgent> = {}): ObservedAgent => ({
  version: "1.313.52.20250602-150703",
  hostId: null,
  tenant: "abc-p1",
  server: "{*https://dynatrace.example.com:443/communication}",
  serviceActive: true,
  incomplete: false,
  hostGroup: null,
  hostName: null,
  networkZone: null,
  monitoringMode: "fullstack",
  hostTags: [],
  hostProperties: [],
  proxy: null,
  autoUpdate: true,
  appLogContentAccess: true,
  systemLogsAccess: true,
  ...given,
});

/** A host that has all that an installer needs. */
export function aSite(given: Partial<HostSite> = {}): HostSite {
  const on = (mountPoint: string): HostPlace => ({
    ...{ mountPoint, free: 5_000, readOnly: false, noExecution: false, noSetUid: false },
  });
  return {
    ...{ userId: 0, memory: 900, downloader: "curl", checksum: true, reachesCluster: true },
    ...{ installPlace: on("/opt"), temporaryPlace: on("/tmp"), dataPlace: on("/var/lib"), logPlace: on("/var/log") },
    ...given,
  };
}

export const aHostReading = (given: Partial<HostFacts> = {}): HostReading => ({
  status: "complete",
  value: {
    system: "Linux",
    machine: "x86_64",
    uptime: null,
    locked: false,
    leftovers: false,
    agent: null,
    site: null,
    ...given,
  },
});

export const everything: PlanScope = {
  targets: [],
  excludes: [],
  only: ["environments", "groups", "hosts"],
  changedSince: null,
  hosts: "probe",
};

export const scopeOf = (given: Partial<PlanScope>): PlanScope => ({ ...everything, ...given });

/** A change as the planner would word it, for tests of what comes after the planner. */
export function aChange<K extends ChangeKind>(
  given: { readonly kind: K; readonly action: Changes[K]["action"] } & Partial<
    Omit<ChangeBase & ChangeColumns & ChangeContent, "kind" | "action">
  >,
): Changes[K] {
  const { kind } = given;
  const cluster = given.cluster ?? "emea";
  const environment = given.environment ?? (kind === "group" ? null : "abc-p1");
  const group = given.group ?? (kind === "environment" || kind === "host" ? null : "operators");
  const host = given.host ?? (kind === "host" ? "web01.abc.example.com" : null);
  const ids = {
    environment: `environment/${environment}`,
    group: `group/${cluster}/${encodeIdPart(group ?? "")}`,
    permission: `permission/${cluster}/${encodeIdPart(group ?? "")}/${environment}`,
    "zone-permission": `zone-permission/${cluster}/${encodeIdPart(group ?? "")}/${environment}/web`,
    host: `host/${host}`,
  };
  return {
    id: ids[kind],
    cluster,
    customer: kind === "group" ? null : "abc",
    environment,
    group,
    host,
    ...(kind === "zone-permission" ? { managementZone: "web", managementZoneId: "7" } : {}),
    before: null,
    after: {},
    fields: [],
    source: { file: "customers/abc.yaml", line: 4 },
    dependsOn: [],
    origin: null,
    notes: [],
    ...given,
    // A test gives the sides that it is about, and no more.
  } as ChangeBase & ChangeColumns as Changes[K];
}

export interface PlannedWorld extends Partial<Omit<PlanInput, "inventory" | "observed">> {
  readonly inventory: Inventory;
  /** What the clusters have, by name. */
  readonly clusters?: Readonly<Record<string, ClusterContent>>;
  readonly probes?: Readonly<Record<string, HostReading>>;
  readonly observed?: Observed;
}

/** A plan of a world of which a test says only what matters. */
export function planOf({ inventory, clusters, probes = {}, observed, ...given }: PlannedWorld): Plan {
  const contents = clusters ?? Object.fromEntries(inventory.clusters.map(({ name }) => [name, {}]));
  return createPlan({
    inventory,
    hosts: inventory.hosts,
    observed: observed ?? {
      clusters: new Map(Object.entries(contents).map(([name, content]) => [name, anObservedCluster(content)])),
      hosts: new Map(Object.entries(probes)),
    },
    scope: everything,
    createdAt: noon,
    dtsync: "0.1.0",
    commit: null,
    dirty: false,
    held: [],
    incompleteHostLists: new Set(),
    warnings: [],
    ...given,
  });
}

/** One line a change: what most tests of plans are about. */
export const actionsOf = (plan: Plan): readonly string[] => plan.changes.map(({ action, id }) => `${action} ${id}`);

export function changeOf(plan: Plan, id: string): Change {
  const found = plan.changes.find((change) => change.id === id);
  if (!found)
    throw new Error(`The plan has no change ${id}, only ${plan.changes.map((change) => change.id).join(", ")}`);
  return found;
}
