import { actionRules } from "../kinds/kinds.ts";
import type { Plan } from "../model/plan.ts";
import { planDigest } from "../plan/digest.ts";
import { renderGitlabCodequality } from "./gitlab-codequality.ts";
import { renderPlanJunit } from "./junit.ts";
import { type Declarations, planFindings } from "./plan-findings.ts";
import { renderPlanHtml } from "./plan-html.ts";
import { renderPlanMarkdown } from "./plan-markdown.ts";
import { listNames } from "./remarks-text.ts";
import type { Report } from "./report.ts";
import { renderSarif } from "./sarif.ts";

export const renderJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The three counts of the forge's plan widget. Host deployments count as created or changed, removals as deleted. The
 * widget has no word for what is not known, so there are none where a cluster or a source of hosts could not be read. It
 * passes over other members: how many environments the changes are about, and the digest that `apply` reports of the plan.
 */
export function renderGitlabTerraform(plan: Plan): Report {
  const unread = plan.held.filter(({ scope }) => /^(?:cluster|source)\//.test(scope)).map(({ scope }) => scope);
  if (unread.length > 0) {
    return { withheld: `it would count what could not be read as no changes (${listNames(unread)})` };
  }
  const installs = plan.changes.filter((change) => actionRules(change).sign === "»").length;
  const { create, update, remove, deploy } = plan.summary;
  const counts = { create: create + installs, update: update + deploy - installs, delete: remove };
  const environments = new Set(plan.changes.flatMap(({ environment }) => environment?.toLowerCase() ?? [])).size;
  return `${JSON.stringify({ ...counts, environments, digest: planDigest(plan) })}\n`;
}

/** The inventory that a plan was made of, for reports that say where in the repository something stands. */
export interface PlannedInventory extends Declarations {
  /** Of the inventory in its repository: empty, or with a slash at its end. */
  readonly folder: string;
}

/** Reports of a plan by the kind that `--report KIND=FILE` names. */
export const planReports = {
  json: renderJson,
  markdown: renderPlanMarkdown,
  html: renderPlanHtml,
  "gitlab-terraform": renderGitlabTerraform,
  "gitlab-codequality": (plan, inventory) => renderGitlabCodequality(planFindings(plan, inventory), inventory.folder),
  sarif: (plan, inventory) =>
    renderSarif(planFindings(plan, inventory), { folder: inventory.folder, command: "plan", version: plan.dtsync }),
  junit: (plan, { folder }) => renderPlanJunit(plan, folder),
} satisfies Readonly<Record<string, (plan: Plan, inventory: PlannedInventory) => Report>>;

export type PlanReportKind = keyof typeof planReports;
