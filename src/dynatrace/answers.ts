import type { ObservedEnvironment, ObservedGroup, ObservedLimits } from "../model/observed.ts";

/** Thrown when an answer of the cluster does not have the documented shape; the caller treats the scope as unreadable. */
export class UnexpectedAnswer extends Error {
  constructor(what: string) {
    super(`the cluster answered in an unexpected form: ${what}`);
    this.name = "UnexpectedAnswer";
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UnexpectedAnswer(`${what} is not an object`);
  return value as JsonObject;
}

export function asArray(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new UnexpectedAnswer(`${what} is not a list`);
  return value;
}

export function asText(value: unknown, what: string): string {
  if (typeof value !== "string" || value === "") throw new UnexpectedAnswer(`${what} is not a text`);
  return value;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

export function parseEnvironment(value: unknown): ObservedEnvironment {
  const entry = asObject(value, "an environment");
  const state = entry["state"];
  if (state !== "ENABLED" && state !== "DISABLED") throw new UnexpectedAnswer("an environment without a known state");
  const limits = (key: "quotas" | "storage") =>
    typeof entry[key] === "object" && entry[key] !== null ? { [key]: entry[key] as ObservedLimits } : {};
  return {
    id: asText(entry["id"], "the id of an environment"),
    name: asText(entry["name"], "the name of an environment"),
    state,
    trial: entry["trial"] === true,
    tags: texts(entry["tags"]),
    ...limits("quotas"),
    ...limits("storage"),
  };
}

/** The account flags are read under the names of new and of old versions. */
export function parseGroup(value: unknown): ObservedGroup {
  const entry = asObject(value, "a group");
  const flag = (name: "isAccessAccount" | "isManageAccount", oldName: string) => {
    const found = entry[name] ?? entry[oldName];
    return typeof found === "boolean" ? { [name]: found } : {};
  };
  const rights = entry["accessRight"];
  const accessRight: Record<string, readonly string[]> = {};
  if (typeof rights === "object" && rights !== null) {
    for (const [permission, environments] of Object.entries(rights)) accessRight[permission] = texts(environments);
  }
  return {
    id: asText(entry["id"], "the id of a group"),
    name: asText(entry["name"], "the name of a group"),
    isClusterAdminGroup: entry["isClusterAdminGroup"] === true,
    ldapGroupNames: texts(entry["ldapGroupNames"]),
    ssoGroupNames: texts(entry["ssoGroupNames"]),
    accessRight,
    ...flag("isAccessAccount", "hasAccessAccountRole"),
    ...flag("isManageAccount", "hasManageAccountAndViewProductUsageRole"),
  };
}
