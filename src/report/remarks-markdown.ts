import { count } from "../lib/printable.ts";
import { alikeHeld, alikeWaiting, alikeWarnings } from "./alike-remarks.ts";
import { guardWords, noOverride } from "./guard-words.ts";
import { code, codeNames, cutList, escapeMarkdown, markdownList } from "./markdown.ts";
import type { MarkdownDetail } from "./markdown-detail.ts";
import type { Remarks } from "./remarks-text.ts";

type Listed = Pick<MarkdownDetail, "listed" | "listedNames">;

/** Items of a guard that can be overridden, which are changes that the report has anyway. */
const someItems = 8;

/** What stops an apply and what it is about, with all items of what nothing overrides. */
export function guardsMarkdown(
  title: string,
  { guards }: Pick<Remarks, "guards">,
  { listedNames }: Listed,
): readonly string[] {
  return markdownList(
    title,
    guards.map((guard) => {
      const { override, items } = guard;
      const most = override === null ? listedNames : Math.min(someItems, listedNames);
      const names = items.length > 0 ? ` (${codeNames(items, most)})` : "";
      return `${code(guard.guard)}: ${guardWords(guard)}${names}; ${override === null ? noOverride : `to go on: ${code(override)}`}`;
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
