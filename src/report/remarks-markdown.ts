import { code, escapeMarkdown, markdownList } from "./markdown.ts";
import type { Remarks } from "./remarks-text.ts";

/** What a reader must not miss besides changes and results, as lists. */
export function remarksMarkdown({ held, waiting, guards, warnings }: Remarks, guardsTitle: string): readonly string[] {
  return [
    ...markdownList(
      guardsTitle,
      guards.map(
        ({ guard, limit, actual, override }) =>
          `${code(guard)}: ${actual}, at most ${limit}${override === null ? "" : `; to go on: ${code(override)}`}`,
      ),
    ),
    ...markdownList(
      "Held back",
      held.map(({ scope, reason }) => `${code(scope)}: ${escapeMarkdown(reason)}`),
    ),
    ...markdownList(
      "Waiting to be deleted",
      waiting.map(({ id, until }) => `${code(id)} from ${escapeMarkdown(until)}`),
    ),
    ...markdownList("Warnings", warnings.map(escapeMarkdown)),
  ];
}
