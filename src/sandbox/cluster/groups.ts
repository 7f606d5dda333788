import { groupIdOf } from "../../kinds/group/group-id.ts";
import { emptyAnswer, jsonAnswer } from "./answers.ts";
import {
  environmentId,
  listOf,
  mapOf,
  nullable,
  objectOf,
  optional,
  type Rule,
  required,
  textOf,
  textSet,
  truth,
  violationsOf,
} from "./body-rules.ts";
import { failure, v1Failure } from "./error-form.ts";
import { type AccessRight, groupPermissions, storedRights } from "./group-rules.ts";
import type { GroupRecord } from "./snapshot.ts";
import { type Exchange, findEnvironment, param, type Route, readable, type World } from "./world.ts";

const base = "/api/v1.0/onpremise/groups";
const scopes = ["ServiceProviderAPI"];

interface GroupWrite {
  readonly id?: string | null;
  readonly name: string;
  readonly isClusterAdminGroup: boolean;
  readonly isAccessAccount?: boolean;
  readonly isManageAccount?: boolean;
  readonly ldapGroupNames?: readonly string[];
  readonly ssoGroupNames?: readonly string[];
  readonly accessRight?: AccessRight;
}

const environmentSet = listOf(environmentId, { unique: true });
const shared = {
  name: required(textOf({ least: 1 })),
  isClusterAdminGroup: required(truth),
  isAccessAccount: optional(truth),
  isManageAccount: optional(truth),
  ldapGroupNames: optional(textSet),
  ssoGroupNames: optional(textSet),
};
const anyRights = mapOf(environmentSet);
const knownRights = objectOf(
  Object.fromEntries(groupPermissions.map((permission) => [permission, optional(environmentSet)])),
);

function createRule(world: World): Rule {
  const rights = world.switches.unknownPermissions === "accepted" ? anyRights : knownRights;
  return objectOf({ id: optional(nullable(textOf({ most: 0 }))), ...shared, accessRight: optional(rights) });
}

const updateRule = objectOf({
  id: required(textOf({ least: 1 })),
  ...shared,
  accessRight: optional(anyRights),
});

type Outcome = { readonly group: GroupRecord } | { readonly status: number; readonly message: string };

/**
 * The group as the cluster stores what was sent: rights closed under the implied ones and none for
 * administrators, environments by their own spelling. Whatever was left out is empty.
 */
function storedGroup(world: World, id: string, write: GroupWrite): Outcome {
  const rights: Record<string, string[]> = {};
  for (const [permission, ids] of Object.entries(write.accessRight ?? {})) {
    const known: string[] = [];
    for (const environment of ids) {
      const found = findEnvironment(world, environment);
      if (found === undefined) return { status: 400, message: `Environment ${environment} doesn't exist` };
      known.push(found.id);
    }
    rights[permission] = known;
  }
  return {
    group: {
      id,
      name: write.name,
      isClusterAdminGroup: write.isClusterAdminGroup,
      isAccessAccount: world.licence === "dps" && (write.isAccessAccount ?? false),
      isManageAccount: write.isManageAccount ?? false,
      ldapGroupNames: write.ldapGroupNames ?? [],
      ssoGroupNames: write.ssoGroupNames ?? [],
      accessRight: write.isClusterAdminGroup ? {} : storedRights(rights, world.switches.impliedRights),
    },
  };
}

function nameTaken(world: World, name: string, except: string | null): boolean {
  const wanted = name.toLowerCase();
  for (const group of world.state.groups.values()) {
    if (group.id !== except && group.name.toLowerCase() === wanted) return true;
  }
  return false;
}

function make(world: World, write: GroupWrite): Outcome {
  const id = groupIdOf(write.name);
  if (id === "") return { status: 400, message: `The name ${write.name} gives no id` };
  if (nameTaken(world, write.name, null)) return { status: 406, message: `Group ${write.name} already exists` };
  if (world.state.groups.has(id)) return { status: 406, message: `A group with the id ${id} already exists` };
  const named =
    write.ldapGroupNames === undefined && world.switches.ldapNameOfNewGroup
      ? { ...write, ldapGroupNames: [write.name] }
      : write;
  const outcome = storedGroup(world, id, named);
  if ("group" in outcome) world.state.groups.set(id, outcome.group);
  return outcome;
}

function answerOf(world: World, outcome: Outcome): Response {
  return "group" in outcome ? jsonAnswer(outcome.group) : v1Failure(world, outcome.status, outcome.message);
}

function checked(world: World, rule: Rule, body: unknown): Response | null {
  const violations = violationsOf(rule, body);
  return violations.length === 0 ? null : failure(world, base, 400, "Constraints violated.", violations);
}

function createGroup(world: World, { body }: Exchange): Response {
  return checked(world, createRule(world), body) ?? answerOf(world, make(world, body as GroupWrite));
}

/** Not atomic: what can be made is made, and 406 lists it. */
function createGroups(world: World, { body }: Exchange): Response {
  const refusal = checked(world, listOf(createRule(world), { least: 1 }), body);
  if (refusal !== null) return refusal;
  const made: GroupRecord[] = [];
  let complete = true;
  for (const write of body as GroupWrite[]) {
    const outcome = make(world, write);
    if ("group" in outcome) made.push(outcome.group);
    else complete = false;
  }
  return jsonAnswer(made, complete ? 200 : 406);
}

function updateGroup(world: World, { body }: Exchange): Response {
  const refusal = checked(world, updateRule, body);
  if (refusal !== null) return refusal;
  const write = body as GroupWrite;
  const before = world.state.groups.get((write.id ?? "").toLowerCase());
  if (before === undefined) return v1Failure(world, 406, `Group ${write.id} doesn't exist`);
  // Groups of old that differ in case alone can still be written as long as they keep their names.
  if (write.name !== before.name && nameTaken(world, write.name, before.id)) {
    return v1Failure(world, world.switches.groupRenameClash, `Group ${write.name} already exists`);
  }
  const outcome = storedGroup(world, before.id, write);
  if ("group" in outcome) world.state.groups.set(before.id, outcome.group);
  return answerOf(world, outcome);
}

function getGroup(world: World, exchange: Exchange): Response {
  const id = param(exchange, "groupId");
  const group = readable(world).groups.get(id.toLowerCase());
  return group === undefined ? v1Failure(world, 404, `Group ${id} doesn't exist`) : jsonAnswer(group);
}

function deleteGroup(world: World, exchange: Exchange): Response {
  const id = param(exchange, "groupId");
  const group = world.state.groups.get(id.toLowerCase());
  if (group === undefined) {
    return world.switches.unknownGroupDelete === 200
      ? emptyAnswer(200)
      : v1Failure(world, 400, `Group ${id} doesn't exist`);
  }
  removeGroup(world, group);
  return jsonAnswer(group);
}

/** Takes a group away, with its zone rights, bindings and memberships. */
export function removeGroup(world: World, { id }: GroupRecord): void {
  const { state } = world;
  state.groups.delete(id);
  state.zoneRights = state.zoneRights.filter((right) => right.group !== id);
  state.policies = state.policies.map((policy) => ({
    ...policy,
    groups: policy.groups.filter((group) => group !== id),
  }));
  for (const user of state.users.values()) {
    if (user.groups.includes(id)) state.users.set(user.id, { ...user, groups: user.groups.filter((g) => g !== id) });
  }
}

// Which permissions a body may name depends on a switch, so the handlers look at it.
const anyBody: Rule = () => undefined;

/** Groups of the cluster API v1. */
export const groupRoutes: readonly Route[] = [
  {
    method: "GET",
    path: base,
    scopes,
    writes: false,
    respond: (world) => jsonAnswer([...readable(world).groups.values()]),
  },
  { method: "POST", path: base, scopes, writes: true, body: anyBody, respond: createGroup },
  { method: "PUT", path: base, scopes, writes: true, body: anyBody, respond: updateGroup },
  { method: "POST", path: `${base}/bulk`, scopes, writes: true, body: anyBody, respond: createGroups },
  { method: "GET", path: `${base}/:groupId`, scopes, writes: false, respond: getGroup },
  { method: "DELETE", path: `${base}/:groupId`, scopes, writes: true, respond: deleteGroup },
];
