import { usageError } from "../errors.ts";
import type { Drift } from "../forge/drift-issue.ts";
import { type KeptIssue, keepIssue } from "../forge/keep-issue.ts";
import { noteBody } from "../forge/note-body.ts";
import { type ForgeName, findProject, pipelineOrigin } from "../forge/project.ts";
import type { Marker } from "../forge/sticky-note.ts";
import { printableLine } from "../lib/printable.ts";
import type { Plan } from "../model/plan.ts";
import { isSuspension } from "../model/suspension.ts";
import { planDigest } from "../plan/digest.ts";
import { renderDriftMarkdown } from "../report/drift-markdown.ts";
import type { Context } from "./context.ts";
import { openForge } from "./open-forge.ts";
import type { SavedDocument } from "./saved-document.ts";

export interface IssueOptions {
  /** Null: as the variables say. */
  readonly forge: ForgeName | null;
  /** Tells the issues of one project apart. */
  readonly key: string;
  /** Nothing is sent. */
  readonly dryRun: boolean;
}

export interface IssueResult {
  /** `shown`: nothing was sent. */
  readonly note: KeptIssue | "shown";
  readonly body: string;
}

/** The key of an issue that nobody named otherwise. */
const ownKey = "dtsync";

/**
 * Keeps one issue of the project open while a plan has something to do, and closes it when there is nothing. Throws a usage error
 * for what is no plan, and outside of a pipeline; a refusal for an origin that is not allowed; and a ForgeFailure.
 */
export async function keepDriftIssue(
  document: SavedDocument,
  { forge, key, dryRun }: IssueOptions,
  context: Context,
): Promise<IssueResult> {
  if (document.kind !== "plan") {
    throw usageError(
      "an issue is kept of a plan alone, and this is something else",
      "give the file that dtsync plan --out or --report json=FILE has written",
    );
  }
  const plan = document.content;
  const drift = driftOf(plan);
  const { variables, redactor, log } = context;
  const project = dryRun ? null : findProject(variables, forge);
  const origin = pipelineOrigin(variables);
  const marker: Marker = { key, pipeline: origin.pipeline, digest: planDigest(plan) };
  const bodyNow = () => redactor.redact(noteBody(marker, renderDriftMarkdown(plan, drift), origin));
  if (project === null) return { note: "shown", body: bodyNow() };
  const { client, close } = await openForge(project, "issues", context);
  const [{ createGitlabIssues }, { createGithubIssues }] = await Promise.all([
    import("../forge/gitlab.ts"),
    import("../forge/github.ts"),
  ]);
  const tracker =
    project.forge === "gitlab" ? createGitlabIssues(client, project) : createGithubIssues(client, project);
  const wanted = { title: titleOf(key), marker, body: bodyNow(), drift };
  const { issue: note, body } = await keepIssue(tracker, wanted).finally(close);
  log.info("issue kept", () => ({ forge: project.forge, note }));
  return { note, body };
}

function driftOf({ changes, held }: Plan): Drift {
  if (changes.length > 0) return "some";
  return held.every(isSuspension) ? "none" : "unknown";
}

const titleOf = (key: string): string =>
  `Clusters or hosts differ from the inventory${key === ownKey ? "" : ` (${printableLine(key)})`}`;
