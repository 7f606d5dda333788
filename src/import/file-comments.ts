import { groupBy } from "../lib/group-by.ts";
import { redactSecrets } from "../load/diagnostics/secret-text.ts";
import { escapeText } from "../load/diagnostics/show-text.ts";
import type { Finding, FindingItem } from "./findings.ts";
import type { ProposedFile } from "./proposal.ts";

const mostItems = 20;
const longestItem = 160;
const head = "Written by dtsync import. What a person should know of it:";

/**
 * New files with comments that say what could not be declared there; lines of other files are not the import's. What no file
 * is about stands in the first one of groups that serve several customers, or in a new dtsync.yaml.
 */
export function withComments(files: readonly ProposedFile[], findings: readonly Finding[]): readonly ProposedFile[] {
  const fresh = files.filter(({ before }) => before === null);
  const fallback =
    fresh.find(({ path }) => path.startsWith("groups/")) ?? fresh.find(({ path }) => path === "dtsync.yaml");
  const byEnvironment = new Map(fresh.flatMap((file) => file.environments.map((id) => [id, file] as const)));
  const byGroup = new Map(fresh.flatMap((file) => file.groups.map((name) => [name, file] as const)));
  const fileOf = ({ environment, group }: FindingItem): ProposedFile | undefined =>
    byEnvironment.get(environment ?? "") ?? byGroup.get(group ?? "") ?? fallback;
  const lines = new Map<string, string[]>();
  for (const { about, items } of findings) {
    for (const [path, found] of groupBy(items, (item) => fileOf(item)?.path ?? ""))
      lines.set(path, [...(lines.get(path) ?? []), ...blockOf(about, found)]);
  }
  return files.map((file) => {
    const found = lines.get(file.path);
    return found === undefined ? file : { ...file, text: `${[head, ...found].map(comment).join("")}\n${file.text}` };
  });
}

function blockOf(about: string, items: readonly FindingItem[]): readonly string[] {
  const shown = items.slice(0, mostItems).map(({ text }) => `    ${text}`);
  const more = items.length > mostItems ? [`    and ${items.length - mostItems} more`] : [];
  return [`- ${about}`, ...shown, ...more];
}

/** One line as `fmt` leaves it, whatever a cluster has in its names. */
function comment(text: string): string {
  const safe = escapeText(redactSecrets(text)).replace(
    /\p{Cn}/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  const line = safe.length > longestItem ? `${safe.slice(0, longestItem - 1)}…` : safe;
  return `# ${line.trimEnd()}\n`;
}
