import { redactSecrets } from "./secret-text.ts";

const longest = 80;

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
  const safe = escapeText(redactSecrets(text));
  return `"${safe.length > longest ? `${safe.slice(0, longest - 1)}…` : safe}"`;
}

/** A value of YAML data for a message. */
export function showValue(value: unknown): string {
  if (typeof value === "string") return showText(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  return String(value);
}
