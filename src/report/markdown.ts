import { printableLine } from "../lib/printable.ts";

/** Unescaped, some of the signs would begin a list within the list. */
export const signs = { "+": "\\+", "-": "\\-", "~": "\\~", "»": "»" } as const;

/** Below what forges and mails still show. */
const maximumLength = 60_000;

/** Text that is short enough; `whole` says where the rest of a longer one is. */
export function fitMarkdown(text: string, whole: string): string {
  if (text.length <= maximumLength) return `${text}\n`;
  const cut = text.slice(0, text.lastIndexOf("\n", maximumLength));
  const open = cut.lastIndexOf("<details>") > cut.lastIndexOf("</details>");
  return `${cut}\n\n${open ? "</details>\n\n" : ""}The rest was cut: see ${whole}.\n`;
}

export function markdownList(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`**${title}**`, "", ...items.map((item) => `- ${item}`), ""];
}

/** Text from outside must not become markup, a mention that notifies people, or a quick action of the forge. */
export function escapeMarkdown(text: string): string {
  return printableLine(text).replace(/[\\`*_{}[\]<>#|@!~]/g, (character) => `\\${character}`);
}

/** A code span ends at the first run of backticks that is as long as its beginning. */
export function code(text: string): string {
  const safe = printableLine(text);
  const longest = Math.max(0, ...(safe.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return longest > 0 || safe === "" ? `${fence} ${safe} ${fence}` : `${fence}${safe}${fence}`;
}

/** Inside a tag that forges take as HTML, where a backslash escapes nothing. */
export function escapeHtml(text: string): string {
  return printableLine(text).replace(/[&<>"'@]/g, (character) => `&#${character.charCodeAt(0)};`);
}
