import { compareText } from "../../lib/text.ts";
import type { Undeclared } from "../../model/difference.ts";
import type { Environment, Group } from "../../model/inventory.ts";
import { makeChange, sourceOf } from "../change.ts";
import { closePermissions } from "../group/permissions.ts";
import { permissionContent } from "../group/rights.ts";
import { type DeclaredZonePermissionChange, type ZonePermissionColumns, zonePermissionChangeId } from "./change.ts";
import { hasDeclaredRights } from "./wanted-rights.ts";

interface ZoneDifference {
  readonly changes: readonly DeclaredZonePermissionChange[];
  readonly unmanaged: readonly Undeclared[];
}

/**
 * What a group declares differently of management zones, by the names and globs as they are declared. What nobody names any
 * more (`isNamed`) stays as it is. `environments` are those of the later revision, by id in lower case.
 */
export function compareDeclaredZones(
  old: Group | undefined,
  now: Group,
  environments: ReadonlyMap<string, Environment>,
  isNamed: (
    zone: Pick<ZonePermissionColumns, "environment" | "managementZone"> & { readonly cluster: string },
  ) => boolean,
): ZoneDifference {
  const changes: DeclaredZonePermissionChange[] = [];
  const unmanaged: Undeclared[] = [];
  // The rights of administrators are never compared.
  if (!hasDeclaredRights(now) || now.isClusterAdminGroup === true) return { changes, unmanaged };
  const [left, right] = [rightsOf(old), rightsOf(now)];
  const notes = old?.state === "present" && old.access === null ? ["its rights were not declared before"] : [];
  for (const id of [...new Set([...left.keys(), ...right.keys()])].sort(compareText)) {
    const environment = environments.get(id);
    if (environment?.cluster !== now.cluster) continue;
    const [before, after] = [left.get(id) ?? nothing, right.get(id) ?? nothing];
    for (const managementZone of [...new Set([...before.keys(), ...after.keys()])].sort(compareText)) {
      const columns: ZonePermissionColumns = {
        kind: "zone-permission",
        customer: environment.customer,
        environment: environment.id,
        group: now.name,
        host: null,
        managementZone,
      };
      const { cluster } = now;
      const changeId = zonePermissionChangeId(cluster, now.name, environment.id, managementZone);
      const [had, has] = [before.get(managementZone), after.get(managementZone)];
      if (had !== undefined && had.length > 0 && has === undefined && !isNamed({ cluster, ...columns })) {
        const note =
          "no group names this management zone any more, so rights on it stay; to take them away, declare []";
        unmanaged.push({ id: changeId, cluster, ...columns, note, source: sourceOf(old ?? now) });
        continue;
      }
      const content = permissionContent(had ?? [], has ?? []);
      if (content === null) continue;
      const about = { id: changeId, cluster, source: sourceOf(now), dependsOn: [], notes };
      changes.push(makeChange(about, columns, content));
    }
  }
  return { changes, unmanaged };
}

const nothing: ReadonlyMap<string, readonly string[]> = new Map();

const rightsOf = (group: Group | undefined): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> =>
  new Map(
    group === undefined || !hasDeclaredRights(group)
      ? []
      : [...group.managementZones].map(([id, zones]) => [
          id.toLowerCase(),
          new Map([...zones].map(([name, permissions]) => [name, closePermissions(permissions)])),
        ]),
  );
