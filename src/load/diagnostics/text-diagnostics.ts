import type { DiagnosticText } from "./diagnostics.ts";
import { findSecrets } from "./secret-text.ts";
import { escapeText } from "./show-text.ts";

/** C0 without tab and line ends, DEL, C1. */
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

export const controlCharacterDiagnostic = (character: string): DiagnosticText => ({
  rule: "control-character",
  message: `a control character in the text: ${escapeText(character)}`,
  hint: "Delete it; if it is not visible, delete the word and write it again.",
});

export const secretDiagnostic = (what: string): DiagnosticText => ({
  rule: "secret-in-file",
  message: `${what} stands in the file`,
  hint: "Take it out, revoke it (it is in the Git history), and name an environment variable, file or command instead.",
});

/** What is wrong with a file by its text alone, whatever its format. */
export function findTextDiagnostics(
  text: string,
): readonly { readonly offset: number; readonly diagnostic: DiagnosticText }[] {
  const found = findSecrets(text)
    // A token in a URL is one secret, not two.
    .filter(({ start }, index, secrets) => start >= (secrets[index - 1]?.end ?? 0))
    .map(({ start, what }) => ({ offset: start, diagnostic: secretDiagnostic(what) }));
  const first = controlCharacters.exec(text);
  if (first) found.push({ offset: first.index, diagnostic: controlCharacterDiagnostic(first[0]) });
  return found;
}

/** Whether the text holds a control character, which the YAML library could take for marks of its own. */
export const hasControlCharacter = (text: string): boolean => controlCharacters.test(text);
