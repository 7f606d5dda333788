import { groupBy } from "../lib/group-by.ts";
import { count } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { InventorySummary } from "../model/inventory.ts";
import { renderValidationSummary } from "./diagnostics-text.ts";
import { facetOptions, filterForm } from "./page/filter-form.ts";
import { filterScript } from "./page/filter-script.ts";
import { fitPage, type PageDetail } from "./page/fit-page.ts";
import { type Html, html } from "./page/html.ts";
import { renderPage } from "./page/render-page.ts";

/** The faults of an inventory as a page, by file. `folder`: of the inventory in its repository, empty or with a slash at its end. */
export function renderDiagnosticsHtml(
  diagnostics: readonly Diagnostic[],
  summary: InventorySummary,
  folder: string,
): string {
  return fitPage((detail) =>
    renderPage({
      title: "dtsync validate",
      script: filterScript,
      body: bodyOf(diagnostics, summary, folder, detail),
    }),
  );
}

function bodyOf(
  diagnostics: readonly Diagnostic[],
  summary: InventorySummary,
  folder: string,
  detail: PageDetail,
): Html {
  // Faults are what has to go; warnings have to do without a place first.
  const rank = ({ severity }: Diagnostic) => (severity === "error" ? 0 : 1);
  const kept = new Set([...diagnostics].sort((left, right) => rank(left) - rank(right)).slice(0, detail.entries));
  const shown = diagnostics.filter((diagnostic) => kept.has(diagnostic));
  const cut = diagnostics.length - shown.length;
  const facets = [
    { name: "severity", title: "Severity", options: facetOptions(shown.map(({ severity }) => [word(severity), 1])) },
    { name: "rule", title: "Rule", options: facetOptions(shown.map(({ rule }) => [rule, 1])) },
  ];
  return html`${shown.length > 0 && html`<a class="skip" href="#faults">To the faults</a>`}
<header><h1>dtsync validate</h1>
<p class="verdict">${renderValidationSummary(summary).trim()}</p></header>
<main>
${
  shown.length > 0 &&
  html`<section aria-labelledby="faults"><h2 id="faults">Faults and warnings</h2>
${cut > 0 && html`<p class="notice warned"><strong>Cut:</strong> ${count(cut, "more", "more")} had no room on this page; <code>dtsync validate</code> prints all.</p>`}
${filterForm(facets, "file, rule, word …")}
${[...groupBy(shown, ({ file }) => file)].map(
  ([file, own]) =>
    html`<details class="group" data-group data-words="${folder}${file}" open><summary><h3><code>${folder}${file}</code></h3> <span class="counts"><span data-count>${own.length}</span></span></summary>
<ul class="entries">
${own.map((diagnostic) => diagnosticHtml(diagnostic, detail))}</ul></details>
`,
)}</section>`
}
</main>
`;
}

/** As the summary counts them. */
const word = (severity: Diagnostic["severity"]): string => (severity === "error" ? "fault" : "warning");

const diagnosticHtml = ({ severity, rule, message, hint, line, column }: Diagnostic, { value }: PageDetail): Html =>
  html`<li data-item data-severity="${word(severity)}" data-rule="${rule}"><code>${line}:${column}</code> <strong class="${
    severity === "error" ? "critical" : "warned"
  }">${word(severity)}</strong> ${shortened(message, value)} <span class="tag">${rule}</span><p class="about">${shortened(hint, value)}</p></li>
`;
