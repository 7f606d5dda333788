import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { isObject, parseForm } from "../lib/form.ts";
import type { RecordedAnswer } from "../load/files/recorded-answers.ts";
import type { LoadOptions } from "../load/load-inventory.ts";
import type { Inventory } from "../model/inventory.ts";
import type { CacheFolder } from "../state/cache-folder.ts";
import { cacheNameOf, loadRemembered } from "./remembered-validation.ts";

/** What an inventory gives names to, each list sorted as in the inventory and without doubles. */
export interface KnownNames {
  readonly clusters: readonly string[];
  readonly customers: readonly string[];
  readonly environments: readonly string[];
  readonly stages: readonly string[];
  /** As `--target` takes them: `label.type=ccv2`. */
  readonly labels: readonly string[];
  /** `CLUSTER/NAME`: a cluster has no slash in its name. */
  readonly groups: readonly string[];
  readonly hosts: readonly string[];
}

export const noNames: KnownNames = {
  clusters: [],
  customers: [],
  environments: [],
  stages: [],
  labels: [],
  groups: [],
  hosts: [],
};

interface Remembered {
  /** Files that the names depend on. */
  readonly paths: readonly string[];
  readonly stamp: string;
  readonly names: KnownNames;
}

/**
 * The names of an inventory, for somebody who is typing one: fast, and good enough. Files count as unchanged when their sizes
 * and times are, and while an inventory is invalid the names are those of its last valid state. No command of it runs.
 */
export async function knownNames(options: LoadOptions, cache: CacheFolder, version: string): Promise<KnownNames> {
  const [{ openFolder }, { inventoryFiles }] = await Promise.all([
    import("../load/files/inventory-folder.ts"),
    import("../load/files/inventory-files.ts"),
  ]);
  const root = openFolder(options.directory);
  // Any other folder may be the whole disk.
  if (root === null || !existsSync(join(root, "dtsync.yaml"))) return noNames;
  const files = inventoryFiles(root);
  const { customers, groups, others } = files.list();
  const listed = [...customers, ...groups, ...others];
  const stampOf = (paths: readonly string[]): string => stampOfFiles(root, [...listed, ...paths]);
  const name = cacheNameOf(root, options, version);
  const remembered = parseForm(cache.read(`names-${name}`), isRemembered);
  if (remembered && remembered.stamp === stampOf(remembered.paths)) return remembered.names;
  const { recordAnswers } = await import("../load/files/recorded-answers.ts");
  const recorded = recordAnswers(files);
  const { inventory } = await loadRemembered({ ...options, files: recorded.files }, cache, version);
  const names = inventory === null ? (remembered?.names ?? noNames) : namesOf(inventory);
  const known = new Set(listed);
  const paths = recorded.answers().flatMap((answer) => (isOfFile(answer) && !known.has(answer[1]) ? [answer[1]] : []));
  const now: Remembered = { paths, stamp: stampOf(paths), names };
  cache.write(`names-${name}`, JSON.stringify(now));
  return names;
}

const isOfFile = ([kind]: RecordedAnswer): boolean => kind !== "list";

function namesOf({ clusters, customers, environments, groups, hosts }: Inventory): KnownNames {
  return {
    clusters: clusters.map(({ name }) => name),
    customers: customers.map(({ id }) => id),
    environments: environments.map(({ id }) => id),
    stages: [...new Set(environments.map(({ stage }) => stage))],
    labels: [
      ...new Set(
        environments.flatMap(({ labels }) => Object.entries(labels).map(([key, value]) => `label.${key}=${value}`)),
      ),
    ],
    groups: groups.map(({ cluster, name }) => `${cluster}/${name}`),
    hosts: hosts.map(({ name }) => name),
  };
}

/** A text that is another one when a file is another one, as far as its size and time tell. */
function stampOfFiles(root: string, paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) {
    const found = statSync(path.startsWith("/") ? path : join(root, path), { throwIfNoEntry: false });
    hash.update(`${path}\n${found === undefined ? "-" : `${found.size} ${found.mtimeMs} ${found.ino}`}\n`);
  }
  return hash.digest("base64");
}

const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === "string");

function isRemembered(value: unknown): value is Remembered {
  if (!isObject<Remembered>(value) || !areTexts(value.paths) || typeof value.stamp !== "string") return false;
  const { names } = value;
  if (!isObject<KnownNames>(names)) return false;
  return (Object.keys(noNames) as (keyof KnownNames)[]).every((kind) => areTexts(names[kind]));
}
