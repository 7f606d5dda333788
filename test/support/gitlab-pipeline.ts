import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export type Variables = Readonly<Record<string, string>>;

export interface Rule {
  readonly if?: string;
  readonly exists?: readonly string[];
  readonly when?: string;
  readonly allow_failure?: boolean;
  readonly variables?: Variables;
}

export interface Job {
  readonly extends?: string;
  readonly stage: string;
  readonly script: readonly string[];
  readonly rules: readonly Rule[];
  readonly needs: readonly (string | { readonly job: string; readonly artifacts: boolean })[];
  readonly variables?: Variables;
  readonly interruptible: boolean;
  readonly resource_group?: string;
  readonly environment?: { readonly name: string; readonly action?: string };
  readonly allow_failure?: { readonly exit_codes: readonly number[] };
  readonly parallel?: unknown;
  readonly artifacts?: {
    readonly when: string;
    readonly access: string;
    readonly paths: readonly string[];
    readonly reports: Readonly<Record<string, string>>;
  };
}

/** The pipeline of this repository, which inventories get a part of. */
export const pipelinePath = fileURLToPath(new URL("../../.gitlab-ci.yml", import.meta.url));
export const pipelineFile = parse(readFileSync(pipelinePath, "utf8")) as Readonly<Record<string, unknown>> & {
  readonly stages: readonly string[];
  readonly variables: Variables;
  readonly workflow: { readonly rules: readonly Rule[] };
};
const keywords = ["stages", "workflow", "variables"];
/** By name, hidden ones aside. */
export const jobs: ReadonlyMap<string, Job> = new Map(
  Object.keys(pipelineFile)
    .filter((name) => !keywords.includes(name) && !name.startsWith("."))
    .map((name) => [name, expandJob(name)]),
);

/** A job with what it extends, merged as GitLab does: maps key by key, everything else replaced. */
function expandJob(name: string): Job {
  const job = pipelineFile[name] as Job;
  return job.extends === undefined ? job : (mergeMaps(pipelineFile[job.extends], job) as Job);
}

function mergeMaps(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) merged[key] = key in below ? mergeMaps(below[key], value) : value;
  return merged;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function job(name: string): Job {
  const found = jobs.get(name);
  if (!found) throw new Error(`.gitlab-ci.yml has no job ${name}`);
  return found;
}

/** A kind of pipeline: its predefined variables, and whether it runs in the repository of dtsync itself. */
export interface Pipeline {
  readonly variables: Variables;
  readonly ownRepository: boolean;
}

const inventoryPipeline = (variables: Variables): Pipeline => ({
  variables: { CI_DEFAULT_BRANCH: "main", ...variables },
  ownRepository: false,
});
export const mergeRequest = inventoryPipeline({
  CI_PIPELINE_SOURCE: "merge_request_event",
  CI_MERGE_REQUEST_PROJECT_ID: "7",
  CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "7",
});
export const fork = inventoryPipeline({ ...mergeRequest.variables, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "8" });
export const defaultBranch = inventoryPipeline({ CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "main" });
export const otherBranch = inventoryPipeline({ CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "topic" });
export const schedule = inventoryPipeline({ CI_PIPELINE_SOURCE: "schedule", CI_COMMIT_BRANCH: "main" });

/** The rule that decides about a job, as GitLab finds it: the first that matches. */
export function decidingRule(rules: readonly Rule[], { variables, ownRepository }: Pipeline): Rule | null {
  const operand = (text: string) => (text.startsWith("$") ? (variables[text.slice(1)] ?? null) : JSON.parse(text));
  const holds = (comparison: string) => {
    const [, left, sign, right] = /^(\$\w+) ([!=]=) (\$\w+|"[^"]*"|null)$/.exec(comparison.trim()) ?? [];
    if (left === undefined || right === undefined) throw new Error(`${comparison} is not understood here`);
    return (operand(left) === operand(right)) === (sign === "==");
  };
  const matches = (rule: Rule) =>
    (rule.if === undefined || rule.if.split("||").some((part) => part.split("&&").every(holds))) &&
    (rule.exists === undefined || ownRepository);
  return rules.find(matches) ?? null;
}

/** When each job of a pipeline starts; those that never do are left out. */
export function jobsOf(pipeline: Pipeline): Readonly<Record<string, string>> {
  if (decidingRule(pipelineFile.workflow.rules, pipeline) === null) return {};
  const started = [...jobs].flatMap(([name, { rules }]) => {
    const when = decidingRule(rules, pipeline)?.when ?? (decidingRule(rules, pipeline) ? "on_success" : "never");
    return when === "never" ? [] : [[name, when]];
  });
  return Object.fromEntries(started);
}
