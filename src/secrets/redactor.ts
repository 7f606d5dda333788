/** Takes secrets out of text: every value that this run has learned, and whatever looks like a Dynatrace token. */
export interface Redactor {
  /** From now on this value, also encoded, is never shown. */
  conceal(secret: string): void;
  /** Nobody can use this value any more. One that looks like a Dynatrace token still is not shown. */
  forget(secret: string): void;
  redact(text: string): string;
}

/** The secret part of a token; the part before it is its id, which may be shown. Tenant tokens have no second dot. */
const tokenPattern = /\b(dt0[a-zA-Z]\d{2}\.[A-Z0-9]{24})\.[A-Z0-9]{64}\b/g;
const replacement = "(secret)";
/** A shorter value would take harmless text with it. */
const shortest = 6;

export function createRedactor(): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | null = null;
  return {
    conceal(secret) {
      const value = secret.trim();
      if (value.length < shortest || forms.has(value)) return;
      for (const form of formsOf(value)) forms.add(form);
      pattern = null;
    },
    forget(secret) {
      const value = secret.trim();
      if (!forms.has(value) || value.replace(tokenPattern, "") !== "") return;
      for (const form of formsOf(value)) forms.delete(form);
      pattern = null;
    },
    redact(text) {
      if (forms.size > 0) pattern ??= patternOf(forms);
      const known = pattern === null ? text : text.replace(pattern, replacement);
      return known.replace(tokenPattern, `$1.${replacement}`);
    },
  };
}

/** A value as itself, and as it may be written in addresses, headers and documents. */
const formsOf = (value: string): readonly string[] => [
  value,
  encodeURIComponent(value),
  Buffer.from(value).toString("base64"),
  JSON.stringify(value).slice(1, -1),
];

/** Longest first: one secret may be part of another. */
function patternOf(forms: ReadonlySet<string>): RegExp {
  const alternatives = [...forms].sort((left, right) => right.length - left.length).map(escapePattern);
  return new RegExp(alternatives.join("|"), "g");
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
