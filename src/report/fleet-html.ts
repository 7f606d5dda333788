import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import { compareText } from "../lib/text.ts";
import { type Condition, conditions, type Fleet, type FleetEnvironment } from "../model/fleet.ts";
import { environmentRemarks } from "./environment-remarks.ts";
import { timesHtml, timesStyle } from "./fleet-times.ts";
import { facetOptions, filterForm, type ViewChoice } from "./page/filter-form.ts";
import { filterScript } from "./page/filter-script.ts";
import { fitPage, type PageDetail } from "./page/fit-page.ts";
import { fleetScript } from "./page/fleet-script.ts";
import { type Html, type HtmlValue, html } from "./page/html.ts";
import { renderPage } from "./page/render-page.ts";
import { openProblemsHtml } from "./problems-html.ts";
import { quotaWords, showUsed } from "./quota-words.ts";
import { showLabels } from "./show-labels.ts";
import { oldestReading, summaryParts } from "./status-text.ts";

/** How an environment looks on the map: a sign for everybody, a colour besides. */
const looks: Readonly<Record<Condition, { readonly sign: string; readonly look: string; readonly words: string }>> = {
  ok: { sign: "✓", look: "good", words: "in order" },
  disabled: { sign: "–", look: "muted", words: "disabled" },
  waiting: { sign: "…", look: "muted", words: "waiting to be deleted" },
  suspended: { sign: "‖", look: "muted", words: "suspended" },
  drift: { sign: "≠", look: "changed", words: "a plan would change it" },
  hosts: { sign: "▽", look: "warned", words: "hosts are not seen, or elsewhere" },
  held: { sign: "!", look: "warned", words: "held" },
  unknown: { sign: "?", look: "removed", words: "not known" },
  problems: { sign: "✗", look: "critical", words: "open problems" },
};

const style = `
.row { display: grid; grid-template-columns: minmax(8rem, 16rem) 1fr; gap: 0.25rem 1rem; padding: 0.3rem 0; border-top: 1px solid var(--line); align-items: start; content-visibility: auto; contain-intrinsic-size: auto 2.5rem; }
.row > h3 { font-weight: 500; padding-top: 0.2rem; }
.cells { display: flex; flex-wrap: wrap; gap: 0.25rem; }
.cell { border: 1px solid var(--line); border-left: 0.3rem solid currentColor; border-radius: 4px; background: var(--raised); }
.cell > * { color: var(--text); }
.cell > summary { list-style: none; padding: 0.1rem 0.45rem; min-height: 1.75rem; white-space: nowrap; font-size: 0.9rem; }
.cell > summary::-webkit-details-marker { display: none; }
.cell[open] { flex-basis: 100%; }
.cell > :not(summary) { margin: 0.25rem 0.6rem 0.5rem; font-size: 0.9rem; }
.cell ul { padding-left: 1.1rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0.5rem 0; padding: 0; font-size: 0.9rem; }
.signs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); column-gap: 1.5rem; }
.signs .row { grid-template-columns: minmax(0, 7rem) minmax(0, 1fr); padding: 0.1rem 0; contain-intrinsic-size: auto 1.8rem; }
.signs .cells { gap: 0.15rem; }
.signs .cell:not([open]) > summary { padding: 0; width: 1.5rem; min-height: 1.5rem; font-size: 0; text-align: center; }
.signs .cell:not([open]) .sign { font-size: 0.9rem; line-height: 1.5rem; }
@media (max-width: 40rem) { .row { grid-template-columns: minmax(0, 1fr); } }
`;

/** The fleet as one page: a map of all environments, and their problems over time where these were asked for. */
export function renderFleetHtml(fleet: Fleet): string {
  return fitPage((detail) =>
    renderPage({
      ...{ title: "dtsync status", style: `${style}${timesStyle(fleet)}` },
      ...{ script: `${fleetScript}${filterScript}`, body: bodyOf(fleet, detail) },
    }),
  );
}

function bodyOf(fleet: Fleet, detail: PageDetail): Html {
  const { createdAt, counts, otherDrift, clusters, warnings } = fleet;
  const oldest = oldestReading(fleet);
  return html`<a class="skip" href="#map">To the map</a>
<header><h1>dtsync status</h1>
<p class="verdict">${summaryParts(counts, otherDrift).join(", ")}</p>
<dl class="facts"><dt>As of</dt><dd>${createdAt}${oldest !== null && oldest < createdAt && html`, environments asked from ${oldest} on`}</dd>${clusters.map(
    ({ name, url, version, unreadable }) =>
      html`<dt>${name}</dt><dd>${url}${version === null ? null : `, version ${version}`}${unreadable === null ? null : html`: <strong class="removed">not read: ${unreadable}</strong>`}</dd>`,
  )}</dl></header>
<main>
${warnings.length > 0 && html`<section class="notice warned"><h2>Warnings</h2><ul>${warnings.slice(0, detail.names).map((warning) => html`<li>${warning}</li>`)}</ul></section>`}
${mapHtml(fleet, detail)}
${timesHtml(fleet)}
${versionsHtml(fleet)}
${licenceHtml(fleet)}
</main>
`;
}

function mapHtml({ environments, problemsSince }: Fleet, detail: PageDetail): Html {
  const facet = (name: string, title: string, of: (environment: FleetEnvironment) => string) => ({
    ...{ name, title },
    options: facetOptions(environments.map((environment) => [of(environment), 1])).filter(({ value }) => value !== ""),
  });
  const keys = labelKeys(environments);
  const facets = [
    facet("state", "State", ({ condition }) => looks[condition].words),
    facet("cluster", "Cluster", ({ cluster }) => cluster),
    facet("stage", "Stage", ({ stage }) => stage),
    ...keys.map((key) => facet(`label.${key}`, key, ({ labels }) => labels[key] ?? "")),
  ];
  const used = new Set(environments.map(({ condition }) => condition));
  const rows = [...groupBy(environments, ({ customer }) => customer)].sort(
    ([left, one], [right, two]) => worst(two) - worst(one) || compareText(left, right),
  );
  let left = detail.entries;
  const shown = rows.map(([customer, own]) => {
    const cells = own.slice(0, Math.max(0, left));
    left -= own.length;
    return cells.length === 0 ? null : rowHtml(customer, cells, keys, detail);
  });
  return html`<section aria-labelledby="map"><h2 id="map">The map</h2>
<ul class="legend" aria-label="Signs">${conditions
    .filter((condition) => used.has(condition))
    .map((condition) => html`<li>${signOf(condition)} ${looks[condition].words}</li>`)}</ul>
${filterForm(facets, "environment, customer, host, reason", { folds: false, views: problemsSince === null ? views : [...views, zoom] })}
<div data-map>${shown}</div>
${left < 0 && html`<p class="muted">${count(-left, "more environment")} did not fit into this page; --format json has all.</p>`}
</section>
`;
}

const views: readonly ViewChoice[] = [
  { name: "order", title: "Order", options: { "": "most trouble first", name: "by name" } },
  { name: "show", title: "Show", options: { "": "names", signs: "signs alone" } },
];
const zoom: ViewChoice = {
  name: "zoom",
  title: "Zoom of time",
  options: { "": "all", "3": "3 times", "7": "7 times" },
};

/** Labels that a page can be narrowed by. */
const mostLabels = 6;
/** More values than that tell environments apart, and do not put them together. */
const mostValues = 100;

/** Keys of labels that several environments have, those that most of them have first. */
function labelKeys(environments: readonly FleetEnvironment[]): readonly string[] {
  const values = new Map<string, string[]>();
  for (const { labels } of environments)
    for (const [key, value] of Object.entries(labels)) values.set(key, [...(values.get(key) ?? []), value]);
  return [...values]
    .filter(([, own]) => own.length > 1 && new Set(own).size <= mostValues)
    .sort(([left, one], [right, two]) => two.length - one.length || compareText(left, right))
    .slice(0, mostLabels)
    .map(([key]) => key);
}

const worst = (environments: readonly FleetEnvironment[]): number =>
  Math.max(...environments.map(({ condition }) => conditions.indexOf(condition)));

const signOf = (condition: Condition): Html =>
  html`<span class="sign ${looks[condition].look}" aria-hidden="true">${looks[condition].sign}</span>`;

const rowHtml = (
  customer: string,
  environments: readonly FleetEnvironment[],
  keys: readonly string[],
  detail: PageDetail,
): Html =>
  html`<div class="row" data-group data-words="${customer}"><h3>${customer}</h3><div class="cells">${environments.map((environment) => cellHtml(environment, keys, detail))}</div></div>
`;

function cellHtml(environment: FleetEnvironment, keys: readonly string[], detail: PageDetail): Html {
  const { id, name, cluster, stage, condition, url, hosts, labels } = environment;
  const shownLabels = showLabels(labels);
  const remarks = environmentRemarks(environment);
  const seen = hosts.seen === null ? "?" : hosts.seen;
  return html`<details class="cell ${looks[condition].look}" data-item="${id}" data-state="${looks[condition].words}" data-cluster="${cluster}" data-stage="${stage}"${keys.map((key) => labels[key] !== undefined && html` data-label.${key}="${labels[key]}"`)}><summary>${signOf(condition)} ${id}<span class="unseen"> ${looks[condition].words}</span></summary><p><a href="${url}" rel="noreferrer">${name}</a> on ${cluster}${hosts.declared > 0 && `, ${seen} of ${count(hosts.declared, "host")} seen`}</p>${shownLabels !== "" && html`<p class="muted">${shownLabels.slice(0, detail.value)}</p>`}${openProblemsHtml(environment, detail)}${
    remarks.length > 0 &&
    html`<ul>${remarks.slice(0, 20).map((remark) => html`<li>${remark.slice(0, detail.value)}</li>`)}</ul>`
  }</details>`;
}

function licenceHtml({ clusters }: Fleet): HtmlValue {
  const rows = clusters.flatMap(({ name, licence }) =>
    (licence ?? []).map(
      (total) =>
        html`<tr><td>${name}</td><td>${quotaWords(total)}</td><td class="number">${showUsed(total.used)}</td></tr>`,
    ),
  );
  if (rows.length === 0) return null;
  return html`<section aria-labelledby="licence"><h2 id="licence">Licence in use</h2>
<div class="wide"><table><thead><tr><th scope="col">Cluster</th><th scope="col">Quota</th><th scope="col" class="number">Used</th></tr></thead><tbody>${rows.slice(0, 200)}</tbody></table></div></section>
`;
}

function versionsHtml({ versions }: Fleet): HtmlValue {
  const sorted = Object.entries(versions).sort(([left, one], [right, two]) => two - one || compareText(left, right));
  if (sorted.length === 0) return null;
  return html`<section aria-labelledby="versions"><h2 id="versions">Agents by version</h2>
<div class="wide"><table><thead><tr><th scope="col">Version</th><th scope="col" class="number">Hosts</th></tr></thead><tbody>${sorted
    .slice(0, 100)
    .map(
      ([version, number]) => html`<tr><td>${version}</td><td class="number">${number}</td></tr>`,
    )}</tbody></table></div></section>
`;
}
