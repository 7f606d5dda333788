import { type Paint, printableLine } from "../lib/printable.ts";
import type { ImportReport } from "../model/import-report.ts";

const mostTemplates = 8;
const mostFiles = 6;
const mostItems = 5;

/** What an import found and wrote. `folder`: the inventory, as the user named it. */
export function renderImportText(report: ImportReport, folder: string, paint: Paint): string {
  const { clusters, templates, summary, files, written, remarks } = report;
  const lines: string[] = [];
  for (const [name, { environments, groups, requests, reason }] of Object.entries(clusters)) {
    lines.push(
      reason === null
        ? `${name}: ${count(environments, "environment")}, ${count(groups, "group")} (${count(requests, "request")})`
        : `${name}: ${paint("red", "not read")}, and nothing of it was taken over: ${printableLine(reason)}`,
    );
  }
  if (templates.length > 0) {
    lines.push("", paint("bold", "Ids follow"));
    const shown = templates.slice(0, mostTemplates);
    const width = Math.max(...shown.map(({ template }) => template.length));
    for (const { template, environments, customers } of shown) {
      lines.push(
        `  ${template.padEnd(width)}  ${count(environments, "environment")} of ${count(customers, "customer")}`,
      );
    }
    if (templates.length > shown.length) lines.push(`  and ${count(templates.length - shown.length, "more template")}`);
  }
  const { customers, environments, groups, hosts } = summary;
  const parts = [count(customers, "customer"), count(environments, "environment"), count(groups, "group")];
  if (hosts > 0) parts.push(count(hosts, "host"));
  lines.push("");
  if (files.length === 0) lines.push("There is nothing new to be written.");
  else {
    lines.push(
      `${written ? "Wrote" : "Would write"} ${count(files.length, "file")} in ${printableLine(folder)}, with what is new: ${parts.join(", ")}`,
    );
    for (const { path, action } of files.slice(0, mostFiles)) {
      lines.push(`  ${action === "create" ? paint("green", "+") : paint("yellow", "~")} ${printableLine(path)}`);
    }
    if (files.length > mostFiles) lines.push(`  and ${files.length - mostFiles} more`);
    lines.push("Proven: a plan of this inventory against what was read brings no change.");
  }
  if (remarks.length > 0) lines.push("", paint("bold", "Look at"));
  for (const { about, items } of remarks) {
    lines.push(`  ${printableLine(about)}`);
    for (const item of items.slice(0, mostItems)) lines.push(`    ${printableLine(item)}`);
    if (items.length > mostItems) lines.push(`    and ${items.length - mostItems} more (all with --format json)`);
  }
  return `${lines.join("\n")}\n`;
}

const count = (number: number, what: string): string =>
  `${number.toLocaleString("en-US")} ${what}${number === 1 ? "" : "s"}`;
