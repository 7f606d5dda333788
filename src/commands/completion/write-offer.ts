import type { Offer } from "./offer.ts";
import type { TypedLine } from "./typed-line.ts";

/**
 * What the scripts read: a line with what the shell is to complete itself (`files` or `folders`, a tab, the part of the word
 * that stays; else `words`), then a line for each candidate: the word, a tab, what it is, and for the beginning of one
 * another tab and `open`. zsh and fish put quotation marks around a word where it needs them.
 */
export function writeOffer({ candidates, paths }: Offer): string {
  const lines = candidates.map(({ text, about, open }) => [text, shown(about), ...(open ? ["open"] : [])].join("\t"));
  const first = paths === null ? "words" : `${paths.kind}\t${paths.kept}`;
  return [first, ...lines, ""].join("\n");
}

const shown = (about: string): string => about.replace(/\s+/g, " ");

/**
 * The same for bash, which puts into the line what it gets: each candidate as it is to stand there, without the part before
 * the last `=` or `:`, where a word of bash begins. `current` is the word as bash has it.
 */
export function writeOfferForBash(
  { candidates, paths }: Offer,
  { raw, quote, words }: TypedLine,
  current: string,
): string {
  const typed = words.at(-1) ?? "";
  const replaced = current === "=" || current === ":" ? "" : current;
  const keptRaw = raw.endsWith(replaced) ? raw.slice(0, raw.length - replaced.length) : "";
  // Quotation marks end no word of bash, so that what comes before one of its own words has none to lose.
  const kept = typed.startsWith(keptRaw) ? keptRaw.length : 0;
  const inserted = candidates.flatMap(({ text }) => quotedForBash(text.slice(kept), quote) ?? []);
  const only = candidates.length === 1 ? candidates[0] : undefined;
  const first = paths?.kind ?? (only?.open ? "open" : "words");
  return [first, ...inserted, ""].join("\n");
}

/** A text as bash has to read it, after a quotation mark that is open; null: it cannot stand there. */
function quotedForBash(text: string, quote: TypedLine["quote"]): string | null {
  if (quote === "'") return text.includes("'") ? null : text;
  if (quote === '"') return /["$`\\!]/.test(text) ? null : text;
  return text.replace(/[^\p{Letter}\p{Number}_@%+=:,./-]/gu, "\\$&");
}
