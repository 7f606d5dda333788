import { printableData } from "../lib/printable.ts";
import type { Plan } from "../model/plan.ts";
import { escapeMarkdown } from "./markdown.ts";
import { renderPlanMarkdown } from "./plan-markdown.ts";
import { heldMarkdown } from "./remarks-markdown.ts";

const few = { listed: 10, listedNames: 10 };

/** What an issue says of a plan: whether something differs, as of when, and the plan itself. */
export function renderDriftMarkdown(plan: Plan, drift: "some" | "none" | "unknown"): string {
  const words = {
    some: "Clusters or hosts are not as the inventory declares them.",
    none: "Nothing differs any more.",
    unknown:
      "Not everything could be read, so nobody knows whether something differs; in what could be read nothing does.",
  } as const;
  const shown = printableData(plan);
  const when = `As of ${escapeMarkdown(shown.createdAt)}. dtsync keeps this text up to date, and closes the issue when nothing differs.`;
  // Short, because an issue says below it what was known before.
  const report = drift === "unknown" ? heldMarkdown(shown, few).join("\n") : renderPlanMarkdown(shown);
  return `${words[drift]} ${when}\n\n${report}`;
}
