import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Host, HostCommand, Inventory } from "../model/inventory.ts";
import type { Held } from "../model/plan.ts";
import { scopeFilter } from "../plan/scope.ts";
import type { Context } from "./context.ts";
import type { FleetOptions } from "./options.ts";

export interface HostList {
  readonly hosts: readonly Host[];
  readonly held: readonly Held[];
  readonly warnings: readonly string[];
  /** Environments with a source that could not be read. */
  readonly incomplete: ReadonlySet<string>;
}

const commandTimeout = 30_000;
const commandOutputLimit = 5_000_000;

/** The hosts of the inventory and of its host commands, which run here if they are allowed to. */
export async function listHosts(inventory: Inventory, options: FleetOptions, context: Context): Promise<HostList> {
  const hosts = [...inventory.hosts];
  const held: Held[] = [];
  const warnings: string[] = [];
  const incomplete = new Set<string>();
  const filter = scopeFilter(options.scope);
  const needed = options.scope.hosts === "probe" && filter.includes("host") ? inventory.hostCommands : [];
  const taken = new Set(hosts.flatMap(placesOf));
  for (const command of needed) {
    const outcome = await runHostCommand(command, inventory, options, context);
    if ("fault" in outcome) {
      incomplete.add(command.environment);
      held.push({ scope: `source/${command.id}`, reason: outcome.fault, items: 1 });
      continue;
    }
    if (outcome.hosts.length === 0) warnings.push(`${command.id}: the command printed no hosts`);
    const twice = firstTaken(outcome.hosts, taken);
    if (twice) {
      incomplete.add(command.environment);
      held.push({
        scope: `source/${command.id}`,
        reason: `it gives the host ${twice.name}, whose name or address stands elsewhere too`,
        items: 1,
      });
      continue;
    }
    for (const place of outcome.hosts.flatMap(placesOf)) taken.add(place);
    hosts.push(...outcome.hosts);
  }
  return { hosts, held, warnings, incomplete };
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
  options: FleetOptions,
  context: Context,
): Promise<{ readonly hosts: readonly Host[] } | { readonly fault: string }> {
  if (!options.allowCommands) return { fault: "commands run only with --allow-commands or DTSYNC_ALLOW_COMMANDS=1" };
  const { expandHostCommandOutput } = await import("../load/host-command.ts");
  const secretNames = new Set(inventory.clusters.flatMap(({ token }) => ("env" in token ? [token.env] : [])));
  const environment = Object.fromEntries(Object.entries(context.variables).filter(([name]) => !secretNames.has(name)));
  const [program = "", ...parameters] = command.command;
  try {
    const { stdout } = await promisify(execFile)(program, parameters, {
      cwd: inventory.directory,
      env: environment,
      timeout: commandTimeout,
      killSignal: "SIGKILL",
      maxBuffer: commandOutputLimit,
      signal: context.signal,
    });
    return expandHostCommandOutput(command, stdout);
  } catch (error) {
    return { fault: `the command ${program} ${howItFailed(error)}` };
  }
}

function howItFailed(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  if ("code" in error && error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER")
    return `printed more than ${commandOutputLimit / 1_000_000} MB`;
  if ("killed" in error && error.killed === true) return `did not end within ${commandTimeout / 1_000} s`;
  if ("code" in error && error.code === "ENOENT") return "was not found";
  if ("code" in error) return `ended with ${String(error.code)}`;
  return "failed";
}
