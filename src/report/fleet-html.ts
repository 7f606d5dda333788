import { moreFirst, problemsByLevel, troubleOf } from "../fleet/compare-trouble.ts";
import { countFleet } from "../fleet/count-fleet.ts";
import { severityLevel } from "../fleet/severity-level.ts";
import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import { compareText, shortened } from "../lib/text.ts";
import type { Fleet, FleetEnvironment } from "../model/fleet.ts";
import { type EnvironmentLook, environmentLook, environmentLooks, openLook } from "./environment-look.ts";
import { environmentRemarks } from "./environment-remarks.ts";
import { notRead, oldestReading, summaryParts } from "./fleet-summary.ts";
import { timesHtml, timesStyle } from "./fleet-times.ts";
import { facetNumbers, facetOptions, filterForm, type ViewChoice } from "./page/filter-form.ts";
import { filterScript } from "./page/filter-script.ts";
import { fitPage, type PageDetail } from "./page/fit-page.ts";
import { fleetScript } from "./page/fleet-script.ts";
import { bytesOf, type Html, type HtmlValue, html } from "./page/html.ts";
import { renderPage } from "./page/render-page.ts";
import { openProblems, shortMinuteOf } from "./problem-words.ts";
import { openProblemsHtml } from "./problems-html.ts";
import { quotaWords, showUsed } from "./quota-words.ts";
import { type RowHeights, type RowText, rowHeights } from "./row-heights.ts";
import { showLabels } from "./show-labels.ts";

/** Signs are generated, because elements for those of 5,000 cells would be most of what a browser lays out at first. */
const signs = environmentLooks.map(
  ({ name, sign, look }) =>
    // Browsers that know no text for screen readers here, which is empty, take the first content.
    `.is-${name} { --look: var(--${look}); } .is-${name} > summary::before, .legend .is-${name}::before, .since.is-${name}::before { content: "${sign}"; content: "${sign}" / ""; }\n`,
);

const style = `${signs.join("")}
input[type="search"] { width: 22rem; }
.row { display: grid; grid-template: auto 1fr / minmax(8rem, 16rem) 1fr; gap: 0 1rem; padding: 0.3rem 0; border-top: 1px solid var(--line); align-items: start; }
.row > h3 { font-weight: 500; padding-top: 0.2rem; }
.cells { display: flex; flex-wrap: wrap; gap: 0.25rem; }
.cell { border: 1px solid var(--line); border-left: 0.3rem solid var(--look); border-radius: 4px; background: var(--raised); }
.since { grid-column: 1; margin: 0; font-size: 0.85rem; color: var(--look); }
.since + .cells { grid-column: 2; grid-row: 1 / span 2; }
.cell > summary::before, .since::before, .legend [class^="is-"]::before { display: inline-block; min-width: 1.25em; margin-right: 0.3em; color: var(--look); font-weight: 700; text-align: center; font-family: ui-monospace, monospace; }
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
.signs .since { display: none; }
.signs .cell:not([open]) > summary { padding: 0; width: 1.5rem; min-height: 1.5rem; font-size: 0; text-align: center; }
.signs .cell:not([open]) > summary::before { margin: 0; font-size: 0.9rem; line-height: 1.5rem; }
@media (max-width: 40rem) { input[type="search"] { width: 100%; } .row { grid-template: none / minmax(0, 1fr); } .row > .cells { grid-column: 1; grid-row: auto; margin-top: 0.25rem; } }
@media print { [data-keys] { display: none; } }
`;

/** Bytes that a page of a large fleet aims at, and what of them is for the map and the lines over time. */
const aimedSize = 3_000_000;
const mostForViews = 2_900_000;
/** What the lines over time may take however large the map is. */
const leastForTimes = 300_000;

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
  }, aimedSize);
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
      html`<dt>${name}</dt><dd>${url}${version === null ? null : `, version ${version}`}${unreadable === null ? null : html`: <strong class="removed">not read</strong>`}</dd>`,
  )}</dl></header>
<main>
${noticeHtml("Not everything could be read", notRead(fleet), detail)}${noticeHtml("Warnings", warnings, detail)}
${map}
${timesHtml(fleet, cells, Math.max(leastForTimes, mostForViews - bytesOf(map)))}
${versionsHtml(fleet)}
${licenceHtml(fleet)}
</main>
`;
}

/** Environments that stand beside each other. */
interface MapRow extends RowText {
  readonly environments: readonly FleetEnvironment[];
  /** Since when its gravest problems are open, and how these look; null: none is open. */
  readonly since: { readonly look: EnvironmentLook; readonly note: string } | null;
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

function mapRow(title: string, environments: readonly FleetEnvironment[]): MapRow {
  const since = openSince(environments);
  return { title, environments, since, note: since?.note ?? "", cells: environments.map(cellText) };
}

/** Since when the gravest problems are open that environments have. */
function openSince(environments: readonly FleetEnvironment[]): MapRow["since"] {
  const [first] = openProblems(environments);
  if (first === undefined) return null;
  return { look: openLook(severityLevel(first.severity)), note: `since ${shortMinuteOf(first.start)} UTC` };
}

/** At most so many environments: those of the first rows. */
function cutRows(rows: readonly MapRow[], most: number): readonly MapRow[] {
  let left = most;
  return rows.flatMap((row) => {
    const environments = row.environments.slice(0, Math.max(0, left));
    left -= environments.length;
    return environments.length === 0 ? [] : [{ ...row, environments, cells: environments.map(cellText) }];
  });
}

function mapHtml(
  { environments, customers, problemsSince }: Fleet,
  rows: readonly MapRow[],
  heights: RowHeights,
  detail: PageDetail,
): Html {
  const facet = (name: string, title: string, of: (environment: FleetEnvironment) => string) => ({
    ...{ name, title, of },
    options: facetOptions(environments.map((environment) => [of(environment), 1])).filter(({ value }) => value !== ""),
  });
  const facets = [
    facet("state", "State", (environment) => environmentLook(environment).words),
    facet("cluster", "Cluster", ({ cluster }) => cluster),
    facet("stage", "Stage", ({ stage }) => stage),
    ...labelKeys(environments).map((key) =>
      facet(`label.${key}`, key, ({ labels: { [key]: value } }) => (value === undefined ? "" : facetValue(value))),
    ),
  ];
  const numbers = facetNumbers(facets);
  const cell = (environment: FleetEnvironment) =>
    cellHtml(environment, numbers(facets.map(({ of }) => of(environment))), detail);
  const places = new Map(rows.flatMap((row) => row.environments).map((environment, index) => [environment, index]));
  const used = new Set(environments.map(environmentLook));
  const names = new Map(customers.map(({ id, name }) => [id, name]));
  const missing = environments.length - rows.reduce((sum, row) => sum + row.environments.length, 0);
  return html`<section aria-labelledby="map"><h2 id="map">The map</h2>
<ul class="legend" aria-label="Signs">${environmentLooks
    .filter((look) => used.has(look))
    .map(({ name, words }) => html`<li class="is-${name}">${words}</li>`)}</ul>
${filterForm(facets, "environment, customer, host, problem", { folds: false, views: problemsSince === null ? views : [...views, zoom] })}
<p class="muted" data-keys hidden>Tab leads to the map and to the lines over time, arrow keys, Home and End from one to the other, Enter opens and closes.</p>
<div data-map>${rows.map((row) => rowHtml(row, names.get(row.title) ?? row.title, heights.classOf(row), cell))}</div>
<template data-clusters>${rowsOf([...places.keys()], ({ cluster }) => cluster).map(
    ({ title, environments: own }) =>
      html`<div class="row" data-words="${title}" data-cells="${own.map((environment) => places.get(environment) ?? 0).join(" ")}"><h3>${title}</h3><div class="cells"></div></div>`,
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
    for (const [key, value] of Object.entries(labels)) {
      const own = values.get(key);
      if (own === undefined) values.set(key, [value]);
      else own.push(value);
    }
  return [...values]
    .filter(([, own]) => own.length > 1 && new Set(own).size <= mostValues)
    .sort(([left, one], [right, two]) => two.length - one.length || compareText(left, right))
    .slice(0, mostLabels)
    .map(([key]) => key);
}

/** The name of the customer is found, too, and seen below the pointer. */
function rowHtml(row: MapRow, name: string, height: string, cell: (environment: FleetEnvironment) => Html): Html {
  const { title, since, environments } = row;
  const isNamed = name !== title;
  return html`<div class="row ${height}" data-group data-words="${title}${isNamed && ` ${name}`}"><h3${isNamed && html` title="${name}"`}>${title}</h3>${
    since !== null &&
    html`<p class="since is-${since.look.name}"><span class="unseen">${since.look.words}, </span>${since.note}</p>`
  }<div class="cells">${environments.map(cell)}</div></div>
`;
}

/** With the number of open problems where there are several. */
function cellText({ id, problems }: FleetEnvironment): string {
  const open = problemsByLevel(problems.open ?? {}).reduce((sum, number) => sum + number, 0);
  return open > 1 ? `${id} · ${open}` : id;
}

/** `values`: those that the map can be narrowed by, in short. */
function cellHtml(environment: FleetEnvironment, values: string, detail: PageDetail): Html {
  const { name, cluster, url, hosts, labels } = environment;
  const look = environmentLook(environment);
  const shownLabels = showLabels(labels);
  const remarks = environmentRemarks(environment, Math.min(detail.names, mostNames));
  const seen = hosts.seen === null ? "?" : hosts.seen;
  return html`<details class="cell is-${look.name}" data-item="${values}"><summary>${cellText(environment)}<span class="unseen"> ${look.words}</span></summary><p><a href="${url}">${name}</a> on ${cluster}${hosts.declared > 0 && `, ${seen} of ${count(hosts.declared, "host")} seen`}</p>${shownLabels !== "" && html`<p class="muted">${shortened(shownLabels, detail.value)}</p>`}${openProblemsHtml(environment, detail)}${
    remarks.length > 0 && html`<ul>${listItems(remarks, mostRemarks, detail)}</ul>`
  }</details>`;
}

/** Hosts that a remark names, remarks of an environment, and rows of a table. */
const mostNames = 20;
const mostRemarks = 20;
const mostRows = 200;

/** What a reader must not miss, below a heading; nothing where there is none of it. */
const noticeHtml = (title: string, items: readonly string[], detail: PageDetail): HtmlValue =>
  items.length > 0 &&
  html`<section class="notice warned"><h2>${title}</h2><ul>${listItems(items, detail.names, detail)}</ul></section>\n`;

/** At most so many items of a list, with how many are missing. */
const listItems = (items: readonly string[], most: number, { value }: PageDetail): Html =>
  html`${items.slice(0, most).map((item) => html`<li>${shortened(item, value)}</li>`)}${
    items.length > most && html`<li>${cutWords(items.length - most)}</li>`
  }`;

const cutWords = (missing: number): string => `and ${count(missing, "more", "more")}, cut here`;

/** At most so many rows of a table, with how many are missing. */
const tableRows = (rows: readonly Html[], columns: number): Html =>
  html`${rows.slice(0, mostRows)}${
    rows.length > mostRows && html`<tr><td colspan="${columns}">${cutWords(rows.length - mostRows)}</td></tr>`
  }`;

function licenceHtml({ clusters }: Fleet): HtmlValue {
  const rows = clusters.flatMap(({ name, licence }) =>
    (licence ?? []).map(
      (total) =>
        html`<tr><td>${name}</td><td>${quotaWords(total)}</td><td class="number">${showUsed(total.used)}</td></tr>`,
    ),
  );
  if (rows.length === 0) return null;
  return html`<section aria-labelledby="licence"><h2 id="licence">Licence in use</h2>
<div class="wide"><table><thead><tr><th scope="col">Cluster</th><th scope="col">Quota</th><th scope="col" class="number">Used</th></tr></thead><tbody>${tableRows(rows, 3)}</tbody></table></div></section>
`;
}

function versionsHtml({ versions }: Fleet): HtmlValue {
  const sorted = Object.entries(versions).sort(([left, one], [right, two]) => two - one || compareText(left, right));
  if (sorted.length === 0) return null;
  return html`<section aria-labelledby="versions"><h2 id="versions">Agents by version</h2>
<div class="wide"><table><thead><tr><th scope="col">Version</th><th scope="col" class="number">Hosts</th></tr></thead><tbody>${tableRows(
    sorted.map(([version, number]) => html`<tr><td>${version}</td><td class="number">${number}</td></tr>`),
    2,
  )}</tbody></table></div></section>
`;
}
