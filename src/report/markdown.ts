import { count, printableLine } from "../lib/printable.ts";

/** Unescaped, some of the signs would begin a list within the list. */
export const signs = { "+": "\\+", "-": "\\-", "~": "\\~", "»": "»" } as const;

/** Below the 65,536 characters that GitHub takes, and far below the 1,000,000 of GitLab. */
const maximumLength = 60_000;

export const fitsMarkdown = (text: string): boolean => text.length <= maximumLength;

/** Text that is short enough; `whole` says where the rest of a longer one is. */
export function fitMarkdown(text: string, whole: string): string {
  if (fitsMarkdown(text)) return `${text}\n`;
  const cut = text.slice(0, text.lastIndexOf("\n", maximumLength));
  const open = cut.lastIndexOf("<details>") > cut.lastIndexOf("</details>");
  return `${cut}\n\n${open ? "</details>\n\n" : ""}The rest was cut: see ${whole}.\n`;
}

export function markdownList(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`**${title}**`, "", ...items.map((item) => `- ${item}`), ""];
}

/** Names as code, at most so many of them. */
export function codeNames(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).map(code);
  const rest = names.length - shown.length;
  if (rest === 0) return shown.join(", ");
  return shown.length === 0 ? `${rest} left out here` : `${shown.join(", ")} and ${rest} more`;
}

/** At most so many items of a list, and one that says how many are missing. */
export function cutList(items: readonly string[], most: number): readonly string[] {
  if (items.length <= most) return items;
  return [...items.slice(0, most), `and ${count(items.length - most, "more", "more")}, left out here`];
}

/** Lines below a summary that opens them. */
export const foldedMarkdown = (summary: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ["<details>", `<summary>${summary}</summary>`, "", ...lines, "", "</details>", ""];

/**
 * What forges make mentions, links and references to other issues of. They look for it in the rendered text, where no trace of
 * a backslash is left, but not in code.
 */
const referring = /@|:\/\/|www\.|#[a-z0-9]|\bgh-\d/i;

/** Text from outside must not become markup, a mention that notifies people, a link, or a quick action of the forge. */
export function escapeMarkdown(text: string): string {
  return printableLine(text).replace(/[^ ]+/g, (word) =>
    referring.test(word) ? code(word) : word.replace(/[\\`*_{}[\]<>#|!~&$%^]/g, (character) => `\\${character}`),
  );
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
  return printableLine(text).replace(/[^ ]+/g, (word) => {
    const escaped = word.replace(/[&<>"'@]/g, (character) => `&#${character.charCodeAt(0)};`);
    return referring.test(word) ? `<code>${escaped}</code>` : escaped;
  });
}
