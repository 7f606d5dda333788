import { count } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import type { FleetEnvironment } from "../model/fleet.ts";
import type { PageDetail } from "./page/fit-page.ts";
import { type HtmlValue, html } from "./page/html.ts";
import { minuteOf, openProblems, openWords, severityWords } from "./problem-words.ts";

/** Problems that are named one by one. */
const mostProblems = 20;

/** What is open in an environment: every problem with its severity, its own page and since when, the gravest and oldest first. */
export function openProblemsHtml(environment: FleetEnvironment, detail: PageDetail): HtmlValue {
  const words = openWords(environment);
  if (words === "") return null;
  const open = openProblems([environment]);
  return html`<p>Open problems: ${words}</p><ul>${open
    .slice(0, mostProblems)
    .map(
      ({ id, title, severity, start }) =>
        html`<li>${severityWords(severity)}: <a href="${environment.url}#problems/problemdetails;pid=${encodeURIComponent(id)}">${shortened(title, detail.value)}</a>, since ${minuteOf(start)} UTC</li>`,
    )}${open.length > mostProblems && html`<li>and ${count(open.length - mostProblems, "more", "more")} on its own page</li>`}</ul>`;
}
