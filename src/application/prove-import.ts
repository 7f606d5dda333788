import { DtsyncError, exitCodes } from "../errors.ts";
import { isMapping } from "../import/mapping-at.ts";
import type { Choices, Proposal } from "../import/proposal.ts";
import { decodeIdPart } from "../kinds/change.ts";
import { groupBy } from "../lib/group-by.ts";
import type { LoadResult } from "../load/load-inventory.ts";
import { parseYaml } from "../load/yaml/parse-yaml.ts";
import { createPositions, keyPlace } from "../load/yaml/positions.ts";
import type { Change } from "../model/change.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Inventory } from "../model/inventory.ts";
import type { Observed } from "../model/observed.ts";
import type { Held, Plan } from "../model/plan.ts";
import { createPlan } from "../plan/create-plan.ts";

/** More tries than there are ways to go without something. */
const mostTries = 12;
/** More groups at once have a template as their cause. */
const mostSingleGroups = 20;
/** Places in a message. */
const mostPlaces = 5;

interface ProofPorts {
  propose(choices: Choices): Proposal;
  /** The inventory as it would be with the files of a proposal. */
  load(proposal: Proposal): Promise<LoadResult>;
  readonly observed: Observed;
  readonly version: string;
  readonly now: Date;
  /** What the inventory as it is gives: not the concern of an import. */
  readonly before: Inventory;
  readonly signal: AbortSignal;
}

const everything: Choices = {
  templates: true,
  leftTemplates: new Set(),
  shared: true,
  bare: new Set(),
  leftOut: new Set(),
  withoutHosts: new Set(),
  bareGroups: new Set(),
  leftOutGroups: new Set(),
  madeGroups: new Set(),
};

/**
 * The fullest proposal that is proven: it is valid, and a plan of it against what was read has nothing in it that the
 * inventory did not bring before. What cannot be proven is left away step by step. Throws where nothing can be.
 */
export async function proveImport(ports: ProofPorts): Promise<Proposal> {
  const { observed, version, now, before, signal } = ports;
  const planOf = (inventory: Inventory): Plan => plan(inventory, observed, version, now);
  const known = new Set(fingerprints(planOf(before)));
  const fresh = newGroups(observed, before);
  const declared = new Set(before.groups.map(({ cluster, name }) => `${cluster}/${name}`));
  let choices = everything;
  let reason = "";
  let hint = "please report it, with the names changed";
  for (let tries = 0; tries < mostTries; tries += 1) {
    signal.throwIfAborted();
    const proposal = ports.propose(choices);
    const { inventory, diagnostics } = await ports.load(proposal);
    const next: Choices | null =
      inventory === null
        ? withoutFaults(diagnostics, proposal, choices, fresh)
        : withoutChanges(planOf(inventory), known, declared, templatesOf(inventory, proposal), choices);
    if (next === null) {
      const madeGroups = new Set(inventory?.groups.map(({ cluster, name }) => `${cluster}/${name}`));
      // The files are the same; what is told of groups that are left out is not.
      return [...choices.leftOutGroups].some((group) => madeGroups.has(group))
        ? ports.propose({ ...choices, madeGroups })
        : proposal;
    }
    reason = inventory === null ? describe(diagnostics) : "a plan of it would have changes";
    if (next === choices) {
      const own = inventory === null ? [] : ownTemplates(inventory, planOf(inventory), known);
      if (own.length > 0) {
        reason = `the inventory declares groups for all customers, which would be made for these, too: ${own.join(", ")}`;
        hint = "take these groups out, import, and add them again when the plan is empty";
      }
      break;
    }
    choices = next;
  }
  throw new DtsyncError(`what was read cannot be written as an inventory: ${reason}; nothing was written`, {
    exitCode: exitCodes.failed,
    hint,
  });
}

/** Where the groups are declared that nobody has and no import can do without: each place once. */
function ownTemplates(inventory: Inventory, { changes }: Plan, known: ReadonlySet<string>): readonly string[] {
  const fresh = changes.filter((change) => !known.has(fingerprint(change)));
  const made = new Set(
    fresh.filter((change) => hasCreation([change])).map(({ cluster, group }) => `${cluster}/${group}`),
  );
  const places = inventory.groups
    .filter(({ cluster, name }) => made.has(`${cluster}/${name}`))
    .map(({ place }) => `${place.file}:${place.line}`);
  return [...new Set(places)].slice(0, mostPlaces);
}

function plan(inventory: Inventory, observed: Observed, dtsync: string, createdAt: Date): Plan {
  return createPlan({
    ...{ inventory, hosts: inventory.hosts, observed, createdAt, dtsync },
    scope: { targets: [], excludes: [], only: ["environments", "groups"], changedSince: null, hosts: "skip" },
    ...{ commit: null, dirty: false, held: [], incompleteHostLists: new Set(), warnings: [] },
  });
}

const fingerprint = (item: Change | Held): string =>
  JSON.stringify("scope" in item ? [item.scope, item.reason] : [item.id, item.action, item.before, item.after]);
const fingerprints = ({ changes, held }: Plan): readonly string[] => [...changes, ...held].map(fingerprint);

const describe = (diagnostics: readonly Diagnostic[]): string => {
  const [first] = diagnostics.filter(({ severity }) => severity === "error");
  return first === undefined ? "it is invalid" : `${first.file}:${first.line} ${first.message}`;
};

/** The names of the templates that make groups, by these as `CLUSTER/NAME`. */
function templatesOf({ groups }: Inventory, { files }: Proposal): ReadonlyMap<string, string> {
  const settings = files.find(({ path }) => path === settingsPath);
  const entries = settings === undefined ? [] : groupEntries(settings.path, settings.text);
  const names = new Map(entries.map(({ name, line }) => [line, name]));
  return new Map(
    groups.flatMap(({ cluster, name, place }) => {
      const template = place.file === settingsPath ? names.get(place.line) : undefined;
      return template === undefined || !isTemplate(template) ? [] : [[`${cluster}/${name}`, template]];
    }),
  );
}

const settingsPath = "dtsync.yaml";
const isTemplate = (name: string): boolean => name.includes("{");

/**
 * Null: there is nothing that the import brought. The same choices again: nothing can be left away. `declared`: groups that the
 * inventory had before, as `CLUSTER/NAME`; `templates`: those that make groups, by these.
 */
function withoutChanges(
  { changes, held }: Plan,
  known: ReadonlySet<string>,
  declared: ReadonlySet<string>,
  templates: ReadonlyMap<string, string>,
  choices: Choices,
): Choices | null {
  const fresh = changes.filter((change) => !known.has(fingerprint(change)));
  const freshHeld = held.filter((item) => !known.has(fingerprint(item)));
  if (fresh.length + freshHeld.length === 0) return null;
  const environments = fresh.flatMap((change) => (change.kind === "environment" ? [change.environment] : []));
  if (environments.length > 0) return without(environments, choices);
  // Where groups of the inventory would change their rights on what was read, that is for a person to decide.
  const reached = fresh.flatMap((change) =>
    (change.kind === "permission" || change.kind === "zone-permission") &&
    declared.has(`${change.cluster}/${change.group}`)
      ? [change.environment]
      : [],
  );
  if (reached.length > 0) return withoutEnvironments(reached, choices);
  const groups = new Set(fresh.flatMap(({ cluster, group }) => (group === null ? [] : [`${cluster}/${group}`])));
  for (const { scope } of freshHeld) {
    const [kind, cluster, group] = scope.split("/");
    if ((kind === "group" || kind === "zone-permission") && group !== undefined)
      groups.add(`${cluster}/${decodeIdPart(group)}`);
  }
  const faulty = [...groups].flatMap((group) => templates.get(group) ?? []);
  const fewer = withoutTemplates(faulty, choices);
  if (fewer !== choices) return fewer;
  if (choices.templates && (groups.size === 0 || groups.size > mostSingleGroups || hasCreation(fresh))) {
    return { ...choices, templates: false };
  }
  return withoutGroups([...groups], choices);
}

/** The same choices again: nothing is left to leave away of them. */
function withoutTemplates(names: readonly string[], choices: Choices): Choices {
  const leftTemplates = new Set([...choices.leftTemplates, ...names]);
  return leftTemplates.size === choices.leftTemplates.size ? choices : { ...choices, leftTemplates };
}

/** Bare first, then not at all. The same choices again: nothing is left to leave away of them. */
function withoutGroups(groups: readonly string[], choices: Choices): Choices {
  const bareGroups = new Set([...choices.bareGroups, ...groups]);
  const leftOutGroups = new Set([...choices.leftOutGroups, ...groups.filter((group) => choices.bareGroups.has(group))]);
  return leftOutGroups.size === choices.leftOutGroups.size && bareGroups.size === choices.bareGroups.size
    ? choices
    : { ...choices, bareGroups, leftOutGroups };
}

/** A group that nobody has was made by a template. */
const hasCreation = (changes: readonly Change[]): boolean =>
  changes.some(({ kind, action }) => kind === "group" && action === "create");

function withoutEnvironments(ids: readonly string[], choices: Choices): Choices {
  const leftOut = new Set([...choices.leftOut, ...ids.map((id) => id.toLowerCase())]);
  return leftOut.size === choices.leftOut.size ? choices : { ...choices, leftOut };
}

/** Bare first, then not at all. */
function without(ids: readonly string[], choices: Choices): Choices {
  const keys = ids.map((id) => id.toLowerCase());
  const bare = new Set([...choices.bare, ...keys]);
  const leftOut = new Set([...choices.leftOut, ...keys.filter((key) => choices.bare.has(key))]);
  return leftOut.size === choices.leftOut.size && bare.size === choices.bare.size
    ? choices
    : { ...choices, bare, leftOut };
}

function withoutFaults(
  diagnostics: readonly Diagnostic[],
  proposal: Proposal,
  choices: Choices,
  fresh: ReturnType<typeof newGroups>,
): Choices {
  const faults = diagnostics.filter(({ severity }) => severity === "error");
  const names = faultyNames(faults, proposal);
  const withoutFaulty = withoutTemplates([...names].filter(isTemplate), choices);
  if (withoutFaulty !== choices) return withoutFaulty;
  const groups = fresh.flatMap(([group, name]) => (names.has(name) ? [group] : []));
  const fewer = withoutGroups(groups, choices);
  if (fewer !== choices) return fewer;
  const files = new Set(faults.map(({ file }) => file));
  const faulty = proposal.files.filter(({ path }) => files.has(path));
  const withHosts = faulty.flatMap((file) => file.environmentsWithHosts);
  if (withHosts.length > 0) {
    const ids = withHosts.map((id) => id.toLowerCase());
    return { ...choices, withoutHosts: new Set([...choices.withoutHosts, ...ids]) };
  }
  const environments = faulty.flatMap((file) => file.environments);
  if (environments.length > 0) return without(environments, choices);
  if (choices.templates) return { ...choices, templates: false };
  return choices.shared ? { ...choices, shared: false } : choices;
}

/** Names of groups that have faults where files of the proposal declare them. */
function faultyNames(faults: readonly Diagnostic[], { files }: Proposal): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [path, found] of groupBy(faults, ({ file }) => file)) {
    const text = files.find((file) => file.path === path)?.text;
    if (text === undefined) continue;
    const entries = groupEntries(path, text);
    for (const { line } of found) {
      const entry = entries.findLast((one) => one.line <= line);
      if (entry !== undefined) names.add(entry.name);
    }
  }
  return names;
}

/** Groups of the clusters, as `CLUSTER/NAME` with their names, that the inventory does not declare. */
function newGroups({ clusters }: Observed, { groups: declared }: Inventory): readonly (readonly [string, string])[] {
  const known = new Set(declared.map(({ cluster, name }) => `${cluster}/${name}`));
  return [...clusters]
    .flatMap(([cluster, { groups }]) =>
      groups?.status === "complete" ? groups.value.map(({ name }) => [`${cluster}/${name}`, name] as const) : [],
    )
    .filter(([group]) => !known.has(group));
}

/** Where the groups of a file begin: they are the last of what it holds, unless it is dtsync.yaml, which gets templates alone. */
function groupEntries(path: string, text: string): readonly { readonly name: string; readonly line: number }[] {
  const positions = createPositions(path, text);
  const { value } = parseYaml(text, positions);
  const groups = isMapping(value) ? value["groups"] : undefined;
  if (!Array.isArray(groups)) return [];
  return groups.map((entry, index) => ({
    name: isMapping(entry) ? String(entry["name"]) : "",
    line: keyPlace(positions, groups, index).place.line,
  }));
}
