/** Something in a text that must not stand in a repository. Offsets are UTF-16 code units. */
export interface SecretText {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

interface Pattern {
  readonly what: string;
  /** Literal text that every match contains; looking for it first keeps the search linear in the length of the text. */
  readonly anchor: string;
  /** Characters before the anchor that a match may begin with. */
  readonly before: number;
  readonly expression: RegExp;
}

/** Longer than any token or authority part of a URL; what follows cannot belong to the secret any more. */
const window = 600;

const patterns: readonly Pattern[] = [
  {
    what: "a Dynatrace token",
    anchor: "dt0",
    before: 0,
    expression: /^dt0[a-z]\d\d\.(?:[a-z0-9]{16,40}\.[a-z0-9]{32,128}|(?<=^dt0a\d\d\.)[a-z0-9]{24,})/i,
  },
  { what: "a private key", anchor: "PRIVATE KEY", before: 32, expression: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/ },
  { what: "a private key", anchor: "PuTTY-User-Key-File-", before: 0, expression: /^PuTTY-User-Key-File-\d/ },
  {
    what: "a password in a URL",
    anchor: "://",
    before: 16,
    expression: /[a-z][a-z0-9+.-]*:\/\/[^\s/?#@:"'<>]*:[^\s/?#@"'<>]+@/i,
  },
];

/** Finds tokens, private keys and passwords in URLs. */
export function findSecrets(text: string): readonly SecretText[] {
  const found: SecretText[] = [];
  for (const { what, anchor, before, expression } of patterns) {
    let from = 0;
    for (let at = text.indexOf(anchor); at >= 0; at = text.indexOf(anchor, from)) {
      from = at + anchor.length;
      const start = Math.max(0, at - before);
      const match = expression.exec(text.slice(start, at + window));
      if (!match || start + match.index + match[0].length <= at) continue;
      found.push({ start: start + match.index, end: start + match.index + match[0].length, what });
    }
  }
  return found.sort((left, right) => left.start - right.start);
}

/** The text with every secret replaced by `[secret]`. */
export function redactSecrets(text: string): string {
  let shown = "";
  let from = 0;
  for (const secret of findSecrets(text)) {
    if (secret.start < from) continue;
    shown += `${text.slice(from, secret.start)}[secret]`;
    from = secret.end;
  }
  return shown + text.slice(from);
}
