import { emptyAnswer, jsonAnswer } from "./answers.ts";
import { environmentId, listOf, objectOf, required, textOf, wordOf } from "./body-rules.ts";
import { v1Failure } from "./error-form.ts";
import type { ZoneRightRecord } from "./snapshot.ts";
import { type Exchange, environmentOf, findEnvironment, param, type Route, type World } from "./world.ts";

const base = "/api/v1.0/onpremise/groups/managementZones";
const scopes = ["ServiceProviderAPI"];

interface ZoneRightsWrite {
  readonly groupId: string;
  readonly mzPermissionsPerEnvironment: readonly {
    readonly environmentUuid: string;
    readonly mzPermissions: readonly { readonly mzId: string; readonly permissions: readonly string[] }[];
  }[];
}

const permission = wordOf([
  "DEMO_USER",
  "LOG_VIEWER",
  "MANAGE_SECURITY_PROBLEMS",
  "MANAGE_SETTINGS",
  "REPLAY_SESSION_DATA",
  "REPLAY_SESSION_DATA_WITHOUT_MASKING",
  "VIEWER",
  "VIEW_SECURITY_PROBLEMS",
  "VIEW_SENSITIVE_REQUEST_DATA",
]);

const writeRule = objectOf({
  groupId: required(textOf({ least: 1 })),
  mzPermissionsPerEnvironment: required(
    listOf(
      objectOf({
        environmentUuid: required(environmentId),
        mzPermissions: required(
          listOf(
            objectOf({
              mzId: required(textOf({ pattern: /^-?\d{1,19}$/ })),
              permissions: required(listOf(permission, { unique: true })),
            }),
          ),
        ),
      }),
    ),
  ),
});

function shown(world: World, group: string, withEmpty: boolean): Record<string, unknown> {
  const environments = new Map<string, { mzId: string; permissions: readonly string[] }[]>();
  const add = (environment: string, mzId: string, permissions: readonly string[]): void => {
    environments.set(environment, [...(environments.get(environment) ?? []), { mzId, permissions }]);
  };
  const rights = world.state.zoneRights.filter((right) => right.group === group);
  for (const { environment, zone, permissions } of rights) add(environment, zone, permissions);
  if (withEmpty) {
    for (const zone of world.state.managementZones) {
      const has = rights.some((right) => right.environment === zone.environment && right.zone === zone.id);
      if (!has) add(zone.environment, zone.id, []);
    }
  }
  return {
    groupId: group,
    mzPermissionsPerEnvironment: [...environments].map(([environmentUuid, mzPermissions]) => ({
      environmentUuid,
      mzPermissions,
    })),
  };
}

function list(world: World, { query }: Exchange): Response {
  const withEmpty = query.get("includeEmptyEntries") === "true";
  return jsonAnswer([...world.state.groups.keys()].map((group) => shown(world, group, withEmpty)));
}

function read(world: World, exchange: Exchange): Response {
  const id = param(exchange, "groupId");
  const group = world.state.groups.get(id.toLowerCase());
  if (group === undefined) return v1Failure(world, 404, `Group ${id} doesn't exist`);
  return jsonAnswer(shown(world, group.id, exchange.query.get("includeEmptyEntries") === "true"));
}

/** Touches only the zones it names. Nothing is written when one of them is unknown. */
function update(world: World, exchange: Exchange): Response {
  const write = exchange.body as ZoneRightsWrite;
  const group = world.state.groups.get(write.groupId.toLowerCase());
  if (group === undefined) return v1Failure(world, 404, `Group ${write.groupId} doesn't exist`);
  const changes: ZoneRightRecord[] = [];
  for (const { environmentUuid, mzPermissions } of write.mzPermissionsPerEnvironment) {
    const environment = findEnvironment(world, environmentUuid);
    if (environment === undefined) return v1Failure(world, 404, `Environment ${environmentUuid} doesn't exist`);
    for (const { mzId, permissions } of mzPermissions) {
      const known = world.state.managementZones.find((zone) => zone.environment === environment.id && zone.id === mzId);
      const isVisible = world.now() - (known?.createdAt ?? 0) >= world.switches.zoneVisibleAfter;
      if (known === undefined || !isVisible) {
        return v1Failure(world, 404, `Management zone ${mzId} doesn't exist in environment ${environment.id}`);
      }
      changes.push({ group: group.id, environment: environment.id, zone: mzId, permissions });
    }
  }
  world.state.zoneRights = withZoneRights(world.state.zoneRights, changes);
  return emptyAnswer(200);
}

/** Rights after some of them were set. Any right on a zone brings VIEWER there, whatever else is implied. */
export function withZoneRights(
  rights: readonly ZoneRightRecord[],
  changes: readonly ZoneRightRecord[],
): readonly ZoneRightRecord[] {
  const key = (right: ZoneRightRecord): string => `${right.group}/${right.environment}/${right.zone}`;
  const merged = new Map(rights.map((right) => [key(right), right]));
  for (const right of changes) {
    if (right.permissions.length === 0) merged.delete(key(right));
    else merged.set(key(right), { ...right, permissions: [...new Set([...right.permissions, "VIEWER"])].sort() });
  }
  return [...merged.values()];
}

/** The zones of an environment, configuration API: ids and names alone, all in one answer. */
function listOfEnvironment(world: World, exchange: Exchange): Response {
  const { id } = environmentOf(exchange);
  const zones = world.state.managementZones.filter((zone) => zone.environment === id);
  return jsonAnswer({ values: zones.map((zone) => ({ id: zone.id, name: zone.name })) });
}

/** Rights of groups on management zones (cluster API v1), and the zones of an environment. */
export const managementZoneRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/e/:environmentId/api/config/v1/managementZones",
    scopes: ["ReadConfig"],
    writes: false,
    respond: listOfEnvironment,
  },
  { method: "GET", path: base, scopes, writes: false, respond: list },
  { method: "PUT", path: base, scopes, writes: true, body: writeRule, respond: update },
  { method: "GET", path: `${base}/:groupId`, scopes, writes: false, respond: read },
];
