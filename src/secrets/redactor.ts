/** Takes secrets out of text: every value that this run has learned, and whatever looks like a Dynatrace token. */
export interface Redactor {
  /** From now on this value, also encoded, is never shown. */
  conceal(secret: string): void;
  redact(text: string): string;
}

/**
 * The secret part of a token; the part before it is its id, which may be shown. Tenant tokens have no second dot. Where a text
 * was cut, as an ellipsis tells, so may be the token.
 */
const tokenPattern = /(dt0[a-zA-Z]\d{2}\.[A-Z0-9]{24})\.(?:[A-Z0-9]{64,}|[A-Z0-9]+(?=…))/g;
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
      for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString("base64")]) forms.add(form);
      // Longest first: one secret may be part of another.
      const sorted = [...forms].sort((left, right) => right.length - left.length);
      pattern = new RegExp([...sorted.map(wholePattern), ...sorted.map(cutPattern)].join("|"), "gu");
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

/** A text in whatever it stands: texts are redacted as they go out, written for JSON, Markdown, HTML or XML. */
const wholePattern = (text: string): string => [...text].map(characterPattern).join("");

/** Characters of a text that was cut by which it is known, and which are looked at. */
const mostCut = 300;

/** The beginning of it where the text around was cut, as an ellipsis tells. */
function cutPattern(text: string): string {
  const characters = [...text].slice(0, mostCut).map(characterPattern);
  const further = characters.slice(shortest).reduceRight((inner, one) => `(?:${one}${inner})?`, "");
  return `${characters.slice(0, shortest).join("")}${further}(?=…)`;
}

const names: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };

/** A character as it is, behind backslashes, or as a name or number of HTML, XML or JSON. */
function characterPattern(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const hexadecimal = code.toString(16);
  const name = names[character];
  const itself = character === "\\" ? "\\\\+" : `\\\\*${escapePattern(character)}`;
  const entity = `&(?:${name === undefined ? "" : `${name}|`}#0*${code}|#[xX]0*${anyCase(hexadecimal)});`;
  return `(?:${entity}|\\\\+u0*${anyCase(hexadecimal)}|${itself})`;
}

const anyCase = (text: string): string => text.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
