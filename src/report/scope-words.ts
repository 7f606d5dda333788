import type { PlanScope } from "../model/plan.ts";

/** One thing that narrows a plan: words, and the names that follow them. */
interface ScopePart {
  readonly words: string;
  readonly names: readonly string[];
}

/** What narrows a plan, so that nobody takes a part for the whole; nothing where it is about everything. */
export function scopeParts({ targets, excludes, only, changedSince, hosts }: PlanScope): readonly ScopePart[] {
  return [
    ...(targets.length > 0 ? [{ words: "only what fits", names: targets }] : []),
    ...(excludes.length > 0 ? [{ words: "without", names: excludes }] : []),
    ...(only.length < 3 ? [{ words: "only", names: only }] : []),
    ...(changedSince === null
      ? []
      : [{ words: "only what the inventory changes since", names: [shortRevision(changedSince)] }]),
    ...(hosts === "skip" && only.includes("hosts") ? [{ words: "hosts were not looked at", names: [] }] : []),
  ];
}

/** What stands before these parts. */
export const scopeTitle = "A part of the fleet";

const shortRevision = (revision: string): string =>
  /^[0-9a-f]{40,}$/.test(revision) ? revision.slice(0, 12) : revision;
