import type { Host, HostCommand, Inventory } from "../model/inventory.ts";
import type { Held, PlanScope } from "../model/plan.ts";
import { scopeFilter } from "../plan/scope.ts";
import type { ProcessVariables } from "../ports.ts";

export interface HostList {
  readonly hosts: readonly Host[];
  readonly held: readonly Held[];
  readonly warnings: readonly string[];
  /** Environments with a source that could not be read. */
  readonly incomplete: ReadonlySet<string>;
}

/** How a program that was to print something ended. */
export type ProgramOutcome =
  | { readonly status: "done"; readonly output: string }
  /** `code`: an exit code, the name of a signal or of a system error. */
  | { readonly status: "ended"; readonly code: string }
  | { readonly status: "not-found" | "timeout" | "too-much-output" | "failed" };

export interface ProgramLimits {
  /** Milliseconds. */
  readonly timeout: number;
  /** Bytes on standard output. */
  readonly output: number;
}

/** Runs a program without a shell in a folder, and gives what it printed. Never rejects. */
export type RunProgram = (
  command: readonly string[],
  options: { readonly directory: string; readonly variables: ProcessVariables; readonly limits: ProgramLimits },
) => Promise<ProgramOutcome>;

export interface HostSources {
  readonly scope: PlanScope;
  /** Commands are programs that a merge request could change: they run only when the caller allows them. */
  readonly allowCommands: boolean;
  /** Those of this process. A command gets all but the ones that hold tokens of clusters. */
  readonly variables: ProcessVariables;
  readonly run: RunProgram;
}

const limits: ProgramLimits = { timeout: 30_000, output: 5_000_000 };

/** The hosts of the inventory and of its host commands, which run here if they are allowed to and hosts are in scope. */
export async function listHosts(inventory: Inventory, sources: HostSources): Promise<HostList> {
  const { scope } = sources;
  const hosts = [...inventory.hosts];
  const held: Held[] = [];
  const warnings: string[] = [];
  const incomplete = new Set<string>();
  const needed = scope.hosts === "probe" && scopeFilter(scope).includes("host") ? inventory.hostCommands : [];
  const taken = new Set(hosts.flatMap(placesOf));
  for (const command of needed) {
    const read = await readSource(command, inventory, sources, taken);
    if ("reason" in read) {
      incomplete.add(command.environment);
      held.push({ scope: `source/${command.id}`, reason: read.reason, items: 1 });
      continue;
    }
    if (read.hosts.length === 0) warnings.push(`${command.id}: the command printed no hosts`);
    for (const place of read.hosts.flatMap(placesOf)) taken.add(place);
    hosts.push(...read.hosts);
  }
  return { hosts, held, warnings, incomplete };
}

type SourceReading = { readonly hosts: readonly Host[] } | { readonly reason: string };

async function readSource(
  command: HostCommand,
  inventory: Inventory,
  sources: HostSources,
  taken: ReadonlySet<string>,
): Promise<SourceReading> {
  const read = await runHostCommand(command, inventory, sources);
  if ("reason" in read) return read;
  const twice = firstTaken(read.hosts, taken);
  return twice ? { reason: `it gives the host ${twice.name}, whose name or address stands elsewhere too` } : read;
}

function firstTaken(hosts: readonly Host[], taken: ReadonlySet<string>): Host | undefined {
  const seen = new Set(taken);
  return hosts.find((host) => {
    const places = placesOf(host);
    const found = places.some((place) => seen.has(place));
    for (const place of places) seen.add(place);
    return found;
  });
}

/** What a host has for itself in the whole inventory: its name, and where it is reached unless it is absent. */
function placesOf({ name, address, ssh, state }: Host): readonly string[] {
  const reached = `${(address ?? name).toLowerCase()} ${ssh.port ?? 22}`;
  return state === "absent" ? [name] : [name, reached];
}

async function runHostCommand(
  command: HostCommand,
  inventory: Inventory,
  { allowCommands, variables, run }: HostSources,
): Promise<SourceReading> {
  if (!allowCommands) return { reason: "commands run only with --allow-commands or DTSYNC_ALLOW_COMMANDS=1" };
  const { expandHostCommandOutput } = await import("../load/hosts/host-command.ts");
  const outcome = await run(command.command, {
    directory: inventory.directory,
    variables: withoutTokens(variables, inventory),
    limits,
  });
  if (outcome.status === "done") return expandHostCommandOutput(command, outcome.output);
  return { reason: `the command ${command.command[0] ?? ""} ${howItFailed(outcome)}` };
}

function withoutTokens(variables: ProcessVariables, { clusters }: Inventory): ProcessVariables {
  const names = new Set(clusters.flatMap(({ token }) => ("env" in token ? [token.env] : [])));
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !names.has(name)));
}

function howItFailed(outcome: Exclude<ProgramOutcome, { readonly status: "done" }>): string {
  if (outcome.status === "ended") return `ended with ${outcome.code}`;
  const texts = {
    "not-found": "was not found",
    timeout: `did not end within ${limits.timeout / 1_000} s`,
    "too-much-output": `printed more than ${limits.output / 1_000_000} MB`,
    failed: "failed",
  };
  return texts[outcome.status];
}
