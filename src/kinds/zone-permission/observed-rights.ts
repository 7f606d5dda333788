import type { ObservedZoneRight } from "../../model/observed.ts";
import { closePermissions } from "../group/permissions.ts";

/** A zone is told by its environment and its id; ids of environments are equal without regard to case. */
export const zoneKey = (environment: string, zone: string): string => `${environment.toLowerCase()}/${zone}`;

/** Permissions by `zoneKey`, closed under what the cluster implies, of one group. */
export const rightsByZone = (rights: readonly ObservedZoneRight[]): ReadonlyMap<string, readonly string[]> =>
  new Map(
    rights.map(({ environment, zone, permissions }) => [zoneKey(environment, zone), closePermissions(permissions)]),
  );
