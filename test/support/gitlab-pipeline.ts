import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";
import { inventoryPipeline } from "../../src/init/pipeline.ts";

export type Variables = Readonly<Record<string, string>>;

export interface Rule {
  readonly if?: string;
  readonly when?: string;
  readonly allow_failure?: boolean;
  readonly variables?: Variables;
}

export interface Job {
  readonly extends?: string;
  readonly stage: string;
  readonly script?: readonly string[];
  readonly before_script?: readonly string[];
  readonly rules: readonly Rule[];
  readonly needs: readonly (
    | string
    | { readonly job: string; readonly artifacts?: boolean; readonly pipeline?: string }
  )[];
  readonly variables?: Variables;
  readonly interruptible?: boolean;
  readonly resource_group?: string;
  readonly environment?: { readonly name: string; readonly action?: string };
  readonly allow_failure?: { readonly exit_codes: readonly number[] };
  readonly parallel?: unknown;
  readonly trigger?: { readonly include: readonly { readonly artifact: string; readonly job: string }[] };
  readonly artifacts?: {
    readonly when: string;
    readonly access: string;
    readonly paths: readonly string[];
    readonly reports?: Readonly<Record<string, string>>;
  };
}

export type InputValue = string | number | boolean;
export type Inputs = Readonly<Record<string, InputValue>>;

interface Input {
  readonly type?: "string" | "number" | "boolean";
  readonly default?: InputValue;
  readonly description?: string;
  readonly regex?: string;
}

type Entries = Readonly<Record<string, unknown>>;

/** What the includer of the component says: stages, workflow, and what it includes. */
export const includer = inventoryPipeline({ package: "dtsync@0.1.0", inventory: "inventory" });
export const includerFile = parse(includer) as {
  readonly stages: readonly string[];
  readonly workflow: { readonly rules: readonly Rule[] };
};

export const componentPath = fileURLToPath(new URL("../../templates/pipeline.yml", import.meta.url));
const [header, body] = parseAllDocuments(readFileSync(componentPath, "utf8")).map((document) => {
  if (!("toJS" in document) || document.errors.length > 0) throw new Error("templates/pipeline.yml is not valid YAML");
  return document.toJS() as unknown;
});
export const inputsOfComponent = (header as { readonly spec: { readonly inputs: Readonly<Record<string, Input>> } })
  .spec.inputs;

export interface ExpandedPipeline {
  /** By name, hidden ones aside, with what they extend. */
  readonly jobs: ReadonlyMap<string, Job>;
  /** What all jobs that run dtsync extend. */
  readonly template: Job & { readonly before_script: readonly string[]; readonly variables: Variables };
}

/** The jobs of the component with these inputs. */
export function expandPipeline(given: Inputs = {}): ExpandedPipeline {
  for (const name of Object.keys(given)) if (!(name in inputsOfComponent)) throw new Error(`there is no input ${name}`);
  const values = Object.fromEntries(
    Object.entries(inputsOfComponent).map(([name, input]) => {
      const value = given[name] ?? input.default;
      if (typeof value !== (input.type ?? "string")) throw new Error(`${name} is ${typeof value}`);
      return [name, value as InputValue];
    }),
  );
  const jobs = jobsIn(interpolate(body, values) as Entries);
  return { jobs: new Map([...jobs].filter(([name]) => !name.startsWith("."))), template: templateOf(jobs) };
}

/** The jobs of a file, with what they extend, merged as GitLab does: maps key by key, everything else replaced. */
export function jobsIn(file: Entries): ReadonlyMap<string, Job> {
  const names = Object.keys(file).filter((name) => !["stages", "workflow", "variables", "include"].includes(name));
  return new Map(
    names.map((name) => {
      const job = file[name] as Job;
      return [name, job.extends === undefined ? job : (mergeMaps(file[job.extends], job) as Job)];
    }),
  );
}

function templateOf(jobs: ReadonlyMap<string, Job>): ExpandedPipeline["template"] {
  const [template] = [...jobs].filter(([name]) => name.startsWith(".")).map(([, job]) => job);
  if (template?.before_script === undefined || template.variables === undefined)
    throw new Error("there is no template");
  return { ...template, before_script: template.before_script, variables: template.variables };
}

/** As GitLab fills in inputs: a text that is nothing else gets the value itself, all others get it as text. */
function interpolate(value: unknown, values: Inputs): unknown {
  if (typeof value === "string") {
    const whole = /^\$\[\[ inputs\.([a-z-]+) \]\]$/.exec(value)?.[1];
    if (whole !== undefined) return inputNamed(whole, values);
    return value.replace(/\$\[\[ inputs\.([a-z-]+) \]\]/g, (_, name: string) => String(inputNamed(name, values)));
  }
  if (Array.isArray(value)) return value.map((item: unknown) => interpolate(item, values));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [String(interpolate(key, values)), interpolate(item, values)]),
  );
}

function inputNamed(name: string, values: Inputs): InputValue {
  const value = values[name];
  if (value === undefined) throw new Error(`there is no input ${name}`);
  return value;
}

function mergeMaps(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) merged[key] = key in below ? mergeMaps(below[key], value) : value;
  return merged;
}

function isMap(value: unknown): value is Entries {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function jobNamed(name: string, jobs: ReadonlyMap<string, Job>): Job & { readonly script: readonly string[] } {
  const found = jobs.get(name);
  if (!found) throw new Error(`there is no job ${name}`);
  return { ...found, script: found.script ?? [] };
}

/** The variables of a kind of pipeline. */
export type Pipeline = Variables;

const inventoryPipelineOf = (variables: Variables): Pipeline => ({ CI_DEFAULT_BRANCH: "main", ...variables });
export const mergeRequest = inventoryPipelineOf({
  CI_PIPELINE_SOURCE: "merge_request_event",
  CI_MERGE_REQUEST_PROJECT_ID: "7",
  CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "7",
});
export const fork: Pipeline = { ...mergeRequest, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "8" };
export const defaultBranch = inventoryPipelineOf({ CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "main" });
export const otherBranch = inventoryPipelineOf({ CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: "topic" });
export const schedule = inventoryPipelineOf({ CI_PIPELINE_SOURCE: "schedule", CI_COMMIT_BRANCH: "main" });

/** The rule that decides about a job, as GitLab finds it: the first that matches. */
export function decidingRule(rules: readonly Rule[], variables: Pipeline): Rule | null {
  const operand = (text: string) => (text.startsWith("$") ? (variables[text.slice(1)] ?? null) : JSON.parse(text));
  const holds = (comparison: string) => {
    const [, left, sign, right] = /^(\$\w+|"[^"]*") ([!=]=) (\$\w+|"[^"]*"|null)$/.exec(comparison.trim()) ?? [];
    if (left === undefined || right === undefined) throw new Error(`${comparison} is not understood here`);
    return (operand(left) === operand(right)) === (sign === "==");
  };
  const matches = (rule: Rule) =>
    rule.if === undefined || rule.if.split("||").some((part) => part.split("&&").every(holds));
  return rules.find(matches) ?? null;
}

/** When each job of a pipeline starts; those that never do are left out. */
export function jobsOf(pipeline: Pipeline, inputs: Inputs = {}): Readonly<Record<string, string>> {
  if (decidingRule(includerFile.workflow.rules, pipeline) === null) return {};
  const started = [...expandPipeline(inputs).jobs].flatMap(([name, { rules }]) => {
    const rule = decidingRule(rules, pipeline);
    const when = rule?.when ?? (rule ? "on_success" : "never");
    return when === "never" ? [] : [[name, when]];
  });
  return Object.fromEntries(started);
}
