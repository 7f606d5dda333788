import type {
  ApplyOptions,
  CommonOptions,
  DiffOptions,
  ExplainOptions,
  FleetOptions,
  FmtOptions,
  PlanOptions,
  ReportTarget,
  SandboxOptions,
  SetOverride,
  ValidateOptions,
} from "../application/options.ts";
import { usageError } from "../errors.ts";
import type { ProcessVariables } from "../ports.ts";

/** Options as commander hands them over. */
export interface RawOptions {
  readonly [name: string]: unknown;
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);

function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw usageError(`${name} must be one of ${allowed.join(", ")}, not ${JSON.stringify(value)}`);
  return found;
}

export function wholeNumber(name: string, value: unknown, minimum: number): number | null {
  if (value === undefined) return null;
  const number = Number(value);
  if (!/^\d+$/.test(String(value)) || !Number.isSafeInteger(number) || number < minimum) {
    throw usageError(`${name} must be a whole number from ${minimum} up, not ${JSON.stringify(value)}`);
  }
  return number;
}

export async function commonOptions(
  raw: RawOptions,
  variables: ProcessVariables,
  reportKinds: readonly string[],
): Promise<CommonOptions> {
  return {
    inventory: textOrNull(raw["inventory"]) ?? (variables["DTSYNC_INVENTORY"] || "inventory"),
    set: await parseSets(texts(raw["set"])),
    format: oneOf("--format", raw["format"] ?? "text", ["text", "json", "markdown"]),
    logLevel: oneOf("--log-level", raw["logLevel"] ?? "warn", ["error", "warn", "info", "debug"]),
    color: raw["color"] !== false && !variables["NO_COLOR"],
    progress: raw["progress"] !== false,
    report: texts(raw["report"]).map((text) => parseReport(text, reportKinds)),
  };
}

export async function explainOptions(
  item: string,
  raw: RawOptions,
  variables: ProcessVariables,
): Promise<ExplainOptions> {
  return { ...(await commonOptions(raw, variables, [])), item };
}

export async function fmtOptions(raw: RawOptions, variables: ProcessVariables): Promise<FmtOptions> {
  return { ...(await commonOptions(raw, variables, [])), check: raw["check"] === true };
}

export async function validateOptions(
  raw: RawOptions,
  variables: ProcessVariables,
  reportKinds: readonly string[],
): Promise<ValidateOptions> {
  const common = await commonOptions(raw, variables, reportKinds);
  return { ...common, changedSince: textOrNull(raw["changedSince"]) };
}

export async function diffOptions(
  revisions: string | undefined,
  raw: RawOptions,
  variables: ProcessVariables,
): Promise<DiffOptions> {
  return { ...(await commonOptions(raw, variables, [])), revisions: revisions ?? null };
}

function parseReport(text: string, kinds: readonly string[]): ReportTarget {
  const separator = text.indexOf("=");
  const kind = text.slice(0, separator);
  const file = text.slice(separator + 1);
  if (separator < 1 || file === "") throw usageError(`--report takes KIND=FILE, not ${JSON.stringify(text)}`);
  if (!kinds.includes(kind))
    throw usageError(`--report ${kind} is not known here`, `kinds of this command: ${kinds.join(", ")}`);
  return { kind, file };
}

/** The values are YAML, so that numbers, null and maps can be given. */
async function parseSets(sets: readonly string[]): Promise<readonly SetOverride[]> {
  if (sets.length === 0) return [];
  const { parse } = await import("yaml");
  return sets.map((text) => {
    const separator = text.indexOf("=");
    const path = text.slice(0, separator);
    if (separator < 1)
      throw usageError(
        `--set takes PATH=VALUE, not ${JSON.stringify(text)}`,
        "for example --set clusters.emea.url=http://127.0.0.1:9301",
      );
    try {
      const value: unknown = parse(text.slice(separator + 1), { version: "1.2", maxAliasCount: 0 });
      return { path, value, text };
    } catch {
      throw usageError(`the value of --set ${path} is not YAML`);
    }
  });
}

const kinds = ["environments", "groups", "hosts"] as const;

export async function fleetOptions(
  raw: RawOptions,
  variables: ProcessVariables,
  reportKinds: readonly string[],
): Promise<FleetOptions> {
  const only = texts(raw["only"])
    .flatMap((text) => text.split(","))
    .map((kind) => oneOf("--only", kind.trim(), kinds));
  return {
    ...(await commonOptions(raw, variables, reportKinds)),
    scope: {
      targets: texts(raw["target"]),
      excludes: texts(raw["exclude"]),
      only: only.length === 0 ? kinds : kinds.filter((kind) => only.includes(kind)),
      changedSince: textOrNull(raw["changedSince"]),
      hosts: oneOf("--hosts", raw["hosts"] ?? "probe", ["probe", "skip"]),
    },
    sshConfig: textOrNull(raw["sshConfig"]),
    allowCommands: raw["allowCommands"] === true || variables["DTSYNC_ALLOW_COMMANDS"] === "1",
    concurrency: wholeNumber("--concurrency", raw["concurrency"], 1),
  };
}

export async function planOptions(
  raw: RawOptions,
  variables: ProcessVariables,
  reportKinds: readonly string[],
): Promise<PlanOptions> {
  return {
    ...(await fleetOptions(raw, variables, reportKinds)),
    out: textOrNull(raw["out"]),
    detailedExitcode: raw["detailedExitcode"] === true,
    base: textOrNull(raw["base"]),
  };
}

export async function applyOptions(
  planFile: string | undefined,
  raw: RawOptions,
  variables: ProcessVariables,
  reportKinds: readonly string[],
): Promise<ApplyOptions> {
  return {
    ...(await fleetOptions(raw, variables, reportKinds)),
    planFile: planFile ?? null,
    narrowed:
      ["target", "exclude", "only"].some((name) => texts(raw[name]).length > 0) ||
      ["hosts", "changedSince"].some((name) => raw[name] !== undefined),
    autoApprove: raw["autoApprove"] === true,
    allowRemovals: wholeNumber("--allow-removals", raw["allowRemovals"], 0),
    allowUpdates: wholeNumber("--allow-updates", raw["allowUpdates"], 0),
    skipStale: raw["skipStale"] === true,
    shard: parseShard(raw["shard"]),
  };
}

function parseShard(value: unknown): ApplyOptions["shard"] {
  if (value === undefined) return null;
  const found = /^(\d{1,6})\/(\d{1,6})$/.exec(String(value));
  const [index, total] = [Number(found?.[1]), Number(found?.[2])];
  if (!found || index < 1 || index > total)
    throw usageError(`--shard takes I/N with 1 ≤ I ≤ N, not ${JSON.stringify(value)}`);
  return { index, total };
}

export async function sandboxOptions(
  command: readonly string[],
  raw: RawOptions,
  variables: ProcessVariables,
): Promise<SandboxOptions> {
  return {
    ...(await commonOptions(raw, variables, [])),
    state: textOrNull(raw["state"]),
    seed: textOrNull(raw["seed"]),
    command,
  };
}
