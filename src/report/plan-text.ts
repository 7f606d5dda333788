import { count, type Paint, printableLine } from "../lib/printable.ts";
import type { Plan } from "../model/plan.ts";
import { countForReaders } from "./customer-counts.ts";
import { customerLines } from "./customer-lines.ts";
import { type EntryLayout, entryLines } from "./entry-lines.ts";
import type { Fullness } from "./fullness.ts";
import { type PlanSection, planView, sectionHeading } from "./plan-view.ts";
import { guardsBlock, heldBlock, listNames, textBlock, waitingBlock, warningsBlock } from "./remarks-text.ts";
import type { RolloutEntry } from "./rollout-entries.ts";

/**
 * A plan as a person reads it. On a screen the end is what stays in sight: there stand what stops an apply, what is taken
 * away (each item of it, never folded to a number), what is held, and the counts.
 */
export function renderPlanText(plan: Plan, paint: Paint, { full = false }: Fullness = {}): string {
  const view = planView(plan, { full });
  const made: EntryLayout = { names: full ? "places" : "some", self: "title" };
  const away: EntryLayout = { names: full ? "places" : "all", self: "description" };
  const lines = [
    ...clusterLines(plan, paint),
    ...sectionLines(view.sections, made, paint),
    ...rolloutsBlock(view.rollouts, full),
    ...unmanagedBlock(plan, full),
    ...warningsBlock(plan.warnings, paint, full),
    ...guardsBlock(paint("red", "Guards that stop an apply of this plan:"), plan.guards, full),
    ...textBlock(
      paint("red", "Takes away:"),
      view.takesAway.flatMap((entry) => entryLines(entry, away, paint)),
    ),
    ...heldBlock(plan.held, paint),
    ...waitingBlock(plan.waiting),
    ...customerLines(view.customers, paint),
    summaryLine(plan),
  ];
  return `${lines.join("\n")}\n`;
}

function clusterLines({ clusters }: Plan, paint: Paint): readonly string[] {
  const lines = Object.entries(clusters).map(([name, { url, version, requests }]) => {
    const known = version === null ? "" : `, version ${printableLine(version)}`;
    return paint("dim", `${name}: ${url}${known}, ${count(requests, "request")}`);
  });
  return lines.length === 0 ? [] : [...lines, ""];
}

/** Entries below their customer and, one level further in, their environment. */
function sectionLines(sections: readonly PlanSection[], layout: EntryLayout, paint: Paint): readonly string[] {
  const lines: string[] = [];
  let above: string | undefined;
  for (const section of sections) {
    const { environment, entries } = section;
    const heading = sectionHeading(section);
    if (heading !== above) lines.push(paint("bold", heading));
    above = heading;
    if (environment !== null) lines.push(`  ${paint("bold", environment)}`);
    const indent = environment === null ? "  " : "    ";
    for (const entry of entries) lines.push(...entryLines(entry, layout, paint).map((line) => `${indent}${line}`));
    lines.push("");
  }
  return lines;
}

/** Environments that are shown with their waves; of more, those with alike waves that come first. */
const shownRollouts = 12;
const shownEnvironments = 4;

function rolloutsBlock(rollouts: readonly RolloutEntry[], full: boolean): readonly string[] {
  const shown = full ? rollouts : rollouts.slice(0, shownRollouts);
  const left = rollouts.slice(shown.length).reduce((sum, { environments }) => sum + environments.length, 0);
  return textBlock("Rollout to the hosts:", [
    ...shown.map(({ environments, text }) => {
      const most = full ? environments.length : shownEnvironments;
      return `${listNames(environments, most)}: ${text}`;
    }),
    ...(left > 0 ? [`and ${count(left, "more environment")} (--full shows them)`] : []),
  ]);
}

const unmanagedBlock = ({ unmanaged }: Plan, full: boolean): readonly string[] =>
  textBlock(
    "Not in the inventory, left alone:",
    Object.entries(unmanaged).flatMap(([cluster, { environments, groups }]) =>
      [
        { what: count(environments.length, "environment"), names: environments },
        { what: count(groups.length, "group"), names: groups },
      ].flatMap(({ what, names }) =>
        names.length === 0 ? [] : [`${cluster}: ${what}: ${listNames(names, full ? names.length : undefined)}`],
      ),
    ),
  );

/** Counts in one line. Rights are taken away by updates, which count as such, too. */
export function summaryLine({ summary, changes, held }: Plan): string {
  const { create, update, remove, deploy, unchanged } = summary;
  if (changes.length === 0 && held.length === 0)
    return `Nothing to do: ${count(unchanged, "item is", "items are")} as declared.`;
  const { lostRights } = countForReaders(changes);
  const parts = [
    count(create, "to create", "to create"),
    count(update, "to update", "to update"),
    count(remove, "to remove", "to remove"),
    count(deploy, "to deploy", "to deploy"),
    ...(lostRights > 0 ? [`${count(lostRights, "right")} to take away`] : []),
  ];
  const rest = [
    count(unchanged, "unchanged", "unchanged"),
    ...(summary.held > 0 ? [count(summary.held, "held", "held")] : []),
  ];
  return `Plan: ${parts.join(", ")}; ${rest.join(", ")}.`;
}
