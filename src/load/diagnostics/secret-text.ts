/** Something in a text that must not be in a repository. Offsets are UTF-16 code units. */
interface SecretText {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

interface Pattern {
  readonly what: string;
  /** Literal text that every match contains; looking for it first keeps the search linear in the length of the text. */
  readonly anchor: string;
  /** What must stand directly before the anchor and belongs to the match, at most `longestStart` characters. */
  readonly start?: RegExp;
  /** From the anchor on. Nothing in it may reach across the next anchor for long, or many anchors make it take hours. */
  readonly expression: RegExp;
}

const longestStart = 32;

/** Longer than any token or authority part of a URL; what follows cannot belong to the secret any more. */
const window = 600;

const patterns: readonly Pattern[] = [
  {
    what: "a Dynatrace token",
    anchor: "dt0",
    expression: /^dt0[a-z]\d\d\.(?:[a-z0-9]{16,40}\.[a-z0-9]{32,128}|(?<=^dt0a\d\d\.)[a-z0-9]{24,})/i,
  },
  { what: "a private key", anchor: "PRIVATE KEY", start: /-----BEGIN [A-Z0-9 ]*$/, expression: /^PRIVATE KEY/ },
  { what: "a private key", anchor: "PuTTY-User-Key-File-", expression: /^PuTTY-User-Key-File-\d/ },
  {
    what: "a password in a URL",
    anchor: "://",
    start: /[a-z][a-z0-9+.-]{0,15}$/i,
    expression: /^:\/\/[^\s/?#@:"'<>]*:[^\s/?#@"'<>]+@/,
  },
  {
    what: "a proxy password",
    anchor: "--set-proxy",
    expression: /^--set-proxy[=\s](?:[a-z]{1,16}:\/\/)?[^\s:@/"']{0,100}:[^\s@"']{1,200}@/,
  },
];

/** Finds tokens, private keys and passwords in URLs. */
export function findSecrets(text: string): readonly SecretText[] {
  const found: SecretText[] = [];
  for (const { what, anchor, start, expression } of patterns) {
    let from = 0;
    for (let at = text.indexOf(anchor); at >= 0; at = text.indexOf(anchor, from)) {
      from = at + anchor.length;
      const match = expression.exec(text.slice(at, at + window));
      const before = match && start ? start.exec(text.slice(Math.max(0, at - longestStart), at)) : null;
      if (!match || (start && !before)) continue;
      found.push({ start: at - (before?.[0].length ?? 0), end: at + match[0].length, what });
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
