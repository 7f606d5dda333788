import { count } from "../lib/printable.ts";
import type { Plan, PlannedRollout, PlanScope } from "../model/plan.ts";
import { planDigest } from "../plan/digest.ts";
import { changeSections } from "./change-lines.ts";
import { changesHtml, type ItemSection } from "./changes-html.ts";
import { customerRows } from "./customer-lines.ts";
import { signClasses } from "./entry-html.ts";
import { namesHtml } from "./names-html.ts";
import { originCounts } from "./origin-words.ts";
import { filterScript } from "./page/filter-script.ts";
import { fitPage, type PageDetail } from "./page/fit-page.ts";
import { type Html, type HtmlValue, html } from "./page/html.ts";
import { renderPage } from "./page/render-page.ts";
import { fullEntries, type PlanEntry } from "./plan-entries.ts";
import { summaryLine } from "./plan-text.ts";
import { entryCustomers, entryNames, entryPlaces, entryTitle, type PlanView, planView } from "./plan-view.ts";
import { guardsHtml, heldHtml, noticeHtml, waitingHtml, warningsHtml } from "./remarks-html.ts";
import { scopeParts, scopeTitle } from "./scope-words.ts";

/**
 * A plan as a page in one file: what stops an apply, what is held and what is taken away come first, then what many have in
 * common, the waves, and every change below its customer.
 */
export function renderPlanHtml(plan: Plan): string {
  const view = planView(plan);
  const digest = planDigest(plan);
  const sections = changeSections(plan.changes).map(
    ({ changes, customer, environment }): ItemSection => ({ customer, environment, items: fullEntries(changes) }),
  );
  return fitPage((detail) =>
    renderPage({ title: "dtsync plan", script: filterScript, body: bodyOf(plan, digest, view, sections, detail) }),
  );
}

function bodyOf(
  plan: Plan,
  digest: string,
  view: PlanView,
  sections: readonly ItemSection[],
  detail: PageDetail,
): Html {
  return html`${plan.changes.length > 0 && html`<a class="skip" href="#changes">To the changes</a>`}
<header><h1>dtsync plan</h1>
<p class="verdict">${summaryLine(plan)}</p>
${factsHtml(plan, digest)}</header>
<main>
${firstHtml(plan, view, detail)}
${commonHtml(view, detail)}
${rolloutsHtml(plan, view, detail)}
${plan.changes.length > 0 && changesHtml(sections, detail)}
${unmanagedHtml(plan, detail)}
</main>
`;
}

/** What a reader must not miss. */
function firstHtml(plan: Plan, { takesAway, guards }: PlanView, detail: PageDetail): HtmlValue {
  const { held, waiting, warnings } = plan;
  if (takesAway.length + guards.length + held.length + waiting.length + warnings.length === 0) return null;
  return html`<section aria-labelledby="first"><h2 id="first">Look at this first</h2>
${guardsHtml("Guards that stop an apply", guards, detail)}${heldHtml(plan, detail)}${noticeHtml(
  "removed",
  "Takes away",
  takesAway.map((entry) => alikeHtml(entry, "exact", detail, placesHtml(entry))),
)}${warningsHtml(plan, detail)}${waitingHtml(plan, detail)}</section>
`;
}

/** What many changes have in common, and counts by customer. */
function commonHtml({ sections, customers }: PlanView, detail: PageDetail): HtmlValue {
  const alike = sections.filter(({ several }) => several).flatMap(({ entries }) => entries);
  const [heading, ...rows] = customerRows(customers);
  if (alike.length === 0 && heading === undefined) return null;
  return html`<section aria-labelledby="short"><h2 id="short">In short</h2>
${
  alike.length > 0 &&
  html`<ul class="entries">${alike.map((entry) => html`<li><span class="sign ${signClasses[entry.sign]}" aria-hidden="true">${entry.sign}</span> ${alikeHtml(entry, "short", detail)}</li>\n`)}</ul>`
}${
  heading !== undefined &&
  html`<div class="wide" tabindex="0" role="region" aria-label="Changes by customer"><table><thead><tr>${heading.map(
    (text, index) => html`<th scope="col" class="${index > 0 && "number"}">${text}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ([name = "", ...numbers]) =>
      html`<tr><th scope="row">${name}</th>${numbers.map((number) => html`<td class="number">${number}</td>`)}</tr>`,
  )}</tbody></table></div>`
}</section>
`;
}

/** Where an entry is declared: the place, or the first one with how many others there are. */
function placesHtml(entry: PlanEntry): Html {
  const [first = "", ...others] = entryPlaces(entry);
  return html`<p class="about"><code>${first}</code>${others.length > 0 && ` and ${count(others.length, "more place")}`}</p>`;
}

/** Changes that are alike, with their origin, what becomes of their fields and whom they are about. */
function alikeHtml(entry: PlanEntry, naming: "short" | "exact", detail: PageDetail, places: HtmlValue = null): Html {
  const { origin, fields, notes, changes } = entry;
  const customers = entryCustomers(entry).map(({ name }) => name);
  return html`<strong>${entryTitle(entry)}</strong>${origin !== null && html` <span class="tag">${origin}</span>`}${
    fields.length > 0 &&
    html`<dl class="fields">${fields.map(({ field, text }) => html`<dt>${field}</dt><dd><code>${text}</code></dd>`)}</dl>`
  }${notes.map((note) => html`<p class="about"><strong>Note:</strong> ${note}</p>`)}${
    changes.length > 1 && html`<div class="about">${namesHtml(entryNames(entry, naming), "item", detail)}</div>`
  }${customers.length > 1 && html`<div class="about">of ${namesHtml(customers, "customer", detail)}</div>`}${places}`;
}

/** How hosts are changed: environments with alike waves together, and behind them the hosts of each wave. */
function rolloutsHtml({ rollouts = [] }: Plan, view: PlanView, detail: PageDetail): HtmlValue {
  if (view.rollouts.length === 0) return null;
  const byEnvironment = new Map(rollouts.map((rollout) => [rollout.environment, rollout]));
  const shown = view.rollouts.slice(0, detail.entries);
  return html`<section aria-labelledby="rollout"><h2 id="rollout">Rollout to the hosts</h2>
<p class="muted">Wave after wave; where too many hosts of an environment fail, its other waves are left out.</p>
${shown.map(({ environments, text }) => {
  const known = environments.slice(0, detail.names).flatMap((name) => byEnvironment.get(name) ?? []);
  const [first = "", ...others] = environments;
  return html`<details class="group"><summary><code>${first}</code>${others.length > 0 && ` and ${count(others.length, "more environment")}`}: ${text}</summary>${known.map((rollout) => wavesHtml(rollout, detail))}${environments.length > known.length && html`<p class="about">and ${count(environments.length - known.length, "more environment")}, cut here</p>`}</details>
`;
})}${view.rollouts.length > shown.length && html`<p class="about">and ${count(view.rollouts.length - shown.length, "more rollout")}, cut here</p>`}</section>
`;
}

const wavesHtml = ({ environment, waves }: PlannedRollout, detail: PageDetail): Html =>
  html`<div><h3><code>${environment}</code></h3><dl class="fields">${waves.map(
    ({ wave, hosts }) => html`<dt>${wave}</dt><dd>${namesHtml(hosts, "host", detail)}</dd>`,
  )}</dl></div>`;

function unmanagedHtml({ unmanaged }: Plan, detail: PageDetail): HtmlValue {
  const items = Object.entries(unmanaged).flatMap(([cluster, { environments, groups }]) =>
    [
      { noun: "environment", names: environments },
      { noun: "group", names: groups },
    ].flatMap(({ noun, names }) =>
      names.length === 0 ? [] : [html`${cluster}: ${count(names.length, noun)}: ${namesHtml(names, noun, detail)}`],
    ),
  );
  return items.length === 0
    ? null
    : html`<section aria-labelledby="unmanaged"><h2 id="unmanaged">Not in the inventory, left alone</h2>
<ul>${items.map((item) => html`<li>${item}</li>`)}</ul></section>
`;
}

function factsHtml(plan: Plan, digest: string): Html {
  const { createdAt, dtsync, inventory, clusters, scope } = plan;
  const { commit, dirty } = inventory;
  const facts: readonly (readonly [string, HtmlValue])[] = [
    ["Made", html`<time datetime="${createdAt}">${createdAt}</time> by dtsync ${dtsync}`],
    ...(commit === null
      ? []
      : [["Commit", html`<code>${commit}</code>${dirty && " and changes that are not committed"}`] as const]),
    ...Object.entries(clusters).map(
      ([name, { url, version, requests }]) =>
        [
          `Cluster ${name}`,
          html`<code>${url}</code>${version !== null && `, version ${version}`}, ${count(requests, "request")}`,
        ] as const,
    ),
    ...scopeFacts(scope),
    ...originCounts(plan.changes).map(
      ({ origin, changes, words }) => [`Origin ${origin}`, `${count(changes, "change")} ${words}`] as const,
    ),
    ["Digest", html`<code>${digest}</code>`],
  ];
  return html`<dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>\n`;
}

/** What narrows the plan; nothing where it is about the whole fleet. */
function scopeFacts(scope: PlanScope): readonly (readonly [string, HtmlValue])[] {
  const parts = scopeParts(scope).map(
    ({ words, names }, index) =>
      html`${index > 0 && "; "}${words}${names.map((name, place) => html`${place > 0 && ","} <code>${name}</code>`)}`,
  );
  return parts.length === 0 ? [] : [[scopeTitle, parts]];
}
