import { actionRules } from "../kinds/kinds.ts";
import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import type { DeclaredChange } from "../model/change.ts";
import { type EntryItem, entryHtml, noCustomer } from "./entry-html.ts";
import { facetOptions, filterForm } from "./page/filter-form.ts";
import type { PageDetail } from "./page/fit-page.ts";
import { type Html, html } from "./page/html.ts";

/** Items of one customer and environment; null stands for what belongs to none. */
export interface ItemSection {
  readonly customer: string | null;
  readonly environment: string | null;
  readonly items: readonly EntryItem[];
}

/** Changes up to which all customers are open from the beginning. */
const fewChanges = 40;

/** All changes below their customer and environment, folded, with a form to search and filter them. */
export function changesHtml(sections: readonly ItemSection[], detail: PageDetail): Html {
  const { shown, cut } = cutSections(sections, detail.entries);
  const items = shown.flatMap((section) => section.items);
  const all = changesIn(items);
  const options = (property: (change: DeclaredChange) => string) =>
    facetOptions(items.map(({ changes }) => [property(changes[0]), changes.length]));
  const origins = items.some(({ changes: [{ origin }] }) => origin !== null)
    ? [{ name: "origin", title: "Origin", options: options(({ origin }) => origin ?? "unknown") }]
    : [];
  const facets = [
    { name: "kind", title: "Kind", options: options(({ kind }) => kind) },
    { name: "action", title: "Action", options: options(({ action }) => action) },
    { name: "customer", title: "Customer", options: options(({ customer }) => customer ?? noCustomer) },
    { name: "cluster", title: "Cluster", options: options(({ cluster }) => cluster) },
    ...origins,
  ];
  const customers = groupBy(shown, ({ customer }) => JSON.stringify([customer]));
  return html`<section aria-labelledby="changes"><h2 id="changes">Changes</h2>
${cut > 0 && html`<p class="notice warned"><strong>Cut:</strong> ${count(cut, "change")} had no room on this page. Those that take something away are here, all or first; everything is in the JSON, which <code>dtsync show FILE --full</code> shows.</p>`}
${items.length > 0 && filterForm(facets, "name, tag, field, file …")}
${[...customers.values()].map((group) => customerHtml(group, all <= fewChanges, detail))}
</section>
`;
}

function customerHtml(sections: readonly [ItemSection, ...ItemSection[]], open: boolean, detail: PageDetail): Html {
  const [{ customer }] = sections;
  const items = sections.flatMap((section) => section.items);
  return html`<details class="group" data-group data-words="${customer ?? noCustomer}" ${open && "open"}><summary><h3>${
    customer === null ? "All customers" : `Customer ${customer}`
  }</h3> <span class="counts">${countsHtml(items)} <span class="muted">(<span data-count>${changesIn(items)}</span>)</span></span></summary>
${sections.map(
  ({ environment, items: own }) => html`<div data-section data-words="${environment ?? ""}">${
    environment !== null && html`<h4>${environment}</h4>`
  }<ul class="entries">
${own.map((item) => entryHtml(item, detail))}</ul></div>
`,
)}</details>
`;
}

const counted = [
  { count: "create", text: "to create", look: "added" },
  { count: "update", text: "to update", look: "changed" },
  { count: "remove", text: "to remove", look: "removed" },
  { count: "deploy", text: "to deploy", look: "deployed" },
] as const;

function countsHtml(items: readonly EntryItem[]): Html {
  const counts = { create: 0, update: 0, remove: 0, deploy: 0 };
  for (const { changes } of items) counts[actionRules(changes[0]).count] += changes.length;
  const parts = counted.filter((part) => counts[part.count] > 0);
  return html`${parts.map(({ count: name, text, look }, index) => html`${index > 0 && ", "}<span class="${look}">${counts[name]} ${text}</span>`)}`;
}

const changesIn = (items: readonly EntryItem[]): number => items.reduce((sum, { changes }) => sum + changes.length, 0);

/** At most so many items: those that take something away first. */
function cutSections(
  sections: readonly ItemSection[],
  most: number,
): { readonly shown: readonly ItemSection[]; readonly cut: number } {
  const items = sections.flatMap((section) => section.items);
  if (items.length <= most) return { shown: sections, cut: 0 };
  const rank = ({ changes: [change] }: EntryItem) => (actionRules(change).sign === "-" ? 0 : 1);
  const kept = new Set([...items].sort((left, right) => rank(left) - rank(right)).slice(0, most));
  const shown = sections.map((section) => ({ ...section, items: section.items.filter((item) => kept.has(item)) }));
  return {
    shown: shown.filter((section) => section.items.length > 0),
    cut: changesIn(items) - changesIn([...kept]),
  };
}
