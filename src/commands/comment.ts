import { commentOnMergeRequest } from "../application/comment-on-merge-request.ts";
import type { Context } from "../application/context.ts";
import { printPlanFaults } from "../application/print-plan-faults.ts";
import { readAnyDocument, whatIsShown } from "../application/read-any-document.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { renderJson } from "../report/plan-reports.ts";
import type { CommentOptions } from "./options/comment-options.ts";

const outcomes = {
  created: "The note was written.",
  updated: "The note was brought up to date.",
  unchanged: "The note says all of it already.",
  newer: "The note was left as it is: a later pipeline has written it.",
} as const;

/** Keeps a document as the one note of a merge request; with `--dry-run` it shows what that would be. */
export async function comment(options: CommentOptions, context: Context): Promise<ExitCode> {
  const read = await readAnyDocument(options.file, context);
  if ("faults" in read) {
    const message = `${options.file} is not a document that this version can show`;
    const refused = { message, hint: whatIsShown, exitCode: exitCodes.invalid, faults: read.faults };
    return printPlanFaults(refused, options, context);
  }
  const { note, body } = await commentOnMergeRequest(read, options, context);
  const text = note === "shown" ? body : `${outcomes[note]}\n`;
  context.output.out(options.format === "json" ? renderJson({ format: "dtsync-comment/1", note, body }) : text);
  return exitCodes.done;
}
