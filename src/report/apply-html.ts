import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import { type ApplyReport, type ChangeResult, type ResultStatus, resultMeanings } from "../model/result.ts";
import { applySummary, slowestOfMany, timeText } from "./apply-text.ts";
import { namesHtml } from "./names-html.ts";
import { facetOptions, filterForm } from "./page/filter-form.ts";
import { filterScript } from "./page/filter-script.ts";
import { fitPage, type PageDetail } from "./page/fit-page.ts";
import { type Html, type HtmlValue, html } from "./page/html.ts";
import { renderPage } from "./page/render-page.ts";
import { guardsHtml, heldHtml, noticeHtml, waitingHtml, warningsHtml } from "./remarks-html.ts";
import { type ResultEntry, resultEntries, resultName } from "./result-entries.ts";

/** How a status looks, and what is to be done about it. */
const statuses: Readonly<
  Record<ResultStatus, { readonly sign: string; readonly look: string; readonly todo: string }>
> = {
  failed: {
    sign: "✗",
    look: "critical",
    todo: "Remove the cause, then plan and apply again: it goes on where it stopped. --retry REPORT takes only what this run left.",
  },
  uncertain: {
    sign: "?",
    look: "critical",
    todo: "Nobody knows whether it was made. Plan again: the plan reads what is there, and apply does what is missing.",
  },
  stale: {
    sign: "≠",
    look: "warned",
    todo: "What is there is no longer as the plan saw it. Look who changed it, then plan and review again.",
  },
  skipped: {
    sign: "»",
    look: "warned",
    todo: "It was never tried. Once its cause is gone, plan and apply again, or use --retry REPORT.",
  },
  done: { sign: "✓", look: "good", todo: "" },
};

const order = Object.keys(statuses) as readonly ResultStatus[];

/** How an apply ended as a page in one file: what was not done, why and what to do about it come first, then every result. */
export function renderApplyHtml(report: ApplyReport): string {
  const notDone = resultEntries(
    report.results.filter(({ status }) => resultMeanings[status] !== "made"),
    false,
  );
  return fitPage((detail) =>
    renderPage({ title: "dtsync apply", script: filterScript, body: bodyOf(report, notDone, detail) }),
  );
}

function bodyOf(report: ApplyReport, notDone: readonly ResultEntry[], detail: PageDetail): Html {
  const { run, plan, results, guards = [] } = report;
  return html`${results.length > 0 && html`<a class="skip" href="#results">To the results</a>`}
<header><h1>dtsync apply</h1>
<p class="verdict">${applySummary(report)}</p>
<dl class="facts"><dt>Run</dt><dd><code>${run}</code></dd><dt>Plan</dt><dd><code>${plan}</code></dd></dl></header>
<main>
${firstHtml(report, guards, notDone, detail)}
${slowestHtml(report)}
${results.length > 0 && resultsHtml(results, detail)}
</main>
`;
}

function firstHtml(
  report: ApplyReport,
  guards: NonNullable<ApplyReport["guards"]>,
  notDone: readonly ResultEntry[],
  detail: PageDetail,
): HtmlValue {
  const { held, waiting, warnings } = report;
  if (guards.length + notDone.length + held.length + waiting.length + warnings.length === 0) return null;
  const byStatus = groupBy(notDone, ({ status }) => status);
  return html`<section aria-labelledby="first"><h2 id="first">Look at this first</h2>
${guardsHtml("Guards that refused it: nothing was done", guards, detail)}${[...byStatus.values()].map((entries) => {
  const [{ status }] = entries;
  const { look, sign, todo } = statuses[status];
  return noticeHtml(
    look,
    `${sign} ${statusTitle(status)}`,
    [
      html`<em>${todo}</em>`,
      ...entries.slice(0, detail.entries).map((entry) => reasonHtml(entry, detail)),
      entries.length > detail.entries && `and ${count(entries.length - detail.entries, "more reason")}, cut here`,
    ].filter((item) => item !== false),
  );
})}${heldHtml(report, detail)}${warningsHtml(report, detail)}${waitingHtml(report, detail)}</section>
`;
}

const statusTitle = (status: ResultStatus): string => `${status.slice(0, 1).toUpperCase()}${status.slice(1)}`;

/** What ended in one way for one reason. */
const reasonHtml = ({ results, title, message, code }: ResultEntry, detail: PageDetail): Html =>
  html`<strong>${title}</strong>${message !== null && `: ${shortened(message, detail.value)}`}${
    code !== null &&
    html` <span class="tag">${code}</span> <span class="muted">(<code>dtsync help ${code}</code>)</span>`
  }${results.length > 1 && html` ${namesHtml(results.map(resultName), "item", detail)}`}`;

function slowestHtml(report: ApplyReport): HtmlValue {
  const slowest = slowestOfMany(report);
  if (slowest.length === 0) return null;
  return html`<section aria-labelledby="slowest"><h2 id="slowest">Slowest hosts</h2>
<div class="wide" tabindex="0" role="region" aria-label="Times of the slowest hosts"><table><thead><tr><th scope="col">Host</th><th scope="col" class="number">Time</th><th scope="col">Longest step</th></tr></thead><tbody>${slowest.map(
    ({ id, durationMs, step, stepMs }) =>
      html`<tr><th scope="row"><code>${id}</code></th><td class="number">${timeText(durationMs)}</td><td>${step}, ${timeText(stepMs)}</td></tr>`,
  )}</tbody></table></div></section>
`;
}

/** Every result by itself, below its status; of more than there is room for, those that went well are cut first. */
function resultsHtml(results: readonly ChangeResult[], detail: PageDetail): Html {
  const byStatus = order.map((status) => ({ status, own: results.filter((result) => result.status === status) }));
  const shown = byStatus.flatMap(({ own }) => own).slice(0, detail.entries);
  const cut = results.length - shown.length;
  const kept = groupBy(shown, ({ status }) => status);
  const facets = [
    { name: "status", title: "Status", options: facetOptions(shown.map(({ status }) => [status, 1])) },
    { name: "kind", title: "Kind", options: facetOptions(shown.map((result) => [kindOf(result), 1])) },
    { name: "action", title: "Action", options: facetOptions(shown.map(({ action }) => [action, 1])) },
  ];
  return html`<section aria-labelledby="results"><h2 id="results">Results</h2>
${cut > 0 && html`<p class="notice warned"><strong>Cut:</strong> ${count(cut, "more result")} had no room on this page; everything is in the report's JSON.</p>`}
${filterForm(facets, "name, error, code …")}
${[...kept].map(
  ([status, own]) =>
    html`<details class="group" data-group data-words="${status}" ${resultMeanings[own[0].status] !== "made" && "open"}><summary><h3 class="${statuses[own[0].status].look}">${statuses[own[0].status].sign} ${statusTitle(own[0].status)}</h3> <span class="counts"><span data-count>${own.length}</span></span></summary>
<ul class="entries">
${own.map((result) => resultHtml(result, detail))}</ul></details>
`,
)}</section>
`;
}

const kindOf = ({ id }: ChangeResult): string => id.slice(0, Math.max(0, id.indexOf("/")));

function resultHtml(result: ChangeResult, { value }: PageDetail): Html {
  const { id, action, status, attempts, durationMs, error } = result;
  const tries = attempts > 1 && `, ${count(attempts, "attempt")}`;
  return html`<li data-item data-status="${status}" data-kind="${kindOf(result)}" data-action="${action}">${action} <code>${id}</code> <span class="muted">${timeText(durationMs)}${tries}</span>${
    error !== undefined &&
    html`<p class="about">${shortened(error.message, value)} <span class="tag">${error.code}</span></p>`
  }</li>
`;
}
