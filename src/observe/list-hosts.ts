import { programFailure } from "../lib/program-failure.ts";
import type { Host, HostCommand, Inventory } from "../model/inventory.ts";
import type { Held, PlanScope } from "../model/plan.ts";
import type { ProcessVariables, ProgramLimits, RunProgram } from "../ports.ts";
import { withoutTokens } from "../secrets/token-variables.ts";

interface HostList {
  readonly hosts: readonly Host[];
  readonly held: readonly Held[];
  readonly warnings: readonly string[];
  /** Environments with a source that could not be read. */
  readonly incomplete: ReadonlySet<string>;
}

export interface HostSources {
  readonly scope: PlanScope;
  /** Commands are programs that a merge request could change: they run only when the caller allows them. */
  readonly allowCommands: boolean;
  /** Those of this process. A command gets all but the ones that hold tokens of clusters. */
  readonly variables: ProcessVariables;
  readonly run: RunProgram;
}

const limits: ProgramLimits = { timeout: 30_000, output: 20_000_000 };

/** Without it Ansible leaves out a source that it cannot read, with a warning on standard error and exit code 0. */
const wholeInventories: ProcessVariables = { ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: "true" };

/** The hosts of the inventory and of its host commands, which run here if they are allowed to and hosts are in scope. */
export async function listHosts(inventory: Inventory, sources: HostSources): Promise<HostList> {
  const { scope } = sources;
  const hosts = [...inventory.hosts];
  const held: Held[] = [];
  const warnings: string[] = [];
  const incomplete = new Set<string>();
  const needed = scope.hosts === "probe" && scope.only.includes("hosts") ? inventory.hostCommands : [];
  const taken = new Set(hosts.flatMap(placesOf));
  for (const command of needed) {
    const read = await readSource(command, inventory, sources, taken);
    if ("reason" in read) {
      incomplete.add(command.environment);
      held.push({ scope: `source/${command.id}`, reason: read.reason, items: 1 });
      continue;
    }
    if (read.warning !== undefined) warnings.push(`${command.id}: ${read.warning}`);
    if (read.hosts.length === 0) warnings.push(`${command.id}: the command printed no hosts`);
    for (const place of read.hosts.flatMap(placesOf)) taken.add(place);
    hosts.push(...read.hosts);
  }
  return { hosts, held, warnings, incomplete };
}

type SourceReading = { readonly hosts: readonly Host[]; readonly warning?: string } | { readonly reason: string };

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
    variables: {
      ...(command.ansibleGroup === null ? {} : wholeInventories),
      ...withoutTokens(variables, inventory.clusters),
    },
    limits,
  });
  if (outcome.status === "done") return expandHostCommandOutput(command, outcome.output);
  return { reason: `the command ${command.command[0] ?? ""} ${programFailure(outcome, limits)}` };
}
