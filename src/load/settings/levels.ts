import type { EnvironmentSettings, Limits, OneAgentSettings, Rollout, SshSettings } from "../../model/inventory.ts";
import type { ValuePlace } from "../diagnostics/diagnostics.ts";
import { asList } from "../schema/as-list.ts";
import type {
  EnvironmentDefaultsEntry,
  LabelsEntry,
  OneAgentEntry,
  RolloutEntry,
  SshEntry,
} from "../schema/file-types.ts";
import { type MergeObserver, mergeSettings } from "./merge-settings.ts";
import { parseAmount, parseDuration, parseRate } from "./setting-values.ts";

/** The settings that hold from one level downwards: merged as written, and what they mean. */
interface Level<Entry extends object, Resolved> {
  readonly entry: Entry;
  readonly resolved: Resolved;
}

/** The settings of one level of the inventory: defaults, profile, customer, environment or host. */
export interface Levels {
  /** Null: nothing says which. Empty: it was declared but invalid, which is reported. */
  readonly cluster: string | null;
  readonly labels: Labels;
  readonly environment: EnvironmentDefaultsEntry;
  readonly oneagent: Level<OneAgentEntry, OneAgentSettings>;
  readonly ssh: Level<SshEntry, SshSettings>;
  readonly rollout: Level<RolloutEntry, Rollout>;
  /** Where signatures are declared as required while no root certificate is declared to check them against. */
  readonly uncheckedSignature: ValuePlace | null;
}

/** Labels by key; none of them is null any more. */
type Labels = Readonly<Record<string, string>>;

/** What a map of the inventory may declare for what is below it. */
export interface LevelEntries {
  readonly cluster?: string | null | undefined;
  readonly labels?: LabelsEntry | null | undefined;
  readonly environment?: EnvironmentDefaultsEntry | null | undefined;
  readonly oneagent?: OneAgentEntry | null | undefined;
  readonly ssh?: SshEntry | null | undefined;
  readonly rollout?: RolloutEntry | null | undefined;
}

/** What holds where nothing is declared. */
export function topLevels(rootCertificate: string | null): Levels {
  return {
    cluster: null,
    labels: {},
    environment: {},
    oneagent: { entry: {}, resolved: resolveOneAgent({}, rootCertificate) },
    ssh: { entry: {}, resolved: resolveSsh({}) },
    rollout: { entry: {}, resolved: resolveRollout({}) },
    uncheckedSignature: null,
  };
}

export type Section = keyof LevelEntries;

/**
 * The level below `above`. Where it declares nothing of its own it shares the objects of the level above. `observing`
 * gives the observer for the merge of a section.
 */
export function lowerLevels(
  above: Levels,
  entries: LevelEntries,
  rootCertificate: string | null,
  observing?: (section: Section) => MergeObserver,
): Levels {
  const oneAgent = (entry: OneAgentEntry) => resolveOneAgent(entry, rootCertificate);
  return {
    cluster: lowerCluster(above.cluster, entries.cluster, observing?.("cluster")),
    labels: mergeLabels(above.labels, entries.labels, observing?.("labels")),
    environment: mergeSettings(above.environment, entries.environment, observing?.("environment")),
    oneagent: lower(above.oneagent, entries.oneagent, oneAgent, observing?.("oneagent")),
    ssh: lower(above.ssh, entries.ssh, resolveSsh, observing?.("ssh")),
    rollout: lower(above.rollout, entries.rollout, resolveRollout, observing?.("rollout")),
    uncheckedSignature: above.uncheckedSignature,
  };
}

/** The labels below a level with these. */
export const mergeLabels = (above: Labels, nearer: LabelsEntry | null | undefined, observe?: MergeObserver): Labels =>
  mergeSettings<LabelsEntry>(above, nearer, observe) as Labels;

/** The cluster is inherited as settings are, but declared beside their sections. */
function lowerCluster(
  above: string | null,
  cluster: string | null | undefined,
  observe: MergeObserver | undefined,
): string | null {
  if (cluster === undefined) return above;
  return mergeSettings<{ readonly cluster?: string | null }>({ cluster: above }, { cluster }, observe).cluster ?? null;
}

function lower<Entry extends object, Resolved>(
  above: Level<Entry, Resolved>,
  entry: Entry | null | undefined,
  resolve: (entry: Entry) => Resolved,
  observe: MergeObserver | undefined,
): Level<Entry, Resolved> {
  if (entry === undefined) return above;
  const merged = mergeSettings(above.entry, entry, observe);
  return { entry: merged, resolved: resolve(merged) };
}

/** Settings that mean what is declared, whatever else is; the compiler holds the list to the settings that there are. */
const plainOneAgentSettings = {
  version: true,
  minVersion: true,
  hostGroup: true,
  networkZone: true,
  monitoringMode: true,
  hostName: true,
  hostTags: true,
  hostProperties: true,
  proxy: true,
  autoUpdate: true,
  appLogContentAccess: true,
  systemLogsAccess: true,
  installPath: true,
  installerArguments: true,
} satisfies Record<
  Exclude<keyof OneAgentSettings, "transfer" | "transferRate" | "signature" | "rootCertificate">,
  true
>;

const plainOneAgentKeys = Object.keys(plainOneAgentSettings);

/** Copies what is declared, always in the same order, so that the order in the files does not show. */
function pick(entry: object, keys: readonly string[]): Record<string, unknown> {
  const source = entry as Readonly<Record<string, unknown>>;
  const picked: Record<string, unknown> = {};
  for (const key of keys) {
    const value = source[key];
    if (value !== undefined && value !== null) picked[key] = value;
  }
  return picked;
}

function resolveOneAgent(entry: OneAgentEntry, rootCertificate: string | null): OneAgentSettings {
  const settings = pick(entry, plainOneAgentKeys);
  if (entry.hostProperties) settings["hostProperties"] = sortKeys(entry.hostProperties);
  settings["transfer"] = entry.transfer ?? "auto";
  if (entry.transferRate) settings["transferRate"] = parseRate(entry.transferRate);
  settings["signature"] = entry.signature ?? "auto";
  settings["rootCertificate"] = entry.rootCertificate ?? rootCertificate;
  return settings as unknown as OneAgentSettings;
}

function resolveSsh(entry: SshEntry): SshSettings {
  return {
    ...pick(entry, ["user", "port", "identityFile"]),
    ...(entry.jump === undefined || entry.jump === null ? {} : { jump: asList(entry.jump) }),
    ...pick(entry, ["jumpConcurrency", "become", "knownHosts"]),
    hostKeys: entry.hostKeys ?? "strict",
    ...(entry.connectTimeout ? { connectTimeout: parseDuration(entry.connectTimeout) } : {}),
    ...(entry.timeout ? { timeout: parseDuration(entry.timeout) } : {}),
  };
}

function resolveRollout(entry: RolloutEntry): Rollout {
  return {
    concurrency: entry.concurrency ?? 50,
    canary: parseAmount(entry.canary ?? 1),
    batch: parseAmount(entry.batch ?? "25%"),
    maxFailures: parseAmount(entry.maxFailures ?? "10%"),
    seenWithin: parseDuration(entry.seenWithin ?? "10m"),
  };
}

/** The settings of an environment that are declared: its name, and what any level declares. */
export function resolveEnvironmentSettings(
  name: string | null | undefined,
  { tags, trial, quotas, storage }: EnvironmentDefaultsEntry,
): EnvironmentSettings {
  const settings: { readonly [Key in keyof EnvironmentSettings]-?: EnvironmentSettings[Key] | null | undefined } = {
    name: name || null,
    tags,
    trial,
    quotas: resolveLimits(quotas),
    storage: resolveLimits(storage),
  };
  return pick(settings, Object.keys(settings)) as EnvironmentSettings;
}

/** Null for the declared `unlimited`; groups of limits in which nothing is declared are left out. */
function resolveLimits(entry: EnvironmentDefaultsEntry["quotas"]): Limits | null {
  if (!entry) return null;
  const limits: Record<string, Record<string, number | null>> = {};
  let declared = false;
  for (const group of Object.keys(entry).sort()) {
    const members = entry[group] ?? {};
    for (const name of Object.keys(members).sort()) {
      const value = members[name];
      if (value === undefined || value === null) continue;
      const limit = value === "unlimited" ? null : value;
      const known = limits[group];
      if (known) known[name] = limit;
      else limits[group] = { [name]: limit };
      declared = true;
    }
  }
  return declared ? limits : null;
}

function sortKeys<Value>(map: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(map).sort(([left], [right]) => (left < right ? -1 : 1)));
}
