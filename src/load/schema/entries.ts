import { entryOf, isMap } from "../yaml/value-path.ts";
import type { SchemaKind } from "./compile-schemas.ts";
import { stageOf } from "./environment-keys.ts";
import { resolveSchema, schemaOfFile } from "./schema-hints.ts";

/** What a file has under names that are free: the environments of a customer, the clusters of dtsync.yaml. */
export interface Entries {
  readonly kind: SchemaKind;
  readonly key: string;
  /** One of them, with its article. */
  readonly one: string;
  /** The key that an entry has where its name happens to be that of a setting. */
  readonly own: string;
}

export const environmentEntries: Entries = {
  kind: "customer",
  key: "environments",
  one: "an environment",
  own: "id",
};

export const clusterEntries: Entries = { kind: "dtsync", key: "clusters", one: "a cluster", own: "url" };

export const entriesOf: Readonly<Record<SchemaKind, Entries | null>> = {
  customer: environmentEntries,
  dtsync: clusterEntries,
  groups: null,
};

/** Whether a name among the entries is that of a setting of theirs. */
export function isSettingOf({ kind, key }: Entries, name: string): boolean {
  const entry = schemaOfFile(kind).properties?.[key]?.additionalProperties;
  return typeof entry === "object" && Object.hasOwn(resolveSchema(entry).properties ?? {}, name);
}

/** Whether an unknown key of a file is an entry that stands too far left. */
export function isEntryOutside(key: string, root: unknown, kind: SchemaKind | null): boolean {
  if (kind === "customer") return stageOf(key) !== null;
  const isMissing = kind === "dtsync" && (entryOf(root, "clusters") ?? null) === null;
  const value = entryOf(root, key);
  return isMissing && isMap(value) && Object.hasOwn(value, "url");
}
