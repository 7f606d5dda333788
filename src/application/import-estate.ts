import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DtsyncError, errorMessage, exitCodes, usageError } from "../errors.ts";
import type { CustomerRule } from "../import/customer-rules.ts";
import { knownLimits } from "../import/known-limits.ts";
import { isMapping } from "../import/mapping-at.ts";
import type { DeclaredFile, ExistingInventory, Proposal } from "../import/proposal.ts";
import { proposeInventory } from "../import/propose-inventory.ts";
import { takeZones } from "../import/take-zones.ts";
import { groupBy } from "../lib/group-by.ts";
import { compareText } from "../lib/text.ts";
import { redactSecrets } from "../load/diagnostics/secret-text.ts";
import { createLoadNotes, type LoadNotes } from "../load/explain/load-notes.ts";
import { type InventoryFiles, inventoryFiles } from "../load/files/inventory-files.ts";
import { openFolder } from "../load/files/inventory-folder.ts";
import { type LoadOptions, type LoadResult, loadInventory } from "../load/load-inventory.ts";
import { parseYaml } from "../load/yaml/parse-yaml.ts";
import { createPositions } from "../load/yaml/positions.ts";
import type { EstateCluster, Remark } from "../model/estate.ts";
import type { ImportedCluster, ImportReport } from "../model/import-report.ts";
import type { Cluster, Inventory } from "../model/inventory.ts";
import type { Observed } from "../model/observed.ts";
import type { Context } from "./context.ts";
import { loadOptions } from "./load-declared.ts";
import { hostConnections } from "./open-ssh.ts";
import type { CommonOptions } from "./options.ts";
import { proveImport } from "./prove-import.ts";
import { readEstateHosts } from "./read-estate-hosts.ts";
import { readFleet } from "./read-fleet.ts";
import { requireOrigins } from "./require-origins.ts";

export interface ImportOptions extends CommonOptions {
  /** Names; empty: all that are declared. */
  readonly clusters: readonly string[];
  /** Of the one cluster, where no dtsync.yaml is there yet; null: it has to be there. */
  readonly firstCluster: { readonly url: string; readonly tokenVariable: string } | null;
  readonly rule: CustomerRule | null;
  readonly allowCommands: boolean;
  /** Whether the hosts that environments list are declared, too. */
  readonly hosts: boolean;
}

export type ImportOutcome =
  /** The inventory that is there, with its faults. */
  | { readonly status: "invalid"; readonly loaded: LoadResult }
  | {
      readonly status: "proposed";
      readonly proposal: Proposal;
      readonly report: ImportReport;
      readonly complete: boolean;
    };

/** An inventory on the disk, or one that is yet to be made, in a folder where it can be loaded. */
interface Opened {
  readonly options: LoadOptions;
  /** Absolute path of the folder, with links resolved. */
  readonly root: string;
  readonly files: InventoryFiles;
  readonly settings: string;
  /** Whether dtsync.yaml is there. */
  readonly exists: boolean;
  close(): Promise<void>;
}

/**
 * Reads clusters and proposes what an inventory would have to say to declare all that they have. It is proven: the same
 * plan that `dtsync plan` makes is empty. Nothing is written. Throws where no cluster could be read.
 */
export async function importEstate(options: ImportOptions, context: Context): Promise<ImportOutcome> {
  const opened = await openExisting(options, context);
  try {
    const load = (texts: ReadonlyMap<string, string>, notes?: LoadNotes) =>
      loadInventory({
        ...opened.options,
        files: inventoryFiles(opened.root, texts),
        ...(notes === undefined ? {} : { notes }),
      });
    const notes = options.hosts ? createLoadNotes() : undefined;
    const loaded = await load(new Map([["dtsync.yaml", opened.settings]]), notes);
    if (loaded.inventory === null) return { status: "invalid", loaded };
    const { inventory } = loaded;
    const clusters = clustersOf(inventory, options.clusters);
    await requireOrigins(clusters, context);
    const observed = await readClusters(inventory, clusters, options, context);
    const { estate, described, remarks: unread, complete } = takeReadable(clusters, observed);
    const remarks = [...unread, ...untoldRemarks(estate, options.rule)];
    const existing = existingInventory(inventory, opened, hostSettings(notes));
    const limits = knownLimits();
    const loadWith = ({ files }: Proposal) =>
      load(new Map([["dtsync.yaml", opened.settings], ...files.map(({ path, text }) => [path, text] as const)]));
    const prove = (clusters: readonly EstateCluster[]) =>
      proveImport({
        propose: (choices) => proposeInventory({ clusters, existing, rule: options.rule, limits, choices, remarks }),
        load: loadWith,
        observed,
        version: context.version,
        now: context.clock.now(),
        before: inventory,
        signal: context.signal,
      });
    const proposal = await prove(estate);
    if (!options.hosts)
      return { status: "proposed", proposal, report: reportOf(proposal, described, remarks), complete };
    // Environments are asked for their hosts once it is clear which there are.
    const declared = (await loadWith(proposal)).inventory ?? inventory;
    const read = await readEstateHosts(estate, declared, options, context);
    const withHosts = await prove(read.estate);
    return {
      status: "proposed",
      proposal: withHosts,
      report: reportOf(withHosts, withRequests(described, read.requests), [...remarks, ...read.remarks]),
      complete: complete && read.complete,
    };
  } finally {
    await opened.close();
  }
}

/** Environments of which the rule that was given says nothing: it may be meant otherwise. */
function untoldRemarks(estate: readonly EstateCluster[], rule: CustomerRule | null): readonly Remark[] {
  if (rule === null) return [];
  const untold = estate.flatMap(({ environments }) => environments.filter((environment) => rule(environment) === null));
  if (untold.length === 0) return [];
  const about = "environments of which --customer-from says nothing: whose they are was told by their ids";
  return [{ about, items: untold.map(({ id }) => id).sort(compareText) }];
}

async function openExisting(options: ImportOptions, context: Context): Promise<Opened> {
  const base = loadOptions(options, context);
  const root = openFolder(base.directory);
  const files = root === null ? null : inventoryFiles(root);
  const settings = files?.readText("dtsync.yaml", "yaml");
  if (root !== null && files && settings && "text" in settings) {
    return { options: base, root, files, settings: settings.text, exists: true, close: async () => undefined };
  }
  if (root !== null && settings && "diagnostic" in settings && settings.diagnostic.rule !== "missing-file") {
    throw usageError(`dtsync.yaml cannot be read: ${settings.diagnostic.message}`, settings.diagnostic.hint);
  }
  const { firstCluster, clusters } = options;
  const [name] = clusters;
  if (firstCluster === null || name === undefined || clusters.length > 1) {
    throw usageError(
      `${join(options.inventory, "dtsync.yaml")} is not there, so nothing says where clusters are`,
      "for a first import name one cluster with its address: dtsync import --cluster NAME --url https://…",
    );
  }
  const fresh = { settings: firstSettings(name, firstCluster), exists: false };
  // What customers and groups are there counts once dtsync.yaml is.
  if (root !== null && files) return { options: base, root, files, ...fresh, close: async () => undefined };
  const folder = await emptyFolder();
  return {
    options: { ...base, directory: folder },
    root: folder,
    files: inventoryFiles(folder),
    ...fresh,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Nothing is made in the place of the inventory before everything is proven. */
async function emptyFolder(): Promise<string> {
  try {
    return await realpath(await mkdtemp(join(tmpdir(), "dtsync-import-")));
  } catch (error) {
    throw new DtsyncError(`no folder for temporary files can be made (${errorMessage(error)}), so nothing was read`, {
      exitCode: exitCodes.failed,
      hint: "make room in it, or name another one with TMPDIR",
      cause: error,
    });
  }
}

const firstSettings = (name: string, { url, tokenVariable }: NonNullable<ImportOptions["firstCluster"]>): string =>
  `# Clusters, roles, groups and defaults of the whole inventory.
version: 1

clusters:
  ${name}:
    url: ${url}
    token: { env: ${tokenVariable} }
`;

function clustersOf(inventory: Inventory, names: readonly string[]): readonly Cluster[] {
  const known = inventory.clusters.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw usageError(`there is no cluster ${unknown}`, `declared in dtsync.yaml are ${known.join(", ")}`);
  }
  return inventory.clusters.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function readClusters(
  inventory: Inventory,
  clusters: readonly Cluster[],
  options: ImportOptions,
  context: Context,
): Promise<Observed> {
  const connections = hostConnections({ configFile: null, forChanges: false }, context);
  const observed = await readFleet(
    inventory,
    { clusters, hosts: [], groups: true, everything: true, policies: true, zonesOf: "with-rights" },
    { ...options, sshConfig: null, concurrency: 1, cache: false },
    context,
    connections,
  ).finally(connections.close);
  context.signal.throwIfAborted();
  return observed;
}

const unknownPolicies = "clusters of which nobody knows whether policies give groups rights";

/** What could be read whole; of the others only why not. */
function takeReadable(
  clusters: readonly Cluster[],
  observed: Observed,
): {
  readonly estate: readonly EstateCluster[];
  readonly described: Readonly<Record<string, ImportedCluster>>;
  readonly remarks: readonly Remark[];
  /** Whether rights on management zones could be read, too. */
  readonly complete: boolean;
} {
  const estate: EstateCluster[] = [];
  const described: Record<string, ImportedCluster> = {};
  const reasons: string[] = [];
  const furtherRemarks: Remark[] = [];
  let complete = true;
  for (const { name, url } of clusters) {
    const reading = observed.clusters.get(name);
    const about = { url, version: reading?.version ?? null, requests: reading?.requests ?? 0 };
    const { environments, groups } = reading ?? {};
    if (environments?.status === "complete" && groups?.status === "complete") {
      const whole = { name, environments: environments.value, groups: groups.value };
      const zones = takeZones(whole, reading?.zones);
      furtherRemarks.push(...zones.remarks);
      complete &&= zones.complete;
      const policies = reading?.policyGroups;
      if (policies?.status === "unreadable")
        furtherRemarks.push({ about: unknownPolicies, items: [`${name}: ${policies.reason}`] });
      const policyGroups = policies?.status === "complete" ? policies.value : null;
      estate.push({ ...whole, zoneRights: zones.rights, policyGroups, hosts: null });
      const counts = { environments: environments.value.length, groups: groups.value.length };
      described[name] = { ...about, ...counts, reason: null };
      continue;
    }
    const unreadable = [environments, groups].find((part) => part?.status === "unreadable");
    const reason = unreadable?.status === "unreadable" ? unreadable.reason : `${name} was not read`;
    reasons.push(reason);
    described[name] = { ...about, environments: 0, groups: 0, reason };
  }
  if (estate.length === 0) {
    throw new DtsyncError(`nothing was read, so nothing was written: ${reasons.join("; ")}`, {
      exitCode: exitCodes.failed,
    });
  }
  const remarks = [...groupBy(furtherRemarks, ({ about }) => about)].map(([about, found]) => ({
    about,
    items: found.flatMap(({ items }) => items),
  }));
  return { estate, described, remarks, complete };
}

/** The clusters with further requests counted. */
const withRequests = (clusters: ImportReport["clusters"], further: ReadonlyMap<string, number>) =>
  Object.fromEntries(
    Object.entries(clusters).map(([name, cluster]): [string, ImportedCluster] => [
      name,
      { ...cluster, requests: cluster.requests + (further.get(name) ?? 0) },
    ]),
  );

/** What the hosts of each environment start from; nothing where that was not noted. */
const hostSettings = (notes: LoadNotes | undefined): ExistingInventory["hostSettings"] =>
  new Map([...(notes?.environments ?? [])].map(([{ id }, { levels }]) => [id, levels.oneagent.resolved]));

function existingInventory(
  inventory: Inventory,
  { files, settings, exists }: Opened,
  hostSettings: ExistingInventory["hostSettings"],
): ExistingInventory {
  const dataOf = (path: string, text: string): Readonly<Record<string, unknown>> => {
    const { value } = parseYaml(text, createPositions(path, text));
    return isMapping(value) ? value : {};
  };
  const declared = (path: string): readonly (readonly [string, DeclaredFile])[] => {
    const read = files.readText(path, "yaml");
    return "text" in read ? [[path, { text: read.text, data: dataOf(path, read.text) }]] : [];
  };
  const { customers, groups, others } = files.list();
  return {
    inventory,
    hostSettings,
    settings: { text: settings, exists, data: dataOf("dtsync.yaml", settings) },
    customerFiles: new Map(customers.flatMap(declared)),
    paths: new Set([...customers, ...groups, ...others]),
  };
}

const reportOf = (
  { files, templates, counts, remarks }: Proposal,
  clusters: ImportReport["clusters"],
  further: readonly Remark[],
): ImportReport => ({
  format: "dtsync-import/1",
  clusters,
  templates,
  summary: counts,
  files: files.map(({ path, before }) => ({ path, action: before === null ? "create" : "change" })),
  written: false,
  // What a cluster has can hold what must not be repeated.
  remarks: [...remarks, ...further].map(({ about, items }) => ({ about, items: items.map(redactSecrets) })),
});
