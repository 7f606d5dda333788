import { parseJson } from "../../lib/parse-json.ts";
import type { Host, HostCommand } from "../../model/inventory.ts";
import { createBudget } from "../diagnostics/budget.ts";
import { createDiagnostics, type Diagnostics, untilStopped } from "../diagnostics/diagnostics.ts";
import { createSuggestionHint } from "../diagnostics/suggest.ts";
import { findTextDiagnostics } from "../diagnostics/text-diagnostics.ts";
import { checkNamedFile } from "../files/inventory-folder.ts";
import type { HostItem, OneAgentEntry, SshEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { describeSchemaErrors } from "../schema/schema-diagnostics.ts";
import { checkHostItems } from "../schema/schemas.ts";
import { lowerLevels, topLevels } from "../settings/levels.ts";
import { createPositions } from "../yaml/positions.ts";
import { isContainer } from "../yaml/value-path.ts";
import { readAnsibleList } from "./ansible-list.ts";
import { parseHostList } from "./host-list.ts";
import { canonicalHost } from "./host-names.ts";
import type { HostsContext } from "./hosts-context.ts";
import { readHosts } from "./read-hosts.ts";

const largestOutput = 5_000_000;
/** With all variables of all hosts. */
const largestAnsibleOutput = 20_000_000;
const mostHosts = 100_000;

/** What a command printed, as items of `hosts`; `wrong` completes "the command printed". */
type PrintedItems =
  | { readonly items: readonly unknown[]; readonly warning: string | null }
  | { readonly wrong: string };

type CommandHosts = { readonly hosts: readonly Host[]; readonly warning?: string } | { readonly reason: string };

/**
 * The hosts that a host command printed: a name or range a line, or a JSON array of names and host maps, under the
 * same rules as items of `hosts`; or what `ansible-inventory --list` prints. The first thing that is wrong makes the
 * whole output unusable, because part of a list looks like hosts that are gone. The reason does not repeat secrets.
 */
export function expandHostCommandOutput(command: HostCommand, output: string): CommandHosts {
  const printed = command.ansibleGroup === null ? readItems(output) : readAnsible(output, command.ansibleGroup);
  if ("wrong" in printed) return { reason: `the command printed ${printed.wrong}` };
  const { items, warning } = printed;
  const wrong = findWrongItem(items);
  if (wrong !== null) return { reason: `the command printed ${wrong}` };
  const diagnostics = createDiagnostics();
  const context = createContext(diagnostics, command);
  const file: LoadedFile<unknown> = {
    path: command.place.file,
    entry: items,
    positions: createPositions(command.place.file, ""),
    base: command.inherited.base,
  };
  const owner = { environment: command.environment, customer: command.customer, cluster: command.cluster };
  const levels = lowerLevels(
    topLevels(context.rootCertificate),
    { ssh: command.inherited.ssh as SshEntry, oneagent: command.inherited.oneagent as OneAgentEntry },
    context.rootCertificate,
  );
  const found = untilStopped(() => readHosts(items as readonly HostItem[], owner, levels, file, context));
  const diagnostic = diagnostics.sorted().find(({ severity }) => severity === "error");
  if (diagnostic) return { reason: `the command printed a host that cannot be used: ${diagnostic.message}` };
  const hosts = (found?.hosts ?? []).map((host) => ({ ...host, place: command.place }));
  const twice = findTwice(hosts);
  if (twice !== null) return { reason: `the command printed the host ${twice} twice` };
  return { hosts, ...(warning === null ? {} : { warning }) };
}

function readItems(output: string): PrintedItems {
  if (output.length > largestOutput) return { wrong: "more than 5 MB" };
  const unsafe = findTextDiagnostics(output)[0];
  if (unsafe) return { wrong: `a ${unsafe.diagnostic.rule === "control-character" ? "control character" : "secret"}` };
  const items = output.trimStart().startsWith("[") ? parseList(output) : parseHostList(output).map(({ name }) => name);
  if (items === null) return { wrong: "something that begins like JSON but is not a JSON array" };
  return { items, warning: null };
}

/** Variables that do not count may be anything, secrets too: they are not kept. */
function readAnsible(output: string, group: string): PrintedItems {
  if (output.length > largestAnsibleOutput) return { wrong: "more than 20 MB" };
  const list = readAnsibleList(output, group);
  if ("wrong" in list) return list;
  const items = list.hosts.map(({ name, address, ssh }) => ({
    name,
    ...(address === undefined ? {} : { address }),
    ...(ssh === undefined ? {} : { ssh }),
  }));
  return { items, warning: list.warning };
}

function parseList(output: string): readonly unknown[] | null {
  try {
    const value = parseJson(output);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** What is wrong with an item that is not a name, range or host map, or null. */
function findWrongItem(items: readonly unknown[]): string | null {
  const source = items.findIndex((item) => isContainer(item) && ("file" in item || "command" in item));
  if (source >= 0) return `a source as item ${source + 1}, where only hosts may be`;
  const [first] = describeSchemaErrors(checkHostItems(items).slice(0, 20), {
    root: items,
    positions: createPositions("", ""),
    kind: null,
  });
  return first ? `an item that cannot be used: ${first.diagnostic?.message ?? "it holds a secret"}` : null;
}

function findTwice(hosts: readonly Host[]): string | null {
  const names = new Set<string>();
  for (const { name } of hosts) {
    if (names.has(canonicalHost(name))) return name;
    names.add(canonicalHost(name));
  }
  return null;
}

function createContext(diagnostics: Diagnostics, { inherited }: HostCommand): HostsContext {
  return {
    diagnostics,
    budget: createBudget(diagnostics),
    suggest: createSuggestionHint(),
    rootCertificate: inherited.rootCertificate,
    mostHosts,
    hostsLeft: mostHosts,
    hostLists: new Map(),
    // Items that name files are refused before.
    readText: () => ({ diagnostic: null }),
    filesBelow: () => null,
    variableFindings: new Map(),
    checkFile: (path) => checkNamedFile(inherited.base.root, path),
  };
}
