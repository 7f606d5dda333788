import { readOrigin } from "../../lib/read-origin.ts";
import { compareText } from "../../lib/text.ts";
import type { Cluster, Safety, TokenSource } from "../../model/inventory.ts";
import { showText } from "../diagnostics/show-text.ts";
import { resolveAnywhere } from "../files/setting-paths.ts";
import { clusterEntries, isSettingOf } from "../schema/entries.ts";
import type { ClusterEntry, SafetyEntry, SettingsEntry } from "../schema/file-types.ts";
import { hasUnusable } from "../schema/has-unusable.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { keyPlace, valuePlace } from "../yaml/positions.ts";
import { type ClusterNames, checkCluster } from "./check-cluster.ts";
import { type IdTemplate, readIdTemplate } from "./id-template.ts";
import { type Levels, topLevels } from "./levels.ts";
import { noProfiles, type Profiles, readProfiles } from "./profiles.ts";
import { readInsidePath } from "./read-inside-path.ts";
import { readLevels } from "./read-levels.ts";
import { parseAmount, parseDuration } from "./setting-values.ts";
import type { SettingsContext } from "./settings-context.ts";

/** What dtsync.yaml declares apart from roles and groups. */
export interface ReadSettings {
  readonly clusters: readonly Cluster[];
  readonly clusterNames: ClusterNames;
  readonly levels: Levels;
  readonly profiles: Profiles;
  /** The template of environment ids and its place; null: none is declared. */
  readonly environmentId: IdTemplate | null;
  readonly safety: Safety;
}

/** In place of a dtsync.yaml that could not be read; references into it are then not checked. */
export function unreadableSettings(context: SettingsContext): ReadSettings {
  const levels = topLevels(context.rootCertificate);
  const profiles = noProfiles(levels);
  return { clusters: [], clusterNames: null, levels, profiles, environmentId: null, safety: readSafety({}) };
}

export function readSettings(file: LoadedFile<SettingsEntry>, context: SettingsContext): ReadSettings {
  const { entry, positions } = file;
  const declared: Readonly<Record<string, ClusterEntry | undefined>> = entry.clusters ?? {};
  // A cluster with an invalid declaration is still known by name, a setting that stands among the clusters is none.
  const isCluster = (name: string): boolean => declared[name] !== undefined || !isSettingOf(clusterEntries, name);
  const names = Object.keys(declared).filter(isCluster).sort(compareText);
  const complete = entry.clusters !== undefined;
  const clusters = names.flatMap((name) => {
    const cluster = declared[name];
    return cluster === undefined ? [] : [readCluster(name, cluster, file, context)];
  });
  checkUrls(clusters, file, context);
  const clusterNames: ClusterNames = complete ? new Set(names) : null;
  const defaults = entry.defaults ?? {};
  if (defaults.cluster) {
    checkCluster(defaults.cluster, clusterNames, valuePlace(positions, defaults, "cluster"), context);
  }
  const levels = readLevels(topLevels(context.rootCertificate), defaults, file, context, ["defaults"]);
  // A key that is not known may have been meant for the cluster.
  const isClusterInvalid = entry.defaults ? hasUnusable(defaults) : hasUnusable(entry);
  const usable = isClusterInvalid ? { ...levels, cluster: "" } : levels;
  return {
    clusters,
    clusterNames,
    levels: usable,
    profiles: readProfiles(usable, file, context),
    environmentId: readIdTemplate(defaults, null, positions),
    safety: readSafety(entry.safety ?? {}),
  };
}

function readCluster(
  name: string,
  entry: ClusterEntry,
  file: LoadedFile<SettingsEntry>,
  context: SettingsContext,
): Cluster {
  const { positions } = file;
  const url = entry.url === undefined ? null : readOrigin(entry.url);
  if (url && "reason" in url) {
    context.diagnostics.error(valuePlace(positions, entry, "url"), {
      rule: "invalid-url",
      message: `the url of the cluster ${showText(name)} ${url.reason}`,
      hint: `Write the origin alone${url.meant === null ? "" : `, ${showText(url.meant)}`}: https://, a host, perhaps a port; http is for loopback addresses.`,
    });
  }
  return {
    name,
    url: url && "url" in url ? url.url : "",
    token: readToken(entry.token ?? {}, file),
    ca: entry.ca ? readInsidePath(entry, "ca", entry.ca, file, context) : null,
    maxConcurrency: entry.maxConcurrency ?? 16,
    place: keyPlace(positions, file.entry.clusters, name).place,
  };
}

function readToken({ env, file: path, command }: ClusterEntry["token"], file: LoadedFile<SettingsEntry>): TokenSource {
  if (command !== undefined) return { command };
  if (path !== undefined) return { file: resolveAnywhere(path, file.base) };
  return { env: env ?? "" };
}

function checkUrls(clusters: readonly Cluster[], file: LoadedFile<SettingsEntry>, context: SettingsContext): void {
  const owners = new Map<string, string>();
  for (const { name, url } of clusters) {
    const owner = owners.get(url);
    const entry = file.entry.clusters[name];
    if (url === "" || owner === undefined || entry === undefined) owners.set(url, name);
    else {
      context.diagnostics.warning(valuePlace(file.positions, entry, "url"), {
        rule: "duplicate-url",
        message: `the clusters ${showText(owner)} and ${showText(name)} have the same url`,
        hint: "Give every cluster its own address, or keep one of the two.",
      });
    }
  }
}

function readSafety(entry: SafetyEntry): Safety {
  return {
    protect: declaredItems(entry.protect),
    breakGlass: declaredItems(entry.breakGlass),
    deleteAfter: parseDuration(entry.deleteAfter ?? "7d"),
    maxRemovals: entry.maxRemovals ?? 0,
    maxUpdates: entry.maxUpdates === undefined || entry.maxUpdates === null ? null : parseAmount(entry.maxUpdates),
  };
}

const declaredItems = (list: readonly string[] | null | undefined): readonly string[] =>
  (list ?? []).filter((item) => item !== undefined);
