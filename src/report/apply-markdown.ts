import { type ApplyReport, type ChangeResult, resultMeanings } from "../model/result.ts";
import { applySummary } from "./apply-text.ts";
import { code, escapeMarkdown, fitMarkdown, markdownList } from "./markdown.ts";
import { remarksMarkdown } from "./remarks-markdown.ts";

/** An apply for a merge request or an issue: counts and what was not done on top, what was done folded. */
export function renderApplyMarkdown(report: ApplyReport): string {
  const { results, held, waiting, warnings, guards = [] } = report;
  const made = results.filter(({ status }) => resultMeanings[status] === "made");
  const others = results.filter(({ status }) => resultMeanings[status] !== "made");
  const lines = [
    "### dtsync apply",
    "",
    escapeMarkdown(applySummary(report)),
    "",
    ...markdownList("Not done", others.map(resultItem)),
    ...remarksMarkdown({ held, waiting, guards, warnings }, "Guards that refused it"),
    ...(made.length === 0
      ? []
      : [
          "<details>",
          `<summary>Done: ${made.length}</summary>`,
          "",
          ...made.map((result) => `- ${resultItem(result)}`),
        ]),
    ...(made.length === 0 ? [] : ["", "</details>", ""]),
  ];
  return fitMarkdown(lines.join("\n"), "the report's JSON");
}

function resultItem({ id, action, status, error }: ChangeResult): string {
  const reason = error === undefined ? "" : `: ${escapeMarkdown(error.message)} (${code(error.code)})`;
  return `${status === "done" ? "" : `${status}: `}${action} ${code(id)}${reason}`;
}
