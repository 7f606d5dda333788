import { count } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import type { Guard } from "../model/plan.ts";
import { alikeHeld, alikeWaiting, alikeWarnings } from "./alike-remarks.ts";
import { guardWords, noOverride } from "./guard-words.ts";
import { namesHtml } from "./names-html.ts";
import type { PageDetail } from "./page/fit-page.ts";
import { type HtmlValue, html } from "./page/html.ts";
import type { Remarks } from "./remarks-text.ts";

/** What a reader must not miss, below a heading; nothing where there is none of it. `look`: the class of its colour. */
export function noticeHtml(look: string, title: string, items: readonly HtmlValue[]): HtmlValue {
  if (items.length === 0) return null;
  return html`<div class="notice ${look}"><h3>${title}</h3><ul>${items.map((item) => html`<li>${item}</li>`)}</ul></div>\n`;
}

/** Guards, with what to do about each. */
export const guardsHtml = (title: string, guards: readonly Guard[], detail: PageDetail): HtmlValue =>
  noticeHtml(
    "critical",
    title,
    guards.map((guard) => {
      const { override, items } = guard;
      const way = override === null ? noOverride : html`to go on: <code>${override}</code>`;
      return html`<strong>${guard.guard}</strong>: ${guardWords(guard)}; ${way}${
        items.length > 0 && html`<div class="about">${namesHtml(items, "item", detail)}</div>`
      }`;
    }),
  );

export const heldHtml = ({ held }: Pick<Remarks, "held">, detail: PageDetail): HtmlValue =>
  noticeHtml(
    "warned",
    "Held back: nothing is planned there",
    alikeHeld(held).map(
      ({ scopes, reason, items }) =>
        html`${shortened(reason, detail.value)}${items !== scopes.length && ` (${count(items, "item")})`}: ${namesHtml(scopes, "scope", detail)}`,
    ),
  );

export const waitingHtml = ({ waiting }: Pick<Remarks, "waiting">, detail: PageDetail): HtmlValue =>
  noticeHtml(
    "muted",
    "Waiting to be deleted: disabled already",
    alikeWaiting(waiting).map(({ ids, until }) => html`from ${until}: ${namesHtml(ids, "environment", detail)}`),
  );

/** Warnings that differ in names and numbers alone are behind the first of them. */
export const warningsHtml = ({ warnings }: Pick<Remarks, "warnings">, detail: PageDetail): HtmlValue =>
  noticeHtml(
    "warned",
    "Warnings",
    alikeWarnings(warnings, warnings.length <= 10).flatMap(({ shown, others }) => [
      ...shown.map((warning) => shortened(warning, detail.value)),
      ...(others > 0 ? [`and ${others} more like the last one`] : []),
    ]),
  );
