import { compareVersions } from "../../lib/versions.ts";
import type { Origin } from "../diagnostics/fault-list.ts";
import { showText } from "../diagnostics/show-text.ts";
import { resolveAnywhere, resolveInside } from "../files/setting-paths.ts";
import type { EnvironmentDefaultsEntry, OneAgentEntry, SshEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { keyOrigin, startOrigin, valueOrigin } from "../yaml/positions.ts";
import { type LevelEntries, type Levels, lowerLevels, type Section } from "./levels.ts";
import type { MergeDecision, MergeObserver } from "./merge-settings.ts";
import type { LevelDecisions, SettingsContext } from "./settings-context.ts";

/** Lays the settings that a map declares over those of the levels above it: paths become absolute, values are checked. */
export function readLevels(
  above: Levels,
  declared: LevelEntries,
  file: LoadedFile<unknown>,
  context: SettingsContext,
): Levels {
  const { cluster, environment, oneagent, ssh, rollout } = declared;
  const entries: LevelEntries = {
    cluster,
    environment,
    oneagent: oneagent && prepareOneAgent(oneagent, file, context),
    ssh: ssh && prepareSsh(ssh, file),
    rollout,
  };
  const recorder = context.notes && createRecorder();
  const merged = lowerLevels(above, entries, context.rootCertificate, recorder?.observing);
  const levels = { ...merged, uncheckedSignature: uncheckedSignature(above, oneagent, merged, file) };
  if (recorder) context.notes?.levels.set(levels, { above, decisions: recorder.decisions, declared, file });
  context.budget.spend(
    "settings",
    addedUp(declared, levels),
    startOrigin(file.positions, oneagent ?? environment ?? {}),
  );
  if (oneagent) checkVersions(oneagent, levels.oneagent.entry, file, context);
  if (environment) {
    checkRetention(environment, levels.environment, file, context);
    checkTags(environment, levels.environment, file, context);
  }
  return levels;
}

/** Keeps what the merge of each section decides. */
function createRecorder(): {
  readonly decisions: LevelDecisions;
  readonly observing: (section: Section) => MergeObserver;
} {
  const decisions = new Map<Section, MergeDecision[]>();
  const observing = (section: Section): MergeObserver => {
    return (decision) => {
      const known = decisions.get(section);
      if (known) known.push(decision);
      else decisions.set(section, [decision]);
    };
  };
  return { decisions, observing };
}

/** Entries that were put together from several levels. */
function addedUp({ environment, oneagent }: LevelEntries, levels: Levels): number {
  const { hostTags, hostProperties } = levels.oneagent.entry;
  const ofHosts = oneagent ? (hostTags?.length ?? 0) + Object.keys(hostProperties ?? {}).length : 0;
  return ofHosts + (environment?.tags ? (levels.environment.tags?.length ?? 0) : 0);
}

/** A certificate that is declared but faulty is told where it stands. */
function uncheckedSignature(
  above: Levels,
  declared: OneAgentEntry | null | undefined,
  { oneagent: { resolved } }: Levels,
  { positions }: LoadedFile<unknown>,
): Origin | null {
  if (!declared) return declared === null ? null : above.uncheckedSignature;
  if (resolved.signature !== "required" || resolved.rootCertificate !== null || declared.rootCertificate) return null;
  if (declared.signature) return valueOrigin(positions, declared, "signature");
  return declared.rootCertificate === null && above.uncheckedSignature === null
    ? valueOrigin(positions, declared, "rootCertificate")
    : above.uncheckedSignature;
}

/** Reports hosts whose agent could never be installed, because what it has to be checked against is nowhere named. */
export function checkSignature({ uncheckedSignature, environment }: Levels, { faults }: SettingsContext): void {
  if (uncheckedSignature === null || environment.state === "disabled" || environment.state === "absent") return;
  // Not an error: the variable is that of the machine that deploys, and this may be another.
  faults.warning(uncheckedSignature, {
    rule: "missing-root-certificate",
    message: "the signature of installers is required, but there is no root certificate to check it against",
    hint: "Add rootCertificate: with a PEM file in the inventory, or set DTSYNC_ROOT_CERTIFICATE; auto checks where there is one.",
  });
}

function prepareSsh(entry: SshEntry, { base }: LoadedFile<unknown>): SshEntry {
  const { identityFile, knownHosts } = entry;
  if (!identityFile && !knownHosts) return entry;
  return {
    ...entry,
    ...(identityFile ? { identityFile: resolveAnywhere(identityFile, base) } : {}),
    ...(knownHosts ? { knownHosts: resolveAnywhere(knownHosts, base) } : {}),
  };
}

/** `key=value` of a host property may not be longer than this. */
const longestProperty = 256;

function prepareOneAgent(entry: OneAgentEntry, file: LoadedFile<unknown>, context: SettingsContext): OneAgentEntry {
  for (const [key, value] of Object.entries(entry.hostProperties ?? {})) {
    if (!entry.hostProperties || typeof value !== "string" || key.length + value.length < longestProperty) continue;
    context.faults.error(valueOrigin(file.positions, entry.hostProperties, key), {
      rule: "invalid-value",
      message: `the host property ${showText(key)} is longer than ${longestProperty} characters`,
      hint: "Shorten its key or value.",
    });
  }
  if (!entry.rootCertificate) return entry;
  const rootCertificate = readInsidePath(entry, "rootCertificate", entry.rootCertificate, file, context);
  return { ...entry, rootCertificate };
}

/** The absolute path of a file that must be there, inside of the inventory; null when it is not, which is a fault. */
export function readInsidePath(
  container: object,
  key: string,
  path: string,
  file: LoadedFile<unknown>,
  context: SettingsContext,
): string | null {
  const origin = valueOrigin(file.positions, container as Readonly<Record<string, unknown>>, key);
  const absolute = resolveInside(path, file.base);
  if (absolute === null) {
    context.faults.error(origin, {
      rule: "outside-folder",
      message: `${showText(path)} leads out of the inventory folder`,
      hint: "Put the file into the inventory folder and name it relative to this file.",
    });
    return null;
  }
  const fault = context.checkFile(absolute);
  if (fault) context.faults.error(origin, fault);
  return fault ? null : absolute;
}

function checkVersions(
  declared: OneAgentEntry,
  merged: OneAgentEntry,
  file: LoadedFile<unknown>,
  context: SettingsContext,
): void {
  const { version, minVersion } = merged;
  if (!version || !minVersion || version === "latest" || compareVersions(minVersion, version) <= 0) return;
  const key = declared.minVersion ? "minVersion" : declared.version ? "version" : null;
  if (key === null) return;
  context.faults.error(valueOrigin(file.positions, declared, key), {
    rule: "version-order",
    message: `minVersion ${minVersion} is above version ${version}`,
    hint: "An agent below minVersion is updated to version, so version must be at least minVersion.",
  });
}

/** Each level may have as many; they add up. */
const mostTags = 1024;

function checkTags(
  declared: EnvironmentDefaultsEntry,
  merged: EnvironmentDefaultsEntry,
  file: LoadedFile<unknown>,
  context: SettingsContext,
): void {
  const tags = merged.tags?.length ?? 0;
  if (!declared.tags || tags <= mostTags) return;
  context.faults.error(startOrigin(file.positions, declared.tags), {
    rule: "too-many-tags",
    message: `with those of the levels above these are ${tags} tags, and a cluster takes ${mostTags}`,
    hint: "Take some away; null takes away those of the levels above.",
  });
}

const codeRetention = "serviceCodeLevelRetention";
const requestRetention = "serviceRequestLevelRetention";

function checkRetention(
  declared: EnvironmentDefaultsEntry,
  merged: EnvironmentDefaultsEntry,
  file: LoadedFile<unknown>,
  context: SettingsContext,
): void {
  const code = merged.storage?.[codeRetention]?.["maxLimitInDays"];
  const request = merged.storage?.[requestRetention]?.["maxLimitInDays"];
  if (typeof code !== "number" || typeof request !== "number" || code <= request || !declared.storage) return;
  const key = declared.storage[codeRetention] ? codeRetention : requestRetention;
  if (!declared.storage[key]) return;
  context.faults.error(keyOrigin(file.positions, declared.storage, key), {
    rule: "retention-order",
    message: `${codeRetention} (${code} days) is longer than ${requestRetention} (${request} days)`,
    hint: "Keep code-level data no longer than service requests.",
  });
}
