import type { Customer, Environment, Host, HostCommand } from "../../model/inventory.ts";
import { stageOf } from "../schema/environment-keys.ts";
import type { CustomerEntry, EnvironmentEntry } from "../schema/file-types.ts";
import { hasUnusable } from "../schema/has-unusable.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { checkCluster } from "../settings/check-cluster.ts";
import { readIdTemplate } from "../settings/id-template.ts";
import { type Levels, mergeLabels } from "../settings/levels.ts";
import { readLevels } from "../settings/read-levels.ts";
import type { ReadSettings } from "../settings/read-settings.ts";
import { keyPlace, keysInFile, valuePlace } from "../yaml/positions.ts";
import type { CustomersContext } from "./customers-context.ts";
import { type EnvironmentBase, readEnvironment } from "./read-environment.ts";
import { readSuspension } from "./read-suspension.ts";

/** What one file of `customers` declares, with the settings of all levels in it. */
export interface ReadCustomer {
  readonly customer: Customer;
  readonly environments: readonly Environment[];
  readonly hosts: readonly Host[];
  readonly commands: readonly HostCommand[];
  /** Environments for which the file does not say, not even by an empty list, which hosts there are. */
  readonly withoutHosts: readonly Environment[];
  /** False when environments are missing because of errors, which are reported already. */
  readonly complete: boolean;
}

/** What holds above the customers. */
type CustomerDefaults = Pick<ReadSettings, "levels" | "profiles" | "environmentId" | "clusterNames">;

/** Resolves one customer, or null when its file does not usably say which customer it is about. */
export function readCustomer(
  file: LoadedFile<CustomerEntry>,
  defaults: CustomerDefaults,
  context: CustomersContext,
): ReadCustomer | null {
  const { entry, positions } = file;
  if (entry.customer === undefined) return null;
  const place = keyPlace(positions, entry, "customer").place;
  const customer: Customer = { id: entry.customer, name: entry.name ?? entry.customer, place };
  const clusters = defaults.clusterNames;
  const base: EnvironmentBase = {
    customer,
    clusters,
    environmentId: readIdTemplate(entry, defaults.environmentId, positions),
    cluster: entry.cluster === undefined ? defaults.levels.cluster : entry.cluster,
    labels: mergeLabels(defaults.levels.labels, entry.labels),
    suspended: readSuspension(entry, null, positions),
    levelsFor: customerLevels(file, defaults, context),
    file,
    context,
  };
  if (entry.cluster) checkCluster(entry.cluster, clusters, valuePlace(positions, entry, "cluster"), context);
  const environments: Environment[] = [];
  const hosts: Host[] = [];
  const commands: HostCommand[] = [];
  const withoutHosts: Environment[] = [];
  const isUnusable = (key: string): boolean => key in entry && entry[key as keyof CustomerEntry] === undefined;
  // A key that no customer has may be that of an environment.
  let complete =
    !isUnusable("environments") && !Object.keys(entry).some((key) => stageOf(key) !== null && isUnusable(key));
  const declared: Readonly<Record<string, EnvironmentEntry | null | undefined>> = entry.environments ?? {};
  const keys = keysInFile(positions, declared);
  // Its own settings are checked, even where there is no environment to use them.
  if (keys.length === 0) readLevels(defaults.levels, entry, file, context);
  for (const key of keys) {
    const body = declared[key];
    const read = body === undefined ? null : readEnvironment(key, body ?? {}, base);
    if (read === null) {
      complete = false;
      continue;
    }
    environments.push(read.environment);
    if (read.isWithoutHosts) withoutHosts.push(read.environment);
    for (const host of read.hosts) hosts.push(host);
    for (const command of read.commands) commands.push(command);
  }
  // The hosts may stand at an invalid key of the customer, or among the environments.
  const isClear = complete && !hasUnusable(entry);
  return { customer, environments, hosts, commands, withoutHosts: isClear ? withoutHosts : [], complete };
}

/** The levels of the customer over those of the profiles that an environment matches, made once for each set of these. */
function customerLevels(
  file: LoadedFile<CustomerEntry>,
  { profiles }: CustomerDefaults,
  context: CustomersContext,
): EnvironmentBase["levelsFor"] {
  const known = new Map<Levels, Levels>();
  return (subject) => {
    const above = profiles.levelsFor(subject);
    const levels = known.get(above) ?? readLevels(above, file.entry, file, context);
    known.set(above, levels);
    return levels;
  };
}
