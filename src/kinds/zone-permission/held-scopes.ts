import type { Coordinates } from "../kind.ts";

/** The scope of what is held where rights on management zones could not be read on a cluster. */
export const zoneRightsScope = (cluster: string): string => `cluster/${cluster}/management-zones`;

/** The same where the zones of an environment could not be read. */
export const zoneListScope = (cluster: string, environment: string): string =>
  `${zoneRightsScope(cluster)}/${environment}`;

/** Scopes of `held` that rights on a zone are in, the widest first; none for anything else. */
export const zoneScopes = ({
  cluster,
  environment,
  managementZone,
}: Pick<Coordinates, "cluster" | "environment" | "managementZone">): readonly string[] =>
  managementZone === undefined || environment === null
    ? []
    : [zoneRightsScope(cluster), zoneListScope(cluster, environment)];
