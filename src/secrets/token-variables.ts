import { globMatcher, isGlob } from "../lib/glob.ts";
import type { Cluster } from "../model/inventory.ts";
import type { ProcessVariables } from "../ports.ts";

/** How the names of variables begin that an inventory may take a token from. */
const tokenPrefix = "DTSYNC_TOKEN";

/**
 * Whether `token.env` may name the variable: one that was made for dtsync, or one that `DTSYNC_TOKEN_VARIABLES`, a list of
 * names and globs with commas, allows. A merge request could otherwise have any secret of the run sent to a cluster.
 */
export function mayHoldToken(name: string, variables: ProcessVariables): boolean {
  if (name.startsWith(tokenPrefix)) return true;
  const allowed = (variables["DTSYNC_TOKEN_VARIABLES"] ?? "").split(",").map((entry) => entry.trim());
  return allowed.some((entry) => (isGlob(entry) ? globMatcher(entry)(name) : entry === name));
}

/** Where tokens for notes of merge requests and for issues are, and the address of notifications, which is a secret itself. */
const otherSecrets = [
  "DTSYNC_COMMENT_TOKEN",
  "DTSYNC_ISSUE_TOKEN",
  "DTSYNC_GITLAB_TOKEN",
  "GITHUB_TOKEN",
  "DTSYNC_NOTIFY_URL",
];

/** The variables for a program that has no need of the tokens of clusters, and of what is secret besides. */
export function withoutTokens(variables: ProcessVariables, clusters: readonly Cluster[]): ProcessVariables {
  const named = new Set([...otherSecrets, ...clusters.flatMap(({ token }) => ("env" in token ? [token.env] : []))]);
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => !named.has(name) && !name.startsWith(tokenPrefix)),
  );
}
