import { emptyAnswer, errorAnswer, textAnswer, type Violation } from "./answers.ts";
import type { World } from "./world.ts";

const v1Base = "/api/v1.0/";

/** An error in the form of the API that the path belongs to: the cluster API v1 documents no error body. */
export function failure(
  world: World,
  path: string,
  status: number,
  message: string,
  violations: readonly Violation[] = [],
): Response {
  if (!path.startsWith(v1Base) || world.switches.v1ErrorBody === "envelope") {
    return errorAnswer(status, message, violations);
  }
  if (world.switches.v1ErrorBody === "empty") return emptyAnswer(status);
  const details = violations.map((violation) => `${violation.path}: ${violation.message}`);
  return textAnswer([message, ...details].join("\n"), status);
}

export function v1Failure(world: World, status: number, message: string): Response {
  return failure(world, v1Base, status, message);
}
