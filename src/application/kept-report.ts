import { realpath, unlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { errorMessage } from "../errors.ts";
import { count } from "../lib/printable.ts";
import type { ApplyReport } from "../model/result.ts";
import { leftResults } from "../plan/retried-items.ts";
import { renderJson } from "../report/plan-reports.ts";
import type { Context } from "./context.ts";
import { keptFolderName, refuseLink } from "./kept-folder.ts";
import type { ReportTarget } from "./options.ts";
import { openOutputs } from "./output-files.ts";

/** Where the report of the last apply is, from the current folder. */
const keptPath = `${keptFolderName}/apply.json`;

/**
 * The report that every apply keeps, so that what it left can be tried again. It is never a reason for a run to fail: where
 * it cannot be written, one warning says so.
 */
export interface KeptReport {
  /**
   * Changes begin: from here on a report of an earlier run would be taken for this one's. It is removed, unless it is the
   * one that is retried: that must not be lost should this run be killed.
   */
  begin(): Promise<void>;
  /** Keeps the report of a run that had something to do, and says how to try what is left of it. */
  end(report: ApplyReport): Promise<void>;
}

export interface KeptReportOptions {
  readonly report: readonly ReportTarget<string>[];
  /** The report that is retried, or null. */
  readonly retry: string | null;
}

export function openKeptReport(options: KeptReportOptions, context: Context): KeptReport {
  let usable = true;
  const orWarn = async (act: (path: string) => Promise<void>): Promise<void> => {
    if (!usable) return;
    try {
      const folder = context.folder();
      await refuseLink(join(folder, keptFolderName));
      await act(join(folder, keptPath));
    } catch (error) {
      usable = false;
      context.log.warn(`the report of this run is not kept in ${keptPath}: ${errorMessage(error)}`);
    }
  };
  // What was asked for under this name takes its place.
  const asked = (path: string) => options.report.find(({ file }) => resolve(file) === path);
  return {
    begin: () =>
      orWarn(async (path) => {
        if (asked(path) !== undefined || (await isSameFile(path, options.retry))) return;
        await unlink(path).catch((error: unknown) => {
          if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
        });
      }),
    end: (report) =>
      orWarn(async (path) => {
        if (report.results.length === 0) return;
        const target = asked(path);
        if (target === undefined) {
          const outputs = await openOutputs([], context);
          await outputs.write(path, renderJson(report), { secret: true });
        }
        const left = leftResults(report).length;
        if (left > 0 && (target === undefined || target.kind === "json")) {
          const what =
            left === 1
              ? "1 change is left, and this tries it"
              : `${count(left, "change")} are left, and this tries them`;
          context.output.err(`dtsync: ${what} again: dtsync apply --retry ${keptPath}\n`);
        }
      }),
  };
}

async function isSameFile(path: string, other: string | null): Promise<boolean> {
  if (other === null) return false;
  const [left, right] = await Promise.all([path, other].map((file) => realpath(file).catch(() => resolve(file))));
  return left === right;
}
