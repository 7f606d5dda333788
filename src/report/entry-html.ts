import type { Sign } from "../kinds/kind.ts";
import { actionRules, rulesOf } from "../kinds/kinds.ts";
import { shortened } from "../lib/text.ts";
import type { DeclaredChange } from "../model/change.ts";
import { fieldsHtml } from "./field-html.ts";
import { namesHtml } from "./names-html.ts";
import type { PageDetail } from "./page/fit-page.ts";
import { type Html, html } from "./page/html.ts";

/** What stands for a customer where there is none. */
export const noCustomer = "(all customers)";

/** How each sign looks; the action beside it says the same. */
export const signClasses: Readonly<Record<Sign, string>> = {
  "+": "added",
  "~": "changed",
  "-": "removed",
  "»": "deployed",
};

/** Changes that undergo just the same, as an item that can be searched and filtered. */
export interface EntryItem {
  readonly changes: readonly [DeclaredChange, ...DeclaredChange[]];
  readonly title: string;
  /** With what else there is to know, a line each. */
  readonly notes: readonly string[];
}

export function entryHtml({ changes, title, notes }: EntryItem, detail: PageDetail): Html {
  const [change] = changes;
  const { kind, action, cluster, customer, origin, source, dependsOn } = change;
  const { sign } = actionRules(change);
  const names = changes.map((other) => rulesOf(other).name(other));
  return html`<li data-item data-kind="${kind}" data-action="${action}" data-cluster="${cluster}" data-customer="${customer ?? noCustomer}" data-origin="${origin ?? ""}" data-weight="${changes.length}"><span class="sign ${signClasses[sign]}" aria-hidden="true">${sign}</span> ${title}${
    origin !== null && html` <span class="tag">${origin}</span>`
  }${fieldsHtml(rulesOf(change).fields(change), change, detail)}${
    changes.length > 1 && html`<div class="about">${namesHtml(names, rulesOf(change).noun, detail)}</div>`
  }${notes.map((note) => html`<p class="about"><strong>Note:</strong> ${shortened(note, detail.value)}</p>`)}<p class="about"><code>${source.file}:${source.line}</code>${
    dependsOn.length > 0 && html`; after ${namesHtml(dependsOn, "change", { names: Math.min(detail.names, 5) })}`
  }</p></li>
`;
}
