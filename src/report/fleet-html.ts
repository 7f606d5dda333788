import { moreFirst, problemsByLevel, troubleOf } from "../fleet/compare-trouble.ts";
import { countFleet } from "../fleet/count-fleet.ts";
import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import { compareText } from "../lib/text.ts";
import type { Fleet, FleetEnvironment } from "../model/fleet.ts";
import { environmentLook, environmentLooks } from "./environment-look.ts";
import { environmentRemarks } from "./environment-remarks.ts";
import { timesHtml, timesStyle } from "./fleet-times.ts";
import { facetOptions, filterForm, type ViewChoice } from "./page/filter-form.ts";
import { filterScript } from "./page/filter-script.ts";
import { fitPage, type PageDetail } from "./page/fit-page.ts";
import { fleetScript } from "./page/fleet-script.ts";
import { type Html, type HtmlValue, html, htmlText } from "./page/html.ts";
import { renderPage } from "./page/render-page.ts";
import { openProblemsHtml } from "./problems-html.ts";
import { quotaWords, showUsed } from "./quota-words.ts";
import { type RowHeights, type RowText, rowHeights } from "./row-heights.ts";
import { showLabels } from "./show-labels.ts";
import { oldestReading, summaryParts } from "./status-text.ts";

/** Signs are generated, because elements for those of 5,000 cells would be most of what a browser lays out at first. */
const signs = environmentLooks.map(
  ({ name, sign, look }) =>
    // Browsers that know no text for screen readers here, which is empty, take the first content.
    `.is-${name} { --look: var(--${look}); } .is-${name} > summary::before, .legend .is-${name}::before { content: "${sign}"; content: "${sign}" / ""; }\n`,
);

const style = `${signs.join("")}
.row { display: grid; grid-template-columns: minmax(8rem, 16rem) 1fr; gap: 0.25rem 1rem; padding: 0.3rem 0; border-top: 1px solid var(--line); align-items: start; }
.row > h3 { font-weight: 500; padding-top: 0.2rem; }
.cells { display: flex; flex-wrap: wrap; gap: 0.25rem; }
.cell { border: 1px solid var(--line); border-left: 0.3rem solid var(--look); border-radius: 4px; background: var(--raised); }
.cell > summary::before, .legend [class^="is-"]::before { display: inline-block; min-width: 1.25em; margin-right: 0.3em; color: var(--look); font-weight: 700; text-align: center; font-family: ui-monospace, monospace; }
.cell > summary { list-style: none; padding: 0.1rem 0.45rem; min-height: 1.75rem; white-space: nowrap; font-size: 0.9rem; }
.cell > summary::-webkit-details-marker { display: none; }
.cell[open] { flex-basis: 100%; }
.cell > :not(summary) { margin: 0.25rem 0.6rem 0.5rem; font-size: 0.9rem; }
.cell ul { padding-left: 1.1rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0.5rem 0; padding: 0; font-size: 0.9rem; }
.signs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); column-gap: 1.5rem; }
.signs.wide-rows { grid-template-columns: minmax(0, 1fr); }
.signs .row { grid-template-columns: minmax(0, 7rem) minmax(0, 1fr); padding: 0.1rem 0; }
.signs .cells { gap: 0.15rem; }
.signs .cell:not([open]) > summary { padding: 0; width: 1.5rem; min-height: 1.5rem; font-size: 0; text-align: center; }
.signs .cell:not([open]) > summary::before { margin: 0; font-size: 0.9rem; line-height: 1.5rem; }
@media (max-width: 40rem) { .row { grid-template-columns: minmax(0, 1fr); } }
`;

/** Characters that a page of a large fleet aims at: 3 MB, without what stands around the map and the lines over time. */
const aimedSize = 2_900_000;
/** What the lines over time may take however large the map is. */
const leastForTimes = 500_000;

/** Environments that browsers lay out at once in no time. */
const fewEnvironments = 500;

/** The fleet as one page: a map of all environments, and their problems over time where these were asked for. */
export function renderFleetHtml(fleet: Fleet): string {
  const all = rowsOf(fleet.environments, ({ customer }) => customer);
  return fitPage((detail) => {
    const rows = cutRows(all, detail.entries);
    const heights = rowHeights(fleet.environments.length > fewEnvironments ? rows : []);
    return renderPage({
      ...{ title: "dtsync status", style: `${style}${heights.style}${timesStyle(fleet)}` },
      ...{ script: `${fleetScript}${filterScript}`, body: bodyOf(fleet, rows, heights, detail) },
    });
  });
}

function bodyOf(fleet: Fleet, rows: readonly MapRow[], heights: RowHeights, detail: PageDetail): Html {
  const { createdAt, counts, otherDrift, clusters, warnings } = fleet;
  const oldest = oldestReading(fleet);
  const map = mapHtml(fleet, rows, heights, detail);
  const cells = new Map(
    rows.flatMap(({ environments }) => environments).map((environment, index) => [environment, index]),
  );
  return html`<a class="skip" href="#map">To the map</a>
<header><h1>dtsync status</h1>
<p class="verdict">${summaryParts(counts, otherDrift).join(", ")}</p>
<dl class="facts"><dt>As of</dt><dd>${createdAt}${oldest !== null && oldest < createdAt && html`, environments asked from ${oldest} on`}</dd>${clusters.map(
    ({ name, url, version, unreadable }) =>
      html`<dt>${name}</dt><dd>${url}${version === null ? null : `, version ${version}`}${unreadable === null ? null : html`: <strong class="removed">not read: ${unreadable}</strong>`}</dd>`,
  )}</dl></header>
<main>
${warnings.length > 0 && html`<section class="notice warned"><h2>Warnings</h2><ul>${warnings.slice(0, detail.names).map((warning) => html`<li>${warning}</li>`)}</ul></section>`}
${map}
${timesHtml(fleet, cells, Math.max(leastForTimes, aimedSize - htmlText(map).length))}
${versionsHtml(fleet)}
${licenceHtml(fleet)}
</main>
`;
}

/** Environments that stand beside each other. */
interface MapRow extends RowText {
  readonly environments: readonly FleetEnvironment[];
}

/** Those with most trouble first. */
const rowsOf = (
  environments: readonly FleetEnvironment[],
  titleOf: (environment: FleetEnvironment) => string,
): readonly MapRow[] =>
  [...groupBy(environments, titleOf)]
    .map(([title, own]) => ({ row: mapRow(title, own), trouble: troubleOf(countFleet(own)) }))
    .sort((left, right) => moreFirst(left.trouble, right.trouble) || compareText(left.row.title, right.row.title))
    .map(({ row }) => row);

const mapRow = (title: string, environments: readonly FleetEnvironment[]): MapRow => ({
  ...{ title, environments },
  cells: environments.map(cellText),
});

/** At most so many environments: those of the first rows. */
function cutRows(rows: readonly MapRow[], most: number): readonly MapRow[] {
  let left = most;
  return rows.flatMap(({ title, environments }) => {
    const kept = environments.slice(0, Math.max(0, left));
    left -= kept.length;
    return kept.length === 0 ? [] : [mapRow(title, kept)];
  });
}

function mapHtml(
  { environments, problemsSince }: Fleet,
  rows: readonly MapRow[],
  heights: RowHeights,
  detail: PageDetail,
): Html {
  const facet = (name: string, title: string, of: (environment: FleetEnvironment) => string) => ({
    ...{ name, title },
    options: facetOptions(environments.map((environment) => [of(environment), 1])).filter(({ value }) => value !== ""),
  });
  const keys = labelKeys(environments);
  const facets = [
    facet("state", "State", (environment) => environmentLook(environment).words),
    facet("cluster", "Cluster", ({ cluster }) => cluster),
    facet("stage", "Stage", ({ stage }) => stage),
    ...keys.map((key) =>
      facet(`label.${key}`, key, ({ labels: { [key]: value } }) => (value === undefined ? "" : facetValue(value))),
    ),
  ];
  const used = new Set(environments.map(environmentLook));
  const missing = environments.length - rows.reduce((sum, row) => sum + row.environments.length, 0);
  return html`<section aria-labelledby="map"><h2 id="map">The map</h2>
<ul class="legend" aria-label="Signs">${environmentLooks
    .filter((look) => used.has(look))
    .map(({ name, words }) => html`<li class="is-${name}">${words}</li>`)}</ul>
${filterForm(facets, "environment, customer, host, reason", { folds: false, views: problemsSince === null ? views : [...views, zoom] })}
<p class="muted" data-keys hidden>Tab leads to the map and to the lines over time, arrow keys, Home and End from one to the other, Enter opens and closes.</p>
<div data-map>${rows.map((row) => rowHtml(row, heights, keys, detail))}</div>
<template data-clusters>${rowsOf(
    rows.flatMap((row) => row.environments),
    ({ cluster }) => cluster,
  ).map(
    ({ title }) => html`<div class="row" data-words="${title}"><h3>${title}</h3><div class="cells"></div></div>`,
  )}</template>
${missing > 0 && html`<p class="muted">${count(missing, "more environment")} did not fit into this page; --format json has all.</p>`}
</section>
`;
}

const views: readonly ViewChoice[] = [
  { name: "rows", title: "Rows", options: { "": "customers", cluster: "clusters" } },
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

/** A value of a label that can be seen and chosen, also where it is empty. */
const facetValue = (value: string): string => (value === "" ? '""' : value);

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

const rowHtml = (row: MapRow, heights: RowHeights, keys: readonly string[], detail: PageDetail): Html =>
  html`<div class="row ${heights.classOf(row)}" data-group data-words="${row.title}"><h3>${row.title}</h3><div class="cells">${row.environments.map((environment) => cellHtml(environment, keys, detail))}</div></div>
`;

/** With the number of open problems where there are several. */
function cellText({ id, problems }: FleetEnvironment): string {
  const open = problemsByLevel(problems.open ?? {}).reduce((sum, number) => sum + number, 0);
  return open > 1 ? `${id} · ${open}` : id;
}

function cellHtml(environment: FleetEnvironment, keys: readonly string[], detail: PageDetail): Html {
  const { name, cluster, stage, url, hosts, labels } = environment;
  const look = environmentLook(environment);
  const shownLabels = showLabels(labels);
  const remarks = environmentRemarks(environment);
  const seen = hosts.seen === null ? "?" : hosts.seen;
  return html`<details class="cell is-${look.name}" data-item data-state="${look.words}" data-cluster="${cluster}" data-stage="${stage}"${keys.map((key) => labels[key] !== undefined && html` data-label.${key}="${facetValue(labels[key])}"`)}><summary>${cellText(environment)}<span class="unseen"> ${look.words}</span></summary><p><a href="${url}" rel="noreferrer">${name}</a> on ${cluster}${hosts.declared > 0 && `, ${seen} of ${count(hosts.declared, "host")} seen`}</p>${shownLabels !== "" && html`<p class="muted">${shownLabels.slice(0, detail.value)}</p>`}${openProblemsHtml(environment, detail)}${
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
