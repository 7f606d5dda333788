import { groupBy } from "../lib/group-by.ts";
import type { GroupEntry, LabelsEntry, SettingsEntry } from "../load/schema/file-types.ts";
import { mergeSettings } from "../load/settings/merge-settings.ts";
import type { NewEnvironment } from "./add-environment.ts";
import { type DeclaredFiles, dataOf } from "./declared-files.ts";

/** Names in a message. */
const mostNames = 3;

/**
 * The labels by which groups match and that a new environment does not have, as sentences: without them it gets no such group,
 * which nothing else would tell. `inherited`: labels of its customer.
 */
export function missingLabels(
  inherited: LabelsEntry,
  { labels }: NewEnvironment,
  declared: DeclaredFiles,
): readonly string[] {
  const settings = (dataOf(declared.read("dtsync.yaml") ?? "") ?? {}) as Partial<SettingsEntry>;
  const has = { ...mergeSettings(settings.defaults?.labels ?? {}, inherited), ...labels };
  const groups = [settings.groups, ...declared.groups.map((path) => groupsIn(path, declared))].flatMap(
    (list) => list ?? [],
  );
  const wanted = groups.flatMap(({ name, match }) =>
    Object.entries(match?.labels ?? {}).map(([label, values]) => ({ name, label, values })),
  );
  return [...groupBy(wanted, ({ label }) => label)]
    .filter(([label]) => (has[label] ?? null) === null)
    .map(([label, [first, ...others]]) => {
      const names = [first, ...others].map(({ name }) => name);
      const shown = names.slice(0, mostNames).join(", ");
      const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
      const value = [first.values].flat()[0] ?? "";
      return `No label ${label} was set, and ${shown}${more} ${names.length === 1 ? "reaches" : "reach"} only environments that have it: --label ${label}=${value}`;
    });
}

const groupsIn = (path: string, { read }: DeclaredFiles): readonly GroupEntry[] | null | undefined =>
  (dataOf(read(path) ?? "") as { readonly groups?: readonly GroupEntry[] | null } | null | undefined)?.groups;
