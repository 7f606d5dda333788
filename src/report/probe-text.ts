import { printableLine } from "../lib/printable.ts";
import type { ProbeAnswer, ProbeReport, ProbeStatus } from "../model/probe.ts";

const before: Readonly<Record<ProbeStatus, string>> = { answered: "", "not-tried": "not tried: ", failed: "failed: " };

/** A table in Markdown, fit for an issue: no name of anybody stands in it. */
export function renderProbeText({ version, dtsync, answers, removed }: ProbeReport): string {
  const head = `Dynatrace Managed ${version ?? "of an unknown version"}, asked by dtsync ${dtsync}.`;
  const rows = answers.map(
    ({ question, asked, status, answer }: ProbeAnswer) =>
      `| ${[question, asked, before[status] + answer].map(cell).join(" | ")} |`,
  );
  const end = removed ? "" : "\nNot all that the probe made could be removed; it said what is left.\n";
  return `${cell(head)}\n\n| question | asked with | answer |\n|---|---|---|\n${rows.join("\n")}\n${end}`;
}

/** Words of a cluster stand in answers, so they must not end a cell. */
const cell = (text: string): string => printableLine(text).replaceAll("|", "\\|").replaceAll("<", "&lt;");
