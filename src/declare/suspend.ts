import type { Edit } from "../edit/edit.ts";
import { usageError } from "../errors.ts";
import type { Environment } from "../model/inventory.ts";
import {
  customerFile,
  type DeclaredFiles,
  edited,
  environmentOrder,
  type FileText,
  keysAfter,
} from "./declared-files.ts";

/** Declares that nothing of an environment is changed through a day (UTC, YYYY-MM-DD). */
export function suspend(
  { customer, key }: Environment,
  suspended: { readonly until: string; readonly reason: string },
  declared: DeclaredFiles,
): readonly FileText[] {
  const { path, text } = customerFile(declared, customer);
  const edit: Edit = {
    action: "set",
    path: ["environments", key, "suspended"],
    value: { until: suspended.until, reason: suspended.reason },
    before: keysAfter(environmentOrder, "suspended"),
  };
  return [edited(path, text, [edit])];
}

/** Takes that away. Throws a usage error where the whole customer is suspended. */
export function resume({ id, customer, key, suspended }: Environment, declared: DeclaredFiles): readonly FileText[] {
  const { path, text, entry } = customerFile(declared, customer);
  if (entry.environments?.[key]?.suspended && !entry.suspended)
    return [edited(path, text, [{ action: "remove", path: ["environments", key, "suspended"] }])];
  if (suspended === null) return [];
  // The place of its own suspension is another one.
  const where = entry.environments?.[key]?.suspended ? path : `${suspended.place.file}:${suspended.place.line}`;
  throw usageError(`${id} is suspended with all of its customer in ${where}`, "Take it away there.");
}
