import { type ChangeBase, encodeIdPart } from "../change.ts";
import type { PermissionContent } from "../group/change.ts";

/** The rights of a group on one management zone. */
export interface ZonePermissionColumns {
  readonly kind: "zone-permission";
  /** Of the environment. */
  readonly customer: string;
  readonly environment: string;
  readonly group: string;
  readonly host: null;
  /** Its name; where two revisions are compared, what they declare, which may be a glob. */
  readonly managementZone: string;
}

export type DeclaredZonePermissionChange = ChangeBase & ZonePermissionColumns & PermissionContent;

export type ZonePermissionChange = DeclaredZonePermissionChange & {
  /** A signed number of 64 bits, which the cluster calls the zone by. */
  readonly managementZoneId: string;
};

export const zonePermissionChangeId = (
  cluster: string,
  group: string,
  environment: string,
  managementZone: string,
): string => `zone-permission/${cluster}/${encodeIdPart(group)}/${environment}/${encodeIdPart(managementZone)}`;
