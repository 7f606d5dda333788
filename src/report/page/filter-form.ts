import { type Html, type HtmlValue, html } from "./html.ts";

/** A property of items that a page can be narrowed to. */
export interface Facet {
  /** As in `data-NAME` of items: lower case. */
  readonly name: string;
  readonly title: string;
  readonly options: readonly { readonly value: string; readonly count: number }[];
}

/** How a page shows what it shows: what is chosen narrows nothing. A script of the page does it. */
export interface ViewChoice {
  readonly name: string;
  readonly title: string;
  /** What is shown of each value; that of the empty one is chosen at first. */
  readonly options: Readonly<Record<string, string>>;
}

/** More options than that are a list to choose one from. */
const mostBoxes = 9;

/**
 * The form with which `filterScript` searches and filters a page: hidden until the script runs. A facet with fewer than two
 * options narrows nothing and is left out. `folds`: whether groups can be opened and closed; without, facets are behind a line that
 * opens, so that what they narrow is seen at once.
 */
export function filterForm(
  facets: readonly Facet[],
  placeholder: string,
  { folds, views }: { readonly folds: boolean; readonly views: readonly ViewChoice[] } = { folds: true, views: [] },
): Html {
  return html`<form class="filter" role="search" data-filter hidden>
<label class="field"><span class="label">Search (Ctrl+K)</span><input type="search" name="q" id="search" placeholder="${placeholder}" autocomplete="off" spellcheck="false"></label>
${folds && usedFacets(facets).map(facetControl)}
${views.map(
  ({ name, title, options }) =>
    html`<label class="field"><span class="label">${title}</span><select name="view.${name}">${Object.entries(options)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([value, words]) => html`<option value="${value}">${words}</option>`)}</select></label>\n`,
)}
<button type="reset">Clear</button>
${
  folds &&
  html`<button type="button" data-open="yes">Open all</button>
<button type="button" data-open="no">Close all</button>
`
}${
  !folds &&
  usedFacets(facets).length > 0 &&
  html`<details class="facets" data-facets><summary>Filters</summary><div>${usedFacets(facets).map(facetControl)}</div></details>
`
}<p class="shown" role="status" data-status></p>
</form>
`;
}

const usedFacets = (facets: readonly Facet[]): readonly Facet[] => facets.filter(({ options }) => options.length > 1);

/**
 * What makes of the values that an item has, one for each facet, the short form in which `data-item` may have them: the number of
 * each among the options of its facet, or a hyphen, for those facets that narrow something.
 */
export function facetNumbers(facets: readonly Facet[]): (values: readonly string[]) => string {
  const numbers = facets.map(({ options }) => new Map(options.map(({ value }, index) => [value, index])));
  const used = new Set(usedFacets(facets));
  return (values) =>
    facets
      .flatMap((facet, index) => (used.has(facet) ? [numbers[index]?.get(values[index] ?? "") ?? "-"] : []))
      .join(" ");
}

function facetControl({ name, title, options }: Facet): HtmlValue {
  if (options.length > mostBoxes) {
    return html`<label class="field"><span class="label">${title}</span><select name="${name}"><option value="">all</option>${options.map(
      ({ value, count }) => html`<option value="${value}">${value} (${count})</option>`,
    )}</select></label>\n`;
  }
  return html`<fieldset><legend>${title}</legend>${options.map(
    ({ value, count }) =>
      html`<label><input type="checkbox" name="${name}" value="${value}">${value} <span class="muted">${count}</span></label>`,
  )}</fieldset>\n`;
}

/** The options of a facet: each value with how often there is something of it, in order of the values. */
export function facetOptions(
  values: Iterable<readonly [value: string, weight: number]>,
): readonly { readonly value: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const [value, weight] of values) counts.set(value, (counts.get(value) ?? 0) + weight);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((left, right) => (left.value < right.value ? -1 : 1));
}
