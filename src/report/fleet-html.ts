import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import { compareText } from "../lib/text.ts";
import {
  type Condition,
  conditions,
  type Fleet,
  type FleetEnvironment,
  type FleetProblem,
  severities,
} from "../model/fleet.ts";
import { environmentRemarks } from "./environment-remarks.ts";
import { facetOptions, filterForm } from "./page/filter-form.ts";
import { filterScript } from "./page/filter-script.ts";
import { fitPage, type PageDetail } from "./page/fit-page.ts";
import { type Html, type HtmlValue, html } from "./page/html.ts";
import { renderPage } from "./page/render-page.ts";
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
.time { display: grid; grid-template-columns: minmax(8rem, 16rem) minmax(0, 1fr); gap: 0.2rem 1rem; align-items: center; font-size: 0.85rem; padding: 0.1rem 0; border-top: 1px solid var(--line); }
.time svg { width: 100%; height: 1.4rem; display: block; background: var(--raised); }
.time svg rect { fill: currentColor; }
.time svg line { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
.days { display: flex; justify-content: space-between; }
@media (max-width: 40rem) { .row, .time { grid-template-columns: minmax(0, 1fr); } }
`;

/** Rows of the view over time: those with most problems. */
const mostTimes = 400;
const hour = 3_600_000;

/** The fleet as one page: a map of all environments, and their problems over time where these were asked for. */
export function renderFleetHtml(fleet: Fleet): string {
  return fitPage((detail) =>
    renderPage({ title: "dtsync status", style, script: filterScript, body: bodyOf(fleet, detail) }),
  );
}

function bodyOf(fleet: Fleet, detail: PageDetail): Html {
  const { createdAt, environments, counts, otherDrift, clusters, warnings } = fleet;
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
${mapHtml(environments, detail)}
${timesHtml(fleet)}
${versionsHtml(fleet)}
${licenceHtml(fleet)}
</main>
`;
}

function mapHtml(environments: readonly FleetEnvironment[], detail: PageDetail): Html {
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
${filterForm(facets, "environment, customer, host, reason", false)}
${shown}
${left < 0 && html`<p class="muted">${count(-left, "more environment")} did not fit into this page; --format json has all.</p>`}
</section>
`;
}

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
  return html`<details class="cell ${looks[condition].look}" data-item data-state="${looks[condition].words}" data-cluster="${cluster}" data-stage="${stage}"${keys.map((key) => labels[key] !== undefined && html` data-label.${key}="${labels[key]}"`)}><summary>${signOf(condition)} ${id}<span class="unseen"> ${looks[condition].words}</span></summary><p><a href="${url}" rel="noreferrer">${name}</a> on ${cluster}${hosts.declared > 0 && `, ${seen} of ${count(hosts.declared, "host")} seen`}</p>${shownLabels !== "" && html`<p class="muted">${shownLabels.slice(0, detail.value)}</p>`}${
    remarks.length > 0 &&
    html`<ul>${remarks.slice(0, 20).map((remark) => html`<li>${remark.slice(0, detail.value)}</li>`)}</ul>`
  }</details>`;
}

/** Problems of each environment that had some, by hours: what happened at the same time stands one above the other. */
function timesHtml({ createdAt, problemsSince, environments }: Fleet): HtmlValue {
  if (problemsSince === null) return null;
  const end = Date.parse(createdAt);
  const begin = end - problemsSince;
  const rows = environments
    .map((environment) => ({
      environment,
      problems: (environment.problems.list ?? []).filter(
        (problem) => (problem.end ?? end) >= begin && problem.start <= end,
      ),
    }))
    .filter(({ problems }) => problems.length > 0)
    .sort(
      (left, right) =>
        right.problems.length - left.problems.length || compareText(left.environment.id, right.environment.id),
    );
  const hours = Math.ceil(problemsSince / hour);
  const day = (time: number): string => new Date(time).toISOString().slice(5, 10);
  return html`<section aria-labelledby="times"><h2 id="times">Problems over time</h2>
${
  rows.length === 0
    ? html`<p>No environment that answered had a problem in this time.</p>`
    : html`<div class="time" aria-hidden="true"><span></span><span class="days muted"><span>${day(begin)}</span><span>${day((begin + end) / 2)}</span><span>${day(end)}</span></span></div>`
}
${rows.slice(0, mostTimes).map(({ environment, problems }) => timeHtml(environment, problems, { begin, end, hours }))}
${rows.length > mostTimes && html`<p class="muted">${count(rows.length - mostTimes, "more environment")} with fewer problems.</p>`}
</section>
`;
}

interface Frame {
  readonly begin: number;
  readonly end: number;
  readonly hours: number;
}

function timeHtml(
  { id, url }: FleetEnvironment,
  problems: readonly FleetProblem[],
  { begin, end, hours }: Frame,
): Html {
  const place = (time: number): number => Math.round(((Math.min(Math.max(time, begin), end) - begin) / hour) * 10) / 10;
  // The graver one lies below, and is higher.
  const sorted = [...problems].sort((left, right) => levelOf(left.severity) - levelOf(right.severity));
  const marks = sorted.map((problem) => {
    const from = place(problem.start);
    const width = Math.max(0.6, Math.round((place(problem.end ?? end) - from) * 10) / 10);
    const level = levelOf(problem.severity);
    const until = problem.end === null ? "still open" : new Date(problem.end).toISOString().slice(0, 16);
    return html`<rect class="${lookOfLevel[level] ?? "muted"}" x="${from}" y="${level * 3}" width="${width}" height="${9 - level * 3}"><title>${problem.severity}: ${problem.title}, ${new Date(problem.start).toISOString().slice(0, 16)}, ${until}</title></rect>`;
  });
  return html`<div class="time"><span><a href="${url}" rel="noreferrer">${id}</a> <span class="muted">${problems.length}</span></span><svg viewBox="0 0 ${hours} 9" preserveAspectRatio="none" role="img" aria-label="${count(problems.length, "problem")} of ${id}">${marks}</svg></div>
`;
}

const lookOfLevel = ["critical", "warned", "muted"];

/** Grave ones are high marks, others lower ones, so that they are told apart without their colour. */
function levelOf(severity: string): number {
  const known: readonly string[] = severities;
  const rank = known.indexOf(severity);
  return rank >= 0 && rank < 2 ? 0 : rank === 2 || rank === 3 ? 1 : 2;
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
