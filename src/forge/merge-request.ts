import { usageError } from "../errors.ts";
import type { ProcessVariables } from "../ports.ts";
import { type ForgeName, findProject, numberOf, type Project } from "./project.ts";

/** A merge request of GitLab, or a pull request of GitHub. */
export type MergeRequest = Project & { readonly number: number };

export interface FindOptions {
  /** Null: as the variables say. */
  readonly forge: ForgeName | null;
  /** Null: that of the pipeline. */
  readonly pullRequest: number | null;
}

/** The merge request that this pipeline belongs to. Throws a usage error that names the variable that is missing or wrong. */
export function findMergeRequest(variables: ProcessVariables, { forge, pullRequest }: FindOptions): MergeRequest {
  const project = findProject(variables, forge, ["CI_MERGE_REQUEST_PROJECT_ID", "CI_PROJECT_ID"]);
  return { ...project, number: pullRequest ?? ownNumber(variables, project) };
}

function ownNumber(variables: ProcessVariables, { forge }: Project): number {
  const fromRef = /^refs\/pull\/(\d{1,15})\//.exec(variables["GITHUB_REF"] ?? "")?.[1];
  const number = numberOf((forge === "gitlab" ? variables["CI_MERGE_REQUEST_IID"] : fromRef) ?? "");
  if (number !== null) return number;
  throw forge === "gitlab"
    ? usageError(
        "CI_MERGE_REQUEST_IID is not set: this is no pipeline of a merge request",
        'let the job run with `if: $CI_PIPELINE_SOURCE == "merge_request_event"`',
      )
    : usageError(
        "GITHUB_REF does not name a pull request",
        "let the workflow run `on: pull_request`, or say --pull-request NUMBER",
      );
}
