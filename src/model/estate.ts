import type { ObservedEnvironment, ObservedGroup, PolicyGroups } from "./observed.ts";

/** What one cluster has, read whole. */
export interface EstateCluster {
  readonly name: string;
  readonly environments: readonly ObservedEnvironment[];
  readonly groups: readonly ObservedGroup[];
  /** Rights of groups on management zones, as far as these can be named. */
  readonly zoneRights: readonly EstateZoneRight[];
  /** Null: nobody knows. */
  readonly policyGroups: PolicyGroups | null;
  /** Hosts that environments list, by environment id; null: they were not asked for. */
  readonly hosts: ReadonlyMap<string, readonly EstateHost[]> | null;
}

/** What a group has on one management zone, which is called by its name. */
export interface EstateZoneRight {
  /** Id of the group. */
  readonly group: string;
  readonly environment: string;
  readonly zone: string;
  readonly permissions: readonly string[];
}

/** A host as its environment lists it. A member is null where the cluster does not tell. */
export interface EstateHost {
  readonly name: string;
  /** By which it is known besides, in small letters. */
  readonly otherNames: readonly string[];
  readonly addresses: readonly string[];
  readonly hostGroup: string | null;
  readonly networkZone: string | null;
}

/** Something that a person should look at after an import. */
export interface Remark {
  readonly about: string;
  readonly items: readonly string[];
}
