import { compareText } from "../../lib/text.ts";

/** Permissions of the cluster API v1 that this version knows. Others pass through unchanged, with a warning where declared. */
export const knownPermissions: readonly string[] = [
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
  "DEMO_USER",
];

/** Those of them that cannot be given on a management zone. */
export const environmentPermissions: readonly string[] = [
  "AGENT_INSTALL",
  "CONFIGURE_REQUEST_CAPTURE_DATA",
  "MANAGE_SUPPORT_TICKETS",
];

/**
 * The permissions as a cluster would store them: any right brings VIEWER, request capture brings settings,
 * managing vulnerabilities brings seeing them. Without closing both sides under the same rules, plans would
 * never become empty. Sorted, without duplicates.
 */
export function closePermissions(permissions: Iterable<string>): readonly string[] {
  const closed = new Set(permissions);
  if (closed.size === 0) return [];
  closed.add("VIEWER");
  if (closed.has("CONFIGURE_REQUEST_CAPTURE_DATA")) closed.add("MANAGE_SETTINGS");
  if (closed.has("MANAGE_SECURITY_PROBLEMS")) closed.add("VIEW_SECURITY_PROBLEMS");
  return [...closed].sort(compareText);
}
