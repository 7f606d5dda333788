import { printableData } from "../lib/printable.ts";
import type { Plan } from "../model/plan.ts";
import { escapeMarkdown } from "./markdown.ts";
import { renderPlanMarkdown } from "./plan-markdown.ts";

/** What an issue says of a plan: whether something differs, as of when, and the plan itself. */
export function renderDriftMarkdown(plan: Plan, drift: "some" | "none" | "unknown"): string {
  const words = {
    some: "Clusters or hosts are not as the inventory declares them.",
    none: "Nothing differs any more.",
    unknown:
      "Nothing differs in what could be read, but not everything could: this issue stays as it is until that is known.",
  } as const;
  const shown = printableData(plan);
  const when = `As of ${escapeMarkdown(shown.createdAt)}. dtsync keeps this text up to date, and closes the issue when nothing differs.`;
  return `${words[drift]} ${when}\n\n${renderPlanMarkdown(shown)}`;
}
