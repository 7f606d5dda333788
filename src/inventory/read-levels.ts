import { compareVersions } from "../compare/versions.ts";
import type { EnvironmentDefaultsEntry, OneAgentEntry, SshEntry } from "./file-types.ts";
import { type LevelEntries, type Levels, lowerLevels } from "./levels.ts";
import type { LoadContext, LoadedFile } from "./load-context.ts";
import { keyOrigin, valueOrigin } from "./positions.ts";
import { resolveAnywhere, resolveInside } from "./setting-paths.ts";
import { showText } from "./show-text.ts";

/** Lays the settings that a map declares over those of the levels above it: paths become absolute, values are checked. */
export function readLevels(
  above: Levels,
  declared: LevelEntries,
  file: LoadedFile<unknown>,
  context: LoadContext,
): Levels {
  const { environment, oneagent, ssh, rollout } = declared;
  const entries: LevelEntries = {
    environment,
    oneagent: oneagent && prepareOneAgent(oneagent, file, context),
    ssh: ssh && prepareSsh(ssh, file),
    rollout,
  };
  const levels = lowerLevels(above, entries, context.rootCertificate);
  context.trace?.levels.set(levels, { above, declared, merged: entries, file });
  if (oneagent) checkVersions(oneagent, levels.oneagent.entry, file, context);
  if (environment) checkRetention(environment, levels.environment, file, context);
  return levels;
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

function prepareOneAgent(entry: OneAgentEntry, file: LoadedFile<unknown>, context: LoadContext): OneAgentEntry {
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
  context: LoadContext,
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
  context: LoadContext,
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

const codeRetention = "serviceCodeLevelRetention";
const requestRetention = "serviceRequestLevelRetention";

function checkRetention(
  declared: EnvironmentDefaultsEntry,
  merged: EnvironmentDefaultsEntry,
  file: LoadedFile<unknown>,
  context: LoadContext,
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
