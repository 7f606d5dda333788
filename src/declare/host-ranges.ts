import { expandHostNames } from "../load/hosts/host-names.ts";

/** The names that a name or range stands for, in lower case; none where it is not valid. */
export function namesOf(text: string): readonly string[] {
  const expanded = expandHostNames(text);
  return "names" in expanded ? expanded.names : [];
}

/** Names and ranges that stand for those names of a range that are to be kept: `web[01-04]` without 02 is `web[01,03-04]`. */
export function rangesOf(text: string, isKept: (name: string) => boolean): readonly string[] {
  const names = namesOf(text);
  const kept = names.filter(isKept);
  if (kept.length === names.length) return [text];
  const [start = "", bracket, end = "", more] = text.split(/(\[[^[\]]*\])/);
  if (bracket === undefined || more !== undefined || kept.length < 2) return kept;
  const values = kept.map((name) => name.slice(start.length, name.length - end.length));
  return [`${start}[${partsOf(values).join(",")}]${end}`];
}

/** Numbers as parts of a range, those that follow each other put together. */
function partsOf(values: readonly string[]): readonly string[] {
  const runs: string[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last !== undefined && follows(last, value)) run.push(value);
    else runs.push([value]);
  }
  return runs.flatMap((run) => (run.length === 1 ? run : [`${run[0]}-${run.at(-1)}`]));
}

const follows = (value: string, next: string): boolean =>
  Number(next) === Number(value) + 1 &&
  (value.length === next.length || !(value.startsWith("0") || next.startsWith("0")));
