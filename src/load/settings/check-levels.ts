import { compareVersions } from "../../lib/versions.ts";
import type { EnvironmentDefaultsEntry, OneAgentEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { keyPlace, startPlace, valuePlace } from "../yaml/positions.ts";
import type { SettingsContext } from "./settings-context.ts";

/** An agent below `minVersion` is updated to `version`, which must not be below it. */
export function checkVersions(
  declared: OneAgentEntry,
  merged: OneAgentEntry,
  file: LoadedFile<unknown>,
  context: SettingsContext,
): void {
  const { version, minVersion } = merged;
  if (!version || !minVersion || version === "latest" || compareVersions(minVersion, version) <= 0) return;
  const key = declared.minVersion ? "minVersion" : declared.version ? "version" : null;
  if (key === null) return;
  context.diagnostics.error(valuePlace(file.positions, declared, key), {
    rule: "version-order",
    message: `minVersion ${minVersion} is above version ${version}`,
    hint: "An agent below minVersion is updated to version, so version must be at least minVersion.",
  });
}

/** Each level may have as many; they add up. */
const mostTags = 1024;

/** Reports the level at which the tags that add up become too many for a cluster. */
export function checkTags(
  declared: EnvironmentDefaultsEntry,
  merged: EnvironmentDefaultsEntry,
  file: LoadedFile<unknown>,
  context: SettingsContext,
): void {
  const tags = merged.tags?.length ?? 0;
  if (!declared.tags || tags <= mostTags) return;
  context.diagnostics.error(startPlace(file.positions, declared.tags), {
    rule: "too-many-tags",
    message: `with those of the levels above these are ${tags} tags, and a cluster takes ${mostTags}`,
    hint: "Take some away; null takes away those of the levels above.",
  });
}

const codeRetention = "serviceCodeLevelRetention";
const requestRetention = "serviceRequestLevelRetention";

/** Code-level data cannot be kept longer than the service requests that it belongs to. */
export function checkRetention(
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
  context.diagnostics.error(keyPlace(file.positions, declared.storage, key), {
    rule: "retention-order",
    message: `${codeRetention} (${code} days) is longer than ${requestRetention} (${request} days)`,
    hint: "Keep code-level data no longer than service requests.",
  });
}
