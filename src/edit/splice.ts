/** A part of a text, and what comes to stand in its place. Offsets are into the text as it was. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with all of the splices made, of which none overlap. */
export function splice(text: string, splices: readonly Splice[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, text: added } of [...splices].sort((left, right) => left.start - right.start)) {
    result += text.slice(at, start) + added;
    at = end;
  }
  return result + text.slice(at);
}
