import type { Change } from "../model/change.ts";

type Origin = NonNullable<Change["origin"]>;

const words: Readonly<Record<Origin, string>> = {
  change: "declared by this revision",
  pending: "declared before, and not applied yet",
  drift: "declared by nobody: what is there was changed by hand",
};

/** With --base: who declared how many of the changes, for readers who do not know the words; nothing where it is not known. */
export function originCounts(
  changes: readonly Change[],
): readonly { readonly origin: Origin; readonly changes: number; readonly words: string }[] {
  return (Object.keys(words) as readonly Origin[])
    .map((origin) => ({
      origin,
      changes: changes.filter((change) => change.origin === origin).length,
      words: words[origin],
    }))
    .filter((counted) => counted.changes > 0);
}
