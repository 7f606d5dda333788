import { errorMessage, usageError } from "../errors.ts";
import { count } from "../lib/printable.ts";
import type { PlanFault } from "../model/plan-fault.ts";
import type { ChangeResult } from "../model/result.ts";
import { isSuspension } from "../model/suspension.ts";
import { leftResults } from "../plan/retried-items.ts";
import type { Context } from "./context.ts";
import { contentOf, parseDocument, readDocumentText } from "./saved-document.ts";

/** What an earlier apply left, or why a file is no report of one. */
export type ReadRetry = { readonly left: readonly ChangeResult[] } | { readonly faults: readonly PlanFault[] };

/**
 * Reads the report that --retry names, and says so where nothing of it is left. Throws a usage error for a file that is not
 * there, is no ordinary file, or is no JSON.
 */
export function readRetry(file: string, { output }: Pick<Context, "output">): ReadRetry {
  const read = readReport(file);
  if ("faults" in read) return read;
  const left = leftResults(read.content);
  if (left.length === 0) {
    const { results, held } = read.content;
    const items = held.filter((one) => !isSuspension(one)).reduce((sum, one) => sum + one.items, 0);
    const besides = items === 0 ? "" : ` ${count(items, "item was", "items were")} held besides: plan again for these.`;
    output.err(
      `Nothing is left to retry: ${count(results.length, "result")}, none of them failed, uncertain or skipped.${besides}\n`,
    );
  }
  return { left };
}

/** How a report that is not taken is refused. */
export const retryRefusal = (file: string) => ({
  message: `${file} is not the report of an apply that this version can retry`,
  hint: whatIsRetried,
});

const whatIsRetried = "--retry takes what an apply keeps in .dtsync/apply.json, or writes with --report json=FILE";

function readReport(file: string) {
  try {
    return contentOf("apply", parseDocument(readDocumentText(file)));
  } catch (error) {
    throw usageError(`${retryRefusal(file).message} (${errorMessage(error)})`, whatIsRetried);
  }
}
