const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = ['"', "\\", "[", "]", "{", "}"].map(
  (sign) => sign.charCodeAt(0),
);

/**
 * Whether lists and objects in a JSON text stand more than so many levels deep in each other. Found without parsing it,
 * and without calling itself. What it says of a text that is not JSON has no meaning.
 */
export function nestingExceeds(text: string, levels: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text.charCodeAt(index);
    if (sign === quote) index = endOfText(text, index);
    else if (sign === openBracket || sign === openBrace) {
      depth += 1;
      if (depth > levels) return true;
    } else if (sign === closeBracket || sign === closeBrace) depth -= 1;
  }
  return false;
}

/** Where the quoted text that begins at `start` ends. */
function endOfText(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    const sign = text.charCodeAt(index);
    if (sign === backslash) index += 1;
    else if (sign === quote) return index;
  }
  return text.length;
}
