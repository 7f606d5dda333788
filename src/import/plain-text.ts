import { findSecrets } from "../load/diagnostics/secret-text.ts";

/** Characters that an inventory may not hold, or that end a line in it. */
const oddCharacter = /[\p{Cc}\p{Surrogate}\p{Line_Separator}\p{Paragraph_Separator}]/u;

/** What no file may hold: a token, a private key, or a password in a URL. */
export const holdsSecret = (text: string): boolean => findSecrets(text).length > 0;

/** Text that can stand in an inventory: on one line, without blanks at its ends, and no secret. `longest`: UTF-16 code units. */
export const isPlainText = (text: string, longest = 100): boolean =>
  text !== "" && text.length <= longest && text.trim() === text && !oddCharacter.test(text) && !holdsSecret(text);
