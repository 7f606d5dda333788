import { errorAnswer } from "./answers.ts";
import type { EnvironmentRecord } from "./snapshot.ts";
import { findEnvironment, type World } from "./world.ts";

/** Whether an environment answers yet: a new one is unknown to its node at first, a restarted one only starting. */
export function readiness(world: World, environment: EnvironmentRecord): "unresolved" | "starting" | "ready" {
  if (environment.startedAt === null) return "ready";
  const age = world.now() - environment.startedAt;
  const wait = world.switches.environmentReadyAfter;
  if (age >= wait) return "ready";
  const isNew = Date.parse(environment.creationDate) === environment.startedAt;
  return isNew && age < wait / 2 ? "unresolved" : "starting";
}

/** The environment of a path below `/e/`, or the answer of one that does not serve. */
export function resolveEnvironment(world: World, id: string): EnvironmentRecord | Response {
  const environment = findEnvironment(world, id);
  if (environment === undefined) return unresolved(id);
  if (environment.state === "DISABLED") {
    const status = world.switches.disabledEnvironment;
    return status === 404 ? unresolved(id) : errorAnswer(status, `Environment ${environment.id} is disabled`);
  }
  const state = readiness(world, environment);
  if (state === "unresolved") return unresolved(id);
  return state === "starting" ? errorAnswer(503, `Environment ${environment.id} is starting`) : environment;
}

function unresolved(id: string): Response {
  return errorAnswer(404, `failed to resolve tenant ${id}`);
}
