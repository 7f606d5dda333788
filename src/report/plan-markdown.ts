import { rulesOf, takesAway } from "../kinds/kinds.ts";
import type { Plan } from "../model/plan.ts";
import { changeSections } from "./change-lines.ts";
import { code, escapeHtml, fitMarkdown, markdownList, signs } from "./markdown.ts";
import { summaryLine } from "./plan-text.ts";
import { remarksMarkdown } from "./remarks-markdown.ts";

/** A plan for a merge request: counts and removals on top, everything else folded. */
export function renderPlanMarkdown(plan: Plan): string {
  const removals = plan.changes.filter(takesAway);
  const top = [
    "### dtsync plan",
    "",
    summaryLine(plan),
    "",
    ...markdownList(
      "Takes away",
      removals.map(({ id, action }) => `${action} ${code(id)}`),
    ),
    ...remarksMarkdown(plan, "Guards that stop an apply"),
  ];
  const sections = changeSections(plan.changes).flatMap(({ customer, environment, changes }) => [
    "<details>",
    `<summary>${escapeHtml([customer ?? "all customers", environment].filter(Boolean).join(" / "))}: ${changes.length}</summary>`,
    "",
    ...changes.map((change) => {
      const rules = rulesOf(change);
      const details = rules
        .details(change)
        .map(({ field, before, after }) =>
          before !== null && after !== null
            ? `${field}: ${code(before)} → ${code(after)}`
            : `${field}: ${code(after ?? before ?? "none")}`,
        );
      const place = code(`${change.source.file}:${change.source.line}`);
      return `- ${signs[rules.action(change).sign]} ${change.action} ${code(change.id)} (${place}${change.origin === null ? "" : `, ${change.origin}`})${details.length === 0 ? "" : `: ${details.join("; ")}`}`;
    }),
    "",
    "</details>",
    "",
  ]);
  return fitMarkdown([...top, ...sections].join("\n"), "the plan's JSON");
}
