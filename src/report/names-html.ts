import { count } from "../lib/printable.ts";
import type { PageDetail } from "./page/fit-page.ts";
import { type Html, html } from "./page/html.ts";

/** From one more on they are folded. */
const fewNames = 8;

/** Names one beside the other, or behind a line that tells how many there are of `noun`. */
export function namesHtml(names: readonly string[], noun: string, { names: most }: Pick<PageDetail, "names">): Html {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  if (names.length <= fewNames) {
    return html`${shown.map((name, index) => html`${index > 0 && ", "}<code>${name}</code>`)}${rest > 0 && ` and ${rest} more`}`;
  }
  return html`<details><summary>${count(names.length, noun)}</summary><ul class="names">${shown.map(
    (name) => html`<li><code>${name}</code></li>`,
  )}${rest > 0 && html`<li>and ${count(rest, "more", "more")}, cut here</li>`}</ul></details>`;
}
