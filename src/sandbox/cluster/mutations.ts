import { groupIdOf } from "../../kinds/group/group-id.ts";
import { findGroupByName, groupNames } from "../../kinds/group/group-names.ts";
import { completeEnvironment, completeGroup } from "./cluster-state.ts";
import { removeEnvironment, saveEnvironment } from "./environments.ts";
import { storedRights } from "./group-rules.ts";
import { removeGroup } from "./groups.ts";
import { withZoneRights } from "./management-zones.ts";
import type {
  EnvironmentRecord,
  GroupRecord,
  ManagementZoneRecord,
  PolicyRecord,
  ProblemRecord,
  TokenRecord,
  ZoneRightRecord,
} from "./snapshot.ts";
import { findEnvironment, type World } from "./world.ts";

interface NewStandingToken {
  readonly name?: string;
  readonly scopes: readonly string[];
  /** The environment it belongs to; left out: a token of the cluster. */
  readonly environment?: string;
  /** When it expires; left out: never. */
  readonly expires?: Date;
  readonly revoked?: boolean;
}

/** Changes from outside the API, as another writer or an operator makes them. */
export interface ClusterMutations {
  readonly createToken: (token: NewStandingToken) => TokenRecord;
  readonly removeToken: (token: TokenRecord) => void;
  /** Changes an environment, or makes it. It serves at once. */
  readonly setEnvironment: (id: string, change?: Partial<Omit<EnvironmentRecord, "id">>) => EnvironmentRecord;
  readonly removeEnvironment: (id: string) => void;
  /** Changes the group of this name, or makes it. Rights are completed as the cluster would. */
  readonly setGroup: (name: string, change?: Partial<Omit<GroupRecord, "id">>) => GroupRecord;
  readonly removeGroup: (name: string) => void;
  readonly addProblem: (problem: ProblemRecord) => void;
  readonly addManagementZone: (zone: ManagementZoneRecord) => void;
  /** Takes a zone away, with the rights on it. */
  readonly removeManagementZone: (zone: Pick<ManagementZoneRecord, "environment" | "id">) => void;
  /** Gives a group rights on a zone in place of those that it has there; none takes them away. */
  readonly setZoneRight: (right: ZoneRightRecord) => void;
  readonly addPolicy: (policy: PolicyRecord) => void;
  readonly setNetworkZones: (zones: readonly string[]) => void;
  /** Writes get 556 and nodes have two builds until the milliseconds have passed; then the version is the new one. */
  readonly startUpgrade: (upgrade: { readonly duration: number; readonly version?: string }) => void;
  /** For so many milliseconds the proxy answers everything: first 502, then 503. */
  readonly restartNode: (duration: number) => void;
  /** State of a node, such as `RUNNING` or `EMERGENCY`; nodes are 1, 2 and 3. */
  readonly setNodeState: (id: number, operationState: string) => void;
}

export function createMutations(world: World): ClusterMutations {
  const { state } = world;
  const findGroup = (name: string): GroupRecord | undefined => {
    const match = findGroupByName(name, groupNames([...state.groups.values()]));
    return match.status === "found" ? match.group : undefined;
  };
  return {
    createToken: ({ name = "made by hand", scopes, environment, expires, revoked = false }) => {
      const made = world.state.tokens.create(
        {
          name,
          scopes,
          owner: "admin",
          environment: environment === undefined ? null : (findEnvironment(world, environment)?.id ?? environment),
          expires: expires?.getTime() ?? null,
        },
        world.now(),
      );
      const token = { ...made, revoked };
      state.tokens.put(token);
      return token;
    },
    removeToken: state.tokens.remove,
    setEnvironment: (id, change = {}) => {
      const before = findEnvironment(world, id) ?? completeEnvironment({ id }, world.random, world.now());
      const environment: EnvironmentRecord = {
        ...before,
        ...change,
        quotas: { ...before.quotas, ...change.quotas },
        storage: { ...before.storage, ...change.storage },
      };
      saveEnvironment(world, environment);
      return environment;
    },
    removeEnvironment: (id) => {
      const environment = findEnvironment(world, id);
      if (environment !== undefined) removeEnvironment(world, environment);
    },
    setGroup: (name, change = {}) => {
      const before = findGroup(name) ?? completeGroup({ name, id: groupIdOf(name) });
      const changed: GroupRecord = { ...before, ...change };
      const rights = changed.isClusterAdminGroup ? {} : storedRights(changed.accessRight, world.switches.impliedRights);
      const group: GroupRecord = { ...changed, accessRight: rights };
      state.groups.set(group.id, group);
      return group;
    },
    removeGroup: (name) => {
      const group = findGroup(name);
      if (group !== undefined) removeGroup(world, group);
    },
    addProblem: (problem) => {
      state.problems = [...state.problems, problem];
    },
    addManagementZone: (zone) => {
      state.managementZones = [...state.managementZones, { createdAt: world.now(), ...zone }];
    },
    removeManagementZone: ({ environment, id }) => {
      const isOther = (other: { readonly environment: string }, zone: string) =>
        other.environment !== environment || zone !== id;
      state.managementZones = state.managementZones.filter((zone) => isOther(zone, zone.id));
      state.zoneRights = state.zoneRights.filter((right) => isOther(right, right.zone));
    },
    setZoneRight: (right) => {
      state.zoneRights = withZoneRights(state.zoneRights, [right]);
    },
    addPolicy: (policy) => {
      state.policies = [...state.policies, policy];
    },
    setNetworkZones: (zones) => {
      state.networkZones = zones;
    },
    startUpgrade: ({ duration, version }) => {
      state.upgrade = { until: world.now() + duration, version: version ?? state.version };
    },
    restartNode: (duration) => {
      const from = world.now();
      world.passing.restart = { from, until: from + duration };
    },
    setNodeState: (id, operationState) => {
      world.passing.nodes = world.passing.nodes.map((node) => (node.id === id ? { id, operationState } : node));
    },
  };
}
