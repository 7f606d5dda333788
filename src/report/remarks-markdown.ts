import { count } from "../lib/printable.ts";
import { alikeHeld, alikeWaiting, alikeWarnings } from "./alike-remarks.ts";
import { code, codeNames, cutList, escapeMarkdown, markdownList } from "./markdown.ts";
import type { MarkdownDetail } from "./markdown-detail.ts";
import type { Remarks } from "./remarks-text.ts";

type Listed = Pick<MarkdownDetail, "listed" | "listedNames">;

/** What stops an apply, with all items of what nothing overrides. */
export function guardsMarkdown(
  title: string,
  { guards }: Pick<Remarks, "guards">,
  { listedNames }: Listed,
): readonly string[] {
  return markdownList(
    title,
    guards.map(({ guard, limit, actual, override, items }) => {
      // What a limit is about are changes, which the report has anyway.
      const names = override === null && items.length > 0 ? ` (${codeNames(items, listedNames)})` : "";
      return `${code(guard)}: ${actual}, at most ${limit}${names}${override === null ? "" : `; to go on: ${code(override)}`}`;
    }),
  );
}

/** What is held, by reason, and what waits to be deleted, by day: everything by its name. */
export function heldMarkdown(
  { held, waiting }: Pick<Remarks, "held" | "waiting">,
  { listed, listedNames }: Listed,
): readonly string[] {
  return [
    ...markdownList(
      "Held back",
      cutList(
        alikeHeld(held).map(({ scopes, reason, items }) => {
          const counted = items === scopes.length ? "" : ` (${count(items, "item")})`;
          return `${codeNames(scopes, listedNames)}${counted}: ${escapeMarkdown(reason)}`;
        }),
        listed,
      ),
    ),
    ...markdownList(
      "Waiting to be deleted",
      cutList(
        alikeWaiting(waiting).map(({ ids, until }) => `${codeNames(ids, listedNames)} from ${escapeMarkdown(until)}`),
        listed,
      ),
    ),
  ];
}

export function warningsMarkdown({ warnings }: Pick<Remarks, "warnings">, { listed }: Listed): readonly string[] {
  const items = alikeWarnings(warnings, false).flatMap(({ shown, others }) => [
    ...shown.map(escapeMarkdown),
    ...(others > 0 ? [`and ${others} more like the last one`] : []),
  ]);
  return markdownList("Warnings", cutList(items, listed));
}
