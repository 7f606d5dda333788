import { rulesOf } from "../kinds/kinds.ts";
import { count, type Paint, printableLine } from "../lib/printable.ts";
import type { Change } from "../model/change.ts";
import type { Plan } from "../model/plan.ts";
import { type ChangeEntry, changeEntries, changeSections } from "./change-lines.ts";
import { guardsBlock, heldBlock, listNames, textBlock, waitingBlock, warningsBlock } from "./remarks-text.ts";

/** A plan as a person reads it: by customer and environment, what is held as visible as what changes, counts last. */
export function renderPlanText(plan: Plan, paint: Paint): string {
  const lines: string[] = [];
  for (const [name, { url, version, requests }] of Object.entries(plan.clusters)) {
    lines.push(
      paint(
        "dim",
        `${name}: ${url}${version === null ? "" : `, version ${printableLine(version)}`}, ${count(requests, "request")}`,
      ),
    );
  }
  if (lines.length > 0) lines.push("");
  let customer: string | null | undefined;
  for (const section of changeSections(plan.changes)) {
    if (section.customer !== customer) {
      customer = section.customer;
      lines.push(paint("bold", customer === null ? "All customers" : `Customer ${customer}`));
    }
    if (section.environment !== null) lines.push(`  ${paint("bold", section.environment)}`);
    const indent = section.environment === null ? "  " : "    ";
    for (const entry of changeEntries(section.changes)) lines.push(...entryLines(entry, indent, paint));
    lines.push("");
  }
  lines.push(...planRemarks(plan, paint), summaryLine(plan));
  return `${lines.join("\n")}\n`;
}

const signStyles = { "+": "green", "~": "yellow", "-": "red", "»": "cyan" } as const;

function entryLines({ first, hosts }: ChangeEntry, indent: string, paint: Paint): readonly string[] {
  const rules = rulesOf(first);
  const { sign } = rules.action(first);
  const title = `${indent}${paint(signStyles[sign], `${sign} ${rules.title(first, hosts.length)}`)}`;
  const place = (change: Change) => paint("dim", `${change.source.file}:${change.source.line}`);
  const origin = first.origin === null ? "" : `  [${first.origin}]`;
  const details = rules.details(first);
  const width = Math.max(0, ...details.map(({ field }) => field.length));
  return [
    hosts.length > 1 ? `${title}${origin}` : `${title}${origin}  ${place(first)}`,
    ...details.map(({ field, before, after }) => {
      const value = before !== null && after !== null ? `${before} → ${after}` : (after ?? before ?? "none");
      return `${indent}    ${field.padEnd(width)}  ${value}`;
    }),
    ...first.notes.map((note) => `${indent}    ${paint("yellow", `note: ${printableLine(note)}`)}`),
    ...(hosts.length > 1 ? hosts.map((change) => `${indent}    ${change.host}  ${place(change)}`) : []),
  ];
}

/** What a reader must not miss besides the changes. */
const planRemarks = (plan: Plan, paint: Paint): readonly string[] => [
  ...heldBlock(plan.held, paint),
  ...waitingBlock(plan.waiting),
  ...textBlock(
    "Not in the inventory, left alone:",
    Object.entries(plan.unmanaged).flatMap(([cluster, { environments, groups }]) => [
      ...listed(`${cluster}: ${count(environments.length, "environment")}`, environments),
      ...listed(`${cluster}: ${count(groups.length, "group")}`, groups),
    ]),
  ),
  ...guardsBlock(paint("red", "Guards that stop an apply of this plan:"), plan.guards),
  ...warningsBlock(plan.warnings, paint),
];

const listed = (title: string, names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : [`${title}: ${listNames(names)}`];

export function summaryLine({ summary, changes, held }: Plan): string {
  const { create, update, remove, deploy, unchanged } = summary;
  if (changes.length === 0 && held.length === 0)
    return `Nothing to do: ${count(unchanged, "item is", "items are")} as declared.`;
  const parts = [`${create} to create`, `${update} to update`, `${remove} to remove`, `${deploy} to deploy`];
  return `Plan: ${parts.join(", ")}; ${unchanged} unchanged${summary.held > 0 ? `, ${summary.held} held` : ""}.`;
}
