import { readFile } from "node:fs/promises";
import { errorMessage, usageError } from "../errors.ts";
import type { Plan } from "../model/plan.ts";

/** By kind. A map, because a plan file may name any kind, also one that is a member of every object. */
const actions: ReadonlyMap<unknown, readonly string[]> = new Map([
  ["environment", ["create", "update", "disable", "enable", "delete"]],
  ["group", ["create", "update", "delete"]],
  ["permission", ["grant", "update", "revoke"]],
  ["host", ["install", "update", "configure", "move", "uninstall"]],
]);

/** Reads the file of a plan. Throws a usage error for one that is not there or is not a plan. */
export async function readPlanFile(file: string): Promise<Plan> {
  try {
    return parsePlan(await readFile(file, "utf8"));
  } catch (error) {
    throw usageError(
      `${file} is not a plan that this version can apply (${errorMessage(error)})`,
      "make one with dtsync plan --out FILE",
    );
  }
}

/** A plan from its JSON. Throws a plain Error that says what is wrong with it. */
export function parsePlan(text: string): Plan {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || value["format"] !== "dtsync-plan/1") throw new Error('it has no "format": "dtsync-plan/1"');
  const { inventory, scope, changes, held, guards, summary } = value;
  if (!isObject(inventory) || typeof inventory["digest"] !== "string") throw new Error("it names no inventory");
  if (!isObject(scope) || !isObject(summary)) throw new Error("it has no scope or summary");
  if (!Array.isArray(changes) || !Array.isArray(held) || !Array.isArray(guards)) throw new Error("it has no changes");
  for (const change of changes) checkChange(change);
  return value as unknown as Plan;
}

function checkChange(change: unknown): void {
  if (!isObject(change) || typeof change["id"] !== "string") throw new Error("a change has no id");
  const known = actions.get(change["kind"])?.includes(String(change["action"]));
  if (!known) throw new Error(`${change["id"]} has an unknown kind or action`);
  const lists = ["fields", "dependsOn", "notes"].every((name) => Array.isArray(change[name]));
  const sides = ["before", "after"].every((name) => change[name] === null || typeof change[name] === "object");
  if (!lists || !sides || typeof change["cluster"] !== "string") throw new Error(`${change["id"]} is not a change`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
