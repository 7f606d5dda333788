import type { ProcessVariables } from "../ports.ts";
import type { Redactor } from "./redactor.ts";

/** Where tokens of forges are, by what they are for; the first that is set. */
export const forgeTokenVariables = {
  notes: {
    gitlab: ["DTSYNC_COMMENT_TOKEN", "DTSYNC_GITLAB_TOKEN"],
    github: ["DTSYNC_COMMENT_TOKEN", "GITHUB_TOKEN"],
  },
  issues: {
    gitlab: ["DTSYNC_ISSUE_TOKEN", "DTSYNC_GITLAB_TOKEN"],
    github: ["DTSYNC_ISSUE_TOKEN", "GITHUB_TOKEN"],
  },
} as const;

/**
 * Sees to it that no token of a forge is shown, whichever command runs: every job has those of its pipeline, and what a cluster, a
 * host or a document says may hold one.
 */
export function concealForgeTokens(variables: ProcessVariables, { conceal }: Pick<Redactor, "conceal">): void {
  const { notes, issues } = forgeTokenVariables;
  const names = [notes, issues].flatMap(({ gitlab, github }) => [...gitlab, ...github]);
  for (const name of new Set([...names, "CI_JOB_TOKEN"])) conceal(variables[name] ?? "");
}
