import { rulesOf } from "../kinds/kinds.ts";
import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import { compareText } from "../lib/text.ts";
import type { DifferenceReport } from "../model/difference.ts";
import { sectionRank } from "./change-lines.ts";
import { changesHtml, type ItemSection } from "./changes-html.ts";
import { settingGroups, undeclaredGroups } from "./diff-entries.ts";
import { diffSummaryLine, sideName } from "./diff-text.ts";
import { namesHtml } from "./names-html.ts";
import { filterScript } from "./page/filter-script.ts";
import { fitPage, type PageDetail } from "./page/fit-page.ts";
import { type Html, type HtmlValue, html } from "./page/html.ts";
import { renderPage } from "./page/render-page.ts";
import { noticeHtml, warningsHtml } from "./remarks-html.ts";
import { renamingLines, withoutFollowingNames } from "./renamed-customers.ts";

/** What two revisions declare differently as a page: what is easily missed comes first, then every change below its customer. */
export function renderDiffHtml(report: DifferenceReport): string {
  const sections = [...groupBy(report.changes, sectionRank)]
    .sort(([left], [right]) => compareText(left, right))
    .map(([, changes]): ItemSection => {
      const [{ customer, environment }] = changes;
      const items = changes.map((change) => ({
        changes: [change] as const,
        title: `${change.action} ${rulesOf(change).describe(change)}`,
        notes: change.notes,
      }));
      return { customer, environment, items };
    });
  return fitPage((detail) =>
    renderPage({ title: "dtsync diff", script: filterScript, body: bodyOf(report, sections, detail) }),
  );
}

function bodyOf(report: DifferenceReport, sections: readonly ItemSection[], detail: PageDetail): Html {
  const { base, head, changes } = report;
  return html`${changes.length > 0 && html`<a class="skip" href="#changes">To the changes</a>`}
<header><h1>dtsync diff</h1>
<p class="verdict">${diffSummaryLine(report)}</p>
<dl class="facts"><dt>From</dt><dd><code>${sideName(base)}</code></dd><dt>To</dt><dd><code>${sideName(head)}</code></dd></dl></header>
<main>
${firstHtml(report, detail)}
${changes.length > 0 && changesHtml(sections, detail)}
</main>
`;
}

/** What is easily missed between changes. */
function firstHtml(report: DifferenceReport, detail: PageDetail): HtmlValue {
  const { unmanaged, settings, renamedCustomers, warnings } = report;
  if (unmanaged.length + settings.length + renamedCustomers.length + warnings.length === 0) return null;
  return html`<section aria-labelledby="first"><h2 id="first">Look at this first</h2>
${noticeHtml(
  "warned",
  "Renamed customers",
  renamedCustomers.map((renamed) => {
    const { title, details } = renamingLines(renamed);
    return html`<strong>${title}</strong><ul>${details.map((line) => html`<li>${line}</li>`)}</ul>`;
  }),
)}${noticeHtml(
  "warned",
  "No longer declared",
  undeclaredGroups(unmanaged).map(
    ({ kind, text, names }) => html`${count(names.length, kind)}: ${text}: ${namesHtml(names, kind, detail)}`,
  ),
)}${warningsHtml(report, detail)}${noticeHtml(
  "muted",
  "Settings of dtsync",
  settingGroups(withoutFollowingNames(settings)).map(({ kind, text, names }) =>
    kind === "safety" ? `safety.${text}` : html`${text}: ${namesHtml(names, kind, detail)}`,
  ),
)}</section>
`;
}
