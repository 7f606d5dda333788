import { count } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import { type ApplyReport, resultMeanings } from "../model/result.ts";
import { applySummary, slowestOfMany, timeText } from "./apply-text.ts";
import { code, codeNames, escapeMarkdown, foldedMarkdown, markdownList } from "./markdown.ts";
import { fitDetail, type MarkdownDetail } from "./markdown-detail.ts";
import { guardsMarkdown, heldMarkdown, warningsMarkdown } from "./remarks-markdown.ts";
import { type ResultEntry, resultEntries, resultName } from "./result-entries.ts";
import { transfersLine } from "./transfers-text.ts";

/** An apply for a merge request or an issue: counts and what was not done on top, what was done folded. */
export function renderApplyMarkdown(report: ApplyReport): string {
  const { results, guards = [] } = report;
  const isMade = ({ status }: { readonly status: ResultEntry["status"] }) => resultMeanings[status] === "made";
  const made = results.filter(isMade);
  const doneEntries = resultEntries(made, false);
  const otherEntries = resultEntries(
    results.filter((result) => !isMade(result)),
    false,
  );
  const transfers = transfersLine(report);
  const render = (detail: MarkdownDetail) =>
    [
      "### dtsync apply",
      "",
      escapeMarkdown(applySummary(report)),
      "",
      ...(transfers === null ? [] : [escapeMarkdown(transfers), ""]),
      ...markdownList("Not done", notDone(otherEntries, detail)),
      ...guardsMarkdown("Guards that refused it", { guards }, detail),
      ...heldMarkdown(report, detail),
      ...warningsMarkdown(report, detail),
      ...foldedMarkdown("Slowest hosts", slowestItems(report)),
      ...foldedMarkdown(
        `Done: ${made.length}`,
        doneEntries.map((entry) => `- ${resultItem(entry, detail, detail.names)}`),
      ),
    ].join("\n");
  return fitDetail(render, "the report's JSON");
}

const slowestItems = (report: ApplyReport): readonly string[] =>
  slowestOfMany(report).map(
    ({ id, durationMs, step, stepMs }) =>
      `- ${code(id)}: ${timeText(durationMs)}, longest: ${escapeMarkdown(step)} ${timeText(stepMs)}`,
  );

function notDone(entries: readonly ResultEntry[], detail: MarkdownDetail): readonly string[] {
  const items = entries.slice(0, detail.listed).map((entry) => resultItem(entry, detail, detail.listedNames));
  const missing = entries.slice(detail.listed).reduce((sum, { results }) => sum + results.length, 0);
  return missing === 0 ? items : [...items, `${count(missing, "more change")} not done, left out here`];
}

function resultItem(
  { results, status, title, message, code: errorCode }: ResultEntry,
  { value }: MarkdownDetail,
  most: number,
) {
  const [first, ...others] = results;
  const what = others.length === 0 ? `${first.action} ${code(first.id)}` : escapeMarkdown(title);
  const reason = message === null ? "" : `: ${escapeMarkdown(shortened(message, value))} (${code(errorCode ?? "")})`;
  const names = others.length === 0 || most === 0 ? "" : `: ${codeNames(results.map(resultName), most)}`;
  return `${status === "done" ? "" : `${status}: `}${what}${reason}${names}`;
}
