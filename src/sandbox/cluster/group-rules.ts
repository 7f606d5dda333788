import { compareText } from "../../lib/text.ts";

/** Permissions that a new group may be given. */
export const groupPermissions: readonly string[] = [
  "VIEWER",
  "MANAGE_SETTINGS",
  "AGENT_INSTALL",
  "LOG_VIEWER",
  "VIEW_SENSITIVE_REQUEST_DATA",
  "CONFIGURE_REQUEST_CAPTURE_DATA",
  "REPLAY_SESSION_DATA",
  "REPLAY_SESSION_DATA_WITHOUT_MASKING",
  "MANAGE_SECURITY_PROBLEMS",
  "VIEW_SECURITY_PROBLEMS",
  "MANAGE_SUPPORT_TICKETS",
];

export type AccessRight = Readonly<Record<string, readonly string[]>>;

/**
 * The rights as a cluster stores them: any right on an environment brings VIEWER there, request capture brings
 * settings, managing vulnerabilities brings seeing them. Permissions without environments vanish.
 */
export function storedRights(rights: AccessRight, implied: boolean): AccessRight {
  const sets = new Map<string, Set<string>>();
  const add = (permission: string, environments: Iterable<string>): void => {
    const set = sets.get(permission) ?? new Set<string>();
    for (const environment of environments) set.add(environment);
    if (set.size > 0) sets.set(permission, set);
  };
  for (const [permission, environments] of Object.entries(rights)) {
    add(permission, environments);
    if (!implied) continue;
    add("VIEWER", environments);
    if (permission === "CONFIGURE_REQUEST_CAPTURE_DATA") add("MANAGE_SETTINGS", environments);
    if (permission === "MANAGE_SECURITY_PROBLEMS") add("VIEW_SECURITY_PROBLEMS", environments);
  }
  return Object.fromEntries(
    [...sets].sort(([left], [right]) => compareText(left, right)).map(([permission, set]) => [permission, [...set]]),
  );
}

/** The rights without those on one environment. */
export function withoutEnvironment(rights: AccessRight, environment: string): AccessRight {
  return Object.fromEntries(
    Object.entries(rights)
      .map(([permission, ids]) => [permission, ids.filter((id) => id !== environment)] as const)
      .filter(([, ids]) => ids.length > 0),
  );
}
