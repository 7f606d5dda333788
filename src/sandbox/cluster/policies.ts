import { errorAnswer, jsonAnswer } from "./answers.ts";
import type { PolicyRecord } from "./snapshot.ts";
import { type Exchange, findEnvironment, param, type Route, type World } from "./world.ts";

const base = "/api/cluster/v2/iam/repo/:levelType/:levelId";
const scopes = ["ServiceProviderAPI"];

/** The policies of the level in the path, or the answer for a level that does not exist. */
function levelOf(world: World, exchange: Exchange): readonly PolicyRecord[] | Response {
  const levelType = param(exchange, "levelType");
  const levelId = param(exchange, "levelId");
  const exists =
    (levelType === "global" && levelId === "global") ||
    (levelType === "cluster" && levelId === world.state.clusterUuid) ||
    (levelType === "environment" && findEnvironment(world, levelId) !== undefined);
  if (!exists) return errorAnswer(404, `There is no level ${levelType} ${levelId}`);
  return world.state.policies.filter((policy) => policy.levelType === levelType && policy.levelId === levelId);
}

function listPolicies(world: World, exchange: Exchange): Response {
  const policies = levelOf(world, exchange);
  if (policies instanceof Response) return policies;
  const name = exchange.query.get("name");
  return jsonAnswer({
    policies: policies
      .filter((policy) => name === null || policy.name === name)
      .map((policy) => ({ uuid: policy.uuid, name: policy.name, description: "", category: "CUSTOM", tags: [] })),
  });
}

function listBindings(world: World, exchange: Exchange): Response {
  const policies = levelOf(world, exchange);
  if (policies instanceof Response) return policies;
  return jsonAnswer({
    levelType: param(exchange, "levelType"),
    levelId: param(exchange, "levelId"),
    policyBindings: policies
      .filter((policy) => policy.groups.length > 0)
      .map(({ uuid, groups }) => ({ policyUuid: uuid, groups, parameters: {}, metadata: {} })),
  });
}

function groupBindings(world: World, exchange: Exchange): Response {
  const policies = levelOf(world, exchange);
  if (policies instanceof Response) return policies;
  const id = param(exchange, "groupId");
  const group = world.state.groups.get(id.toLowerCase());
  if (group === undefined) return errorAnswer(404, `Group ${id} does not exist`);
  const bound = policies.filter((policy) => policy.groups.includes(group.id));
  return jsonAnswer({ policyUuids: bound.map(({ uuid }) => uuid) });
}

/** Policies and bindings, to be read. They get into a cluster by its seed. */
export const policyRoutes: readonly Route[] = [
  { method: "GET", path: `${base}/policies`, scopes, writes: false, respond: listPolicies },
  { method: "GET", path: `${base}/bindings`, scopes, writes: false, respond: listBindings },
  { method: "GET", path: `${base}/bindings/groups/:groupId`, scopes, writes: false, respond: groupBindings },
];
