/** Takes secrets out of text: every value that this run has learned, and whatever looks like a Dynatrace token. */
export interface Redactor {
  /** From now on this value, also encoded, is never shown. */
  conceal(secret: string): void;
  redact(text: string): string;
}

/** The secret part of a token; the part before it is its id, which may be shown. Tenant tokens have no second dot. */
const tokenPattern = /(dt0[a-zA-Z]\d{2}\.[A-Z0-9]{24})\.[A-Z0-9]{64,}/g;
const wholeToken = /^dt0[a-zA-Z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}$/;
/** What may be a token in Base64: each begins with the same three letters. */
const encodedToken = /ZHQw[A-Za-z0-9+/]{124}/g;
const replacement = "(secret)";
/** A shorter value would take harmless text with it. */
const shortest = 6;

export function createRedactor(): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | null = null;
  return {
    conceal(secret) {
      const value = secret.trim();
      // A run makes thousands of tokens, and their looks give them away.
      if (value.length < shortest || forms.has(value) || wholeToken.test(value)) return;
      const encoded = [
        encodeURIComponent(value),
        Buffer.from(value).toString("base64"),
        JSON.stringify(value).slice(1, -1),
      ];
      for (const form of [value, ...encoded]) forms.add(form);
      // Longest first: one secret may be part of another.
      const alternatives = [...forms].sort((left, right) => right.length - left.length).map(escapePattern);
      pattern = new RegExp(alternatives.join("|"), "g");
    },
    redact(text) {
      const known = pattern === null ? text : text.replace(pattern, replacement);
      return known
        .replace(tokenPattern, `$1.${replacement}`)
        .replace(encodedToken, (found) =>
          wholeToken.test(Buffer.from(found, "base64").toString("latin1")) ? replacement : found,
        );
    },
  };
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
