import { findSecrets } from "./secret-text.ts";

/** Keys whose values may be secrets that no pattern recognises, also where they are misspelt or do not belong. */
const confidentialKey =
  /(?:token|proxy|passw|passphrase|secret|credential|private_?key|api[-_]?key|installerArg|\burl)\w{0,20}["']?\s{0,20}(?::|$)/i;

/** How a token begins, for one that is cut off or misspelt. */
const tokenStart = /dt0[a-z]\d\d\./i;

/** The text with the escapes of quoted YAML resolved that can take a secret apart. */
function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U00([0-9A-Fa-f]{6})|\r?\n[ \t]*)/g,
    (_, ...digits: readonly (string | undefined)[]) => {
      const code = Number.parseInt(digits.slice(0, 3).find((found) => found !== undefined) ?? "", 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "";
    },
  );
}

/** The lines of a text; null for those that may hold a secret. */
export function showableLines(text: string): readonly (string | null)[] {
  if (findSecrets(text).length > 0 || findSecrets(unescaped(text)).length > 0) return [];
  /** The lines that the present one is nested in, from the outermost in. */
  const above: { readonly indent: number; readonly confidential: boolean }[] = [];
  return text.split(/\r?\n/).map((line) => {
    const content = line.trimStart();
    // An item of a list, and the value of a key after `?`, may begin in the column of what they belong to.
    const indent = line.length - content.length + (/^[-:](?:\s|$)/.test(content) ? 0.5 : 0);
    const counts = content !== "" && !content.startsWith("#");
    while (counts && (above.at(-1)?.indent ?? -1) >= indent) above.pop();
    const confidential = above.at(-1)?.confidential === true || confidentialKey.test(line) || tokenStart.test(line);
    if (counts) above.push({ indent, confidential });
    return confidential ? null : line;
  });
}
