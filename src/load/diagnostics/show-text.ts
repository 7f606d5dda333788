import { redactSecrets } from "./secret-text.ts";

const longest = 80;
const lookedAt = 1000;

/**
 * Text of a user made safe for a terminal: control characters, invisible formatting (which can turn the direction of
 * a line around) and lone surrogates become `\u{…}`.
 */
export function escapeText(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Text of a user in quotation marks for a message: escaped, without secrets, shortened. */
export function showText(text: string): string {
  // No secret is so long that it begins in what is shown and ends behind what is looked at.
  const safe = escapeText(redactSecrets(text.slice(0, lookedAt)));
  return `"${safe.length > longest ? `${safe.slice(0, longest - 1)}…` : safe}"`;
}

/** A value of YAML data for a message. */
export function showValue(value: unknown): string {
  if (typeof value === "string") return showText(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a mapping";
  return String(value);
}
