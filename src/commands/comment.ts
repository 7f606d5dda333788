import { commentOnMergeRequest } from "../application/comment-on-merge-request.ts";
import type { Context } from "../application/context.ts";
import { keepDriftIssue } from "../application/keep-drift-issue.ts";
import { printPlanFaults } from "../application/print-plan-faults.ts";
import { readAnyDocument, whatIsShown } from "../application/read-any-document.ts";
import { type ExitCode, exitCodes } from "../errors.ts";
import { renderJson } from "../report/plan-reports.ts";
import type { CommentOptions } from "./options/comment-options.ts";

const outcomes = {
  note: {
    created: "The note was written.",
    updated: "The note was brought up to date.",
    unchanged: "The note says all of it already.",
    newer: "The note was left as it is: a later pipeline has written it.",
  },
  issue: {
    created: "An issue was opened.",
    updated: "The issue was brought up to date.",
    reopened: "The issue was opened again.",
    closed: "Nothing differs any more: the issue was closed.",
    unchanged: "The issue says all of it already.",
    newer: "The issue was left as it is: a later pipeline has written it.",
    "not-needed": "Nothing was found that differs, and no issue is open.",
  },
} as const;

/** Keeps a document as the one note of a merge request, or as an issue; with `--dry-run` it shows what that would be. */
export async function comment(options: CommentOptions, context: Context): Promise<ExitCode> {
  const read = await readAnyDocument(options.file, context);
  if ("faults" in read) {
    const message = `${options.file} is not a document that this version can show`;
    const refused = { message, hint: whatIsShown, exitCode: exitCodes.invalid, faults: read.faults };
    return printPlanFaults(refused, options, context);
  }
  const { said, ...result } = options.issue
    ? told("issue", await keepDriftIssue(read, options, context))
    : told("note", await commentOnMergeRequest(read, options, context));
  context.output.out(options.format === "json" ? renderJson({ format: "dtsync-comment/1", ...result }) : said);
  return exitCodes.done;
}

/** The result, and what is said of it where nobody wants JSON. */
function told<About extends keyof typeof outcomes, Result extends { readonly note: string; readonly body: string }>(
  about: About,
  result: Result,
) {
  const words: Readonly<Record<string, string>> = outcomes[about];
  const sentence = words[result.note];
  return { ...result, said: sentence === undefined ? result.body : `${sentence}\n` };
}
