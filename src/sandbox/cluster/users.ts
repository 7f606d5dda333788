import { emptyAnswer, jsonAnswer } from "./answers.ts";
import { listOf, nullable, objectOf, optional, required, textOf, textSet } from "./body-rules.ts";
import { v1Failure } from "./error-form.ts";
import type { UserRecord } from "./snapshot.ts";
import { type Exchange, param, type Route, type World } from "./world.ts";

const base = "/api/v1.0/onpremise/users";
const scopes = ["ServiceProviderAPI"];
const filled = textOf({ least: 1 });

const writeRule = objectOf({
  id: required(filled),
  email: required(textOf({ least: 3 })),
  firstName: required(filled),
  lastName: required(filled),
  passwordClearText: optional(nullable(textOf())),
  groups: optional(textSet),
});

type UserWrite = Omit<UserRecord, "groups"> & { readonly groups?: readonly string[] };
type Outcome = { readonly user: UserRecord } | { readonly status: number; readonly message: string };

function shown(user: UserRecord): Record<string, unknown> {
  return { ...user, passwordClearText: null };
}

/** Business failures of this API lie in the 5xx range. */
function stored(world: World, write: UserWrite, before: UserRecord | undefined): Outcome {
  if (world.switches.userRepository === "LDAP") return { status: 403, message: "Users are managed by LDAP" };
  for (const other of world.state.users.values()) {
    if (other.id !== before?.id && other.email.toLowerCase() === write.email.toLowerCase()) {
      return { status: 524, message: `E-mail ${write.email} already exists` };
    }
  }
  const groups: string[] = [];
  for (const id of write.groups ?? []) {
    const group = world.state.groups.get(id.toLowerCase());
    if (group === undefined) return { status: 406, message: `Group ${id} doesn't exist` };
    groups.push(group.id);
  }
  const { id, email, firstName, lastName } = write;
  const user: UserRecord = { id, email, firstName, lastName, groups };
  world.state.users.set(id, user);
  return { user };
}

function make(world: World, write: UserWrite): Outcome {
  if (world.state.users.has(write.id)) return { status: 523, message: `User ${write.id} already exists` };
  return stored(world, write, undefined);
}

function answerOf(world: World, outcome: Outcome): Response {
  return "user" in outcome ? jsonAnswer(shown(outcome.user)) : v1Failure(world, outcome.status, outcome.message);
}

function createUsers(world: World, { body }: Exchange): Response {
  if (world.switches.userRepository === "LDAP") return v1Failure(world, 403, "Users are managed by LDAP");
  const writes = body as UserWrite[];
  if (new Set(writes.map(({ id }) => id)).size !== writes.length) {
    return v1Failure(world, 400, "A user is given more than once");
  }
  const outcomes = writes.map((write) => make(world, write));
  const made = outcomes.flatMap((outcome) => ("user" in outcome ? [shown(outcome.user)] : []));
  return jsonAnswer(made, made.length === writes.length ? 200 : 406);
}

function updateUser(world: World, { body }: Exchange): Response {
  const write = body as UserWrite;
  const before = world.state.users.get(write.id);
  if (before === undefined) return v1Failure(world, 404, `User ${write.id} doesn't exist`);
  return answerOf(world, stored(world, write, before));
}

function getUser(world: World, exchange: Exchange): Response {
  const id = param(exchange, "userId");
  const user = world.state.users.get(id);
  return user === undefined ? v1Failure(world, 404, `User ${id} doesn't exist`) : jsonAnswer(shown(user));
}

function deleteUser(world: World, exchange: Exchange): Response {
  const user = world.state.users.get(param(exchange, "userId"));
  if (user === undefined) return emptyAnswer(200);
  world.state.users.delete(user.id);
  return jsonAnswer(shown(user));
}

/** Local users of the cluster API v1. */
export const userRoutes: readonly Route[] = [
  {
    method: "GET",
    path: base,
    scopes,
    writes: false,
    respond: (world) => jsonAnswer([...world.state.users.values()].map(shown)),
  },
  {
    method: "POST",
    path: base,
    scopes,
    writes: true,
    body: writeRule,
    respond: (world, { body }) => answerOf(world, make(world, body as UserWrite)),
  },
  { method: "PUT", path: base, scopes, writes: true, body: writeRule, respond: updateUser },
  {
    method: "POST",
    path: `${base}/bulk`,
    scopes,
    writes: true,
    body: listOf(writeRule, { least: 1 }),
    respond: createUsers,
  },
  { method: "GET", path: `${base}/:userId`, scopes, writes: false, respond: getUser },
  { method: "DELETE", path: `${base}/:userId`, scopes, writes: true, respond: deleteUser },
];
