import { usageError } from "../errors.ts";
import { readOrigin } from "../lib/read-origin.ts";
import type { ProcessVariables } from "../ports.ts";
import type { NoteOrigin } from "./note-body.ts";

interface Place extends PipelineOrigin {
  /** The address of the API, without a slash at its end. */
  readonly api: string;
  /** The origin of that address. */
  readonly origin: string;
  /** Whether the forge itself runs this: its address is then as much its word as the job is. */
  readonly inPipeline: boolean;
}

/** What a pipeline says of itself. */
export interface PipelineOrigin extends NoteOrigin {
  /** Number of the pipeline or run; null: it is not known. */
  readonly pipeline: number | null;
}

/** A project of GitLab by its id, or a repository of GitHub as `OWNER/NAME`. */
export type Project =
  | (Place & { readonly forge: "gitlab"; readonly project: string })
  | (Place & { readonly forge: "github"; readonly repository: string });

export type ForgeName = Project["forge"];

/** The forge whose pipeline this is, by its variables; null: neither or both. */
function forgeOf(variables: ProcessVariables): ForgeName | null {
  const [gitlab, github] = [Boolean(variables["CI_API_V4_URL"]), Boolean(variables["GITHUB_REPOSITORY"])];
  if (gitlab === github) return null;
  return gitlab ? "gitlab" : "github";
}

/** As far as the pipeline says it; nothing of it is needed to show a note. */
export function pipelineOrigin(variables: ProcessVariables): PipelineOrigin {
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

/**
 * The project that this pipeline belongs to. `forge`: null: as the variables say; `named`: the variables that have the id of a
 * project of GitLab, the first that is set counts. Throws a usage error that names the variable that is missing or wrong.
 */
export function findProject(
  variables: ProcessVariables,
  forge: ForgeName | null,
  named: readonly string[] = ["CI_PROJECT_ID"],
): Project {
  const name = forge ?? forgeOf(variables);
  if (name === null) {
    throw usageError(
      "it is not clear which forge this is about: neither or both of CI_API_V4_URL and GITHUB_REPOSITORY are set",
      "run it in a pipeline, or say --forge gitlab or --forge github",
    );
  }
  return name === "gitlab" ? gitlabProject(variables, named) : githubRepository(variables);
}

function gitlabProject(variables: ProcessVariables, named: readonly string[]): Project {
  const project = named.map((name) => variables[name] ?? "").find((value) => value !== "") ?? "";
  if (!/^\d{1,15}$/.test(project)) throw notSet(named.join(" or "), "the id of a project");
  return {
    forge: "gitlab",
    project,
    inPipeline: variables["GITLAB_CI"] === "true",
    ...addressOf("CI_API_V4_URL", variables["CI_API_V4_URL"]),
    ...pipelineOrigin(variables),
  };
}

function githubRepository(variables: ProcessVariables): Project {
  const repository = variables["GITHUB_REPOSITORY"] ?? "";
  if (!/^[A-Za-z0-9_-][A-Za-z0-9_.-]*\/[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(repository)) {
    throw notSet("GITHUB_REPOSITORY", "OWNER/NAME");
  }
  return {
    forge: "github",
    repository,
    inPipeline: variables["GITHUB_ACTIONS"] === "true",
    ...addressOf("GITHUB_API_URL", variables["GITHUB_API_URL"] || "https://api.github.com"),
    ...pipelineOrigin(variables),
  };
}

const notSet = (name: string, what: string) =>
  usageError(`${name} is not set to ${what}`, "run it in a pipeline, which has this variable");

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

/** Null: it is no whole number above 0. */
export const numberOf = (text: string): number | null => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : null);

const commitOf = (text: string): string | null => (/^[0-9a-f]{40,64}$/.test(text) ? text : null);

/** An address that can stand between angle brackets. */
function safeAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && !/[<>\s\\]/.test(href) ? href : null;
}
