import { type KeptNote, keepNote } from "../forge/keep-note.ts";
import { type FindOptions, findMergeRequest } from "../forge/merge-request.ts";
import { noteBody } from "../forge/note-body.ts";
import { pipelineOrigin } from "../forge/project.ts";
import type { Marker } from "../forge/sticky-note.ts";
import { planDigest } from "../plan/digest.ts";
import type { Context } from "./context.ts";
import { documentMarkdown } from "./document-markdown.ts";
import { openForge } from "./open-forge.ts";
import type { SavedDocument } from "./saved-document.ts";

export interface NoteOptions extends FindOptions {
  readonly key: string;
  /** Nothing is sent. */
  readonly dryRun: boolean;
}

export interface NoteResult {
  /** `shown`: nothing was sent. */
  readonly note: KeptNote | "shown";
  readonly body: string;
}

/**
 * Writes what a document says as the one note of a merge request that dtsync keeps, or brings that up to date. Throws a usage
 * error outside of a merge request, a refusal for an origin that is not allowed, and a ForgeFailure.
 */
export async function commentOnMergeRequest(
  document: SavedDocument,
  options: NoteOptions,
  context: Context,
): Promise<NoteResult> {
  const { variables, redactor, log } = context;
  const request = options.dryRun ? null : findMergeRequest(variables, options);
  const origin = pipelineOrigin(variables);
  const marker: Marker = { key: options.key, pipeline: origin.pipeline, digest: digestOf(document) };
  const bodyNow = () => redactor.redact(noteBody(marker, documentMarkdown(document), origin));
  if (request === null) return { note: "shown", body: bodyNow() };
  const { client, close } = await openForge(request, "notes", context);
  const [{ createGitlab }, { createGithub }] = await Promise.all([
    import("../forge/gitlab.ts"),
    import("../forge/github.ts"),
  ]);
  const forge = request.forge === "gitlab" ? createGitlab(client, request) : createGithub(client, request);
  const body = bodyNow();
  const note = await keepNote(forge, marker, body).finally(close);
  log.info("note kept", () => ({ forge: request.forge, number: request.number, note }));
  return { note, body };
}

/** By which a plan is told from others, as the report of its apply names it. */
function digestOf({ kind, content }: SavedDocument): string | null {
  const digest = kind === "plan" ? planDigest(content) : kind === "apply" ? content.plan : null;
  return digest !== null && /^[a-z0-9:]{1,100}$/.test(digest) ? digest : null;
}
