import type { Edit } from "../edit/edit.ts";
import { editYaml } from "../edit/edit-yaml.ts";
import { type DtsyncError, usageError } from "../errors.ts";
import { escapeText } from "../load/diagnostics/show-text.ts";
import type { CustomerEntry } from "../load/schema/file-types.ts";
import { parseYaml } from "../load/yaml/parse-yaml.ts";
import { createPositions } from "../load/yaml/positions.ts";
import type { Inventory } from "../model/inventory.ts";

/** A valid inventory with the texts that it was made of. Paths are relative to its folder. */
export interface DeclaredFiles {
  readonly inventory: Inventory;
  /** Paths of the files of customers. */
  readonly customers: readonly string[];
  /** Paths of the files of groups. */
  readonly groups: readonly string[];
  /** The text of a file; null: there is none. */
  readonly read: (path: string) => string | null;
}

/** A file with the text that it is to have. */
export interface FileText {
  readonly path: string;
  readonly text: string;
  /** What a person should know of the change besides its lines. */
  readonly notes?: readonly string[];
}

/** The file of a customer, by its id. */
export interface CustomerFile {
  readonly path: string;
  readonly text: string;
  readonly entry: CustomerEntry;
}

export function customerFile({ inventory, customers, read }: DeclaredFiles, id: string): CustomerFile {
  const place = inventory.customers.find((customer) => customer.id === id)?.place;
  // Places have paths as they are shown.
  const path = customers.find((file) => escapeText(file) === place?.file);
  const text = path === undefined ? null : read(path);
  if (path === undefined || text === null)
    throw usageError(`the file of the customer ${id} cannot be found`, "Change it by hand.");
  return { path, text, entry: (dataOf(text) ?? {}) as CustomerEntry };
}

/** The data of a text that is known to be valid. */
export const dataOf = (text: string): unknown =>
  parseYaml(text.replace(/^\ufeff/, ""), createPositions("", text.replace(/^\ufeff/, ""))).value;

/** The text after the edits. Throws a usage error where they cannot be made in it. */
export function edited(path: string, text: string, edits: readonly Edit[]): FileText {
  const result = editYaml(text, edits);
  if ("message" in result) throw usageError(`${path} cannot be changed in place: ${result.message}`, result.hint);
  return { path, text: result.text };
}

/** Why a null that takes inherited settings away cannot be replaced: what stands in its place is laid over them again. */
export const takesBack = (what: string, settings: string): DtsyncError =>
  usageError(
    `${what} takes the inherited ${settings} away, and others in its place would bring them back`,
    `Change it by hand: what is written in the place of null adds to the ${settings} of the levels above.`,
  );

/** The keys that come behind one in the order of the schema, so that a new key stands where `fmt` would put it. */
export const keysAfter = (order: readonly string[], key: string): readonly string[] =>
  order.slice(order.indexOf(key) + 1);

/** The keys of an environment in the order of the schema. */
export const environmentOrder: readonly string[] = [
  "id",
  "name",
  "cluster",
  "labels",
  "state",
  "suspended",
  "tags",
  "trial",
  "quotas",
  "storage",
  "ssh",
  "oneagent",
  "rollout",
  "hosts",
];
