import { usageError } from "../errors.ts";
import { readOrigin } from "../lib/read-origin.ts";
import type { ProcessVariables } from "../ports.ts";
import type { NoteOrigin } from "./note-body.ts";

interface Place extends NoteOrigin {
  /** The address of the API, without a slash at its end. */
  readonly api: string;
  /** The origin of that address. */
  readonly origin: string;
  readonly number: number;
  /** Number of the pipeline or run; null: it is not known. */
  readonly pipeline: number | null;
  /** Whether the forge itself runs this: its address is then as much its word as the job is. */
  readonly inPipeline: boolean;
}

/** A merge request of GitLab, or a pull request of GitHub. */
export type MergeRequest =
  | (Place & { readonly forge: "gitlab"; readonly project: string })
  | (Place & { readonly forge: "github"; readonly repository: string });

type ForgeName = MergeRequest["forge"];

export interface FindOptions {
  /** Null: as the variables say. */
  readonly forge: ForgeName | null;
  /** Null: that of the pipeline. */
  readonly pullRequest: number | null;
}

/** The forge whose pipeline this is, by its variables; null: neither or both. */
function forgeOf(variables: ProcessVariables): ForgeName | null {
  const [gitlab, github] = [Boolean(variables["CI_API_V4_URL"]), Boolean(variables["GITHUB_REPOSITORY"])];
  if (gitlab === github) return null;
  return gitlab ? "gitlab" : "github";
}

/** What the pipeline says of itself, as far as it does; nothing of it is needed to show a note. */
export function noteOrigin(variables: ProcessVariables): NoteOrigin & { readonly pipeline: number | null } {
  const { CI_JOB_URL: job, GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = variables;
  const url = job
    ? `${job}/artifacts/browse`
    : server && repository && run
      ? `${server}/${repository}/actions/runs/${run}#artifacts`
      : "";
  return {
    job: safeAddress(url),
    commit: commitOf(variables["CI_COMMIT_SHA"] || variables["GITHUB_SHA"] || ""),
    pipeline: numberOf(variables["CI_PIPELINE_ID"] || run || ""),
  };
}

/** The merge request that this pipeline belongs to. Throws a usage error that names the variable that is missing or wrong. */
export function findMergeRequest(variables: ProcessVariables, { forge, pullRequest }: FindOptions): MergeRequest {
  const name = forge ?? forgeOf(variables);
  if (name === null) {
    throw usageError(
      "it is not clear which forge has the merge request: neither or both of CI_API_V4_URL and GITHUB_REPOSITORY are set",
      "run it in a pipeline of a merge request, or say --forge gitlab or --forge github",
    );
  }
  return name === "gitlab" ? gitlabRequest(variables, pullRequest) : githubRequest(variables, pullRequest);
}

function gitlabRequest(variables: ProcessVariables, given: number | null): MergeRequest {
  const project = variables["CI_MERGE_REQUEST_PROJECT_ID"] || variables["CI_PROJECT_ID"] || "";
  if (!/^\d{1,15}$/.test(project)) throw notSet("CI_MERGE_REQUEST_PROJECT_ID or CI_PROJECT_ID", "the id of a project");
  const number = given ?? numberOf(variables["CI_MERGE_REQUEST_IID"] ?? "");
  if (number === null) {
    throw usageError(
      "CI_MERGE_REQUEST_IID is not set: this is no pipeline of a merge request",
      'let the job run with `if: $CI_PIPELINE_SOURCE == "merge_request_event"`',
    );
  }
  const inPipeline = variables["GITLAB_CI"] === "true";
  return {
    forge: "gitlab",
    project,
    number,
    inPipeline,
    ...addressOf("CI_API_V4_URL", variables["CI_API_V4_URL"]),
    ...noteOrigin(variables),
  };
}

function githubRequest(variables: ProcessVariables, given: number | null): MergeRequest {
  const repository = variables["GITHUB_REPOSITORY"] ?? "";
  if (!/^[A-Za-z0-9_-][A-Za-z0-9_.-]*\/[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(repository)) {
    throw notSet("GITHUB_REPOSITORY", "OWNER/NAME");
  }
  const fromRef = /^refs\/pull\/(\d{1,15})\//.exec(variables["GITHUB_REF"] ?? "")?.[1] ?? "";
  const number = given ?? numberOf(fromRef);
  if (number === null) {
    throw usageError(
      "GITHUB_REF does not name a pull request",
      "let the workflow run `on: pull_request`, or say --pull-request NUMBER",
    );
  }
  const inPipeline = variables["GITHUB_ACTIONS"] === "true";
  const api = variables["GITHUB_API_URL"] || "https://api.github.com";
  return {
    forge: "github",
    repository,
    number,
    inPipeline,
    ...addressOf("GITHUB_API_URL", api),
    ...noteOrigin(variables),
  };
}

const notSet = (name: string, what: string) =>
  usageError(`${name} is not set to ${what}`, "run it in a pipeline of a merge request, which has this variable");

function addressOf(name: string, value = ""): Pick<Place, "api" | "origin"> {
  const url = URL.canParse(value) ? new URL(value) : null;
  const read =
    url === null || url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== ""
      ? null
      : readOrigin(url.origin);
  if (url === null || read === null || !("url" in read)) {
    throw notSet(name, "the address of an API: https://, and no user, query or fragment in it");
  }
  return { api: `${read.url}${url.pathname.replace(/\/+$/, "")}`, origin: read.url };
}

const numberOf = (text: string): number | null => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : null);

const commitOf = (text: string): string | null => (/^[0-9a-f]{40,64}$/.test(text) ? text : null);

/** An address that can stand between angle brackets. */
function safeAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && !/[<>\s\\]/.test(href) ? href : null;
}
