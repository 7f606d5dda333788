import { DtsyncError, type ExitCode, exitCodes } from "../errors.ts";
import type { Plan } from "../model/plan.ts";
import type { ApplyReport } from "../model/result.ts";
import type { Context } from "./context.ts";
import type { NotifyOptions } from "./notifier.ts";

/** What a run has made so far, for whoever is told of it. */
export interface RunDocuments {
  readonly plan: Plan;
  /** Null: nothing was applied. */
  readonly report: ApplyReport | null;
}

/**
 * Does the work of a command, and tells of how it ended where that is asked for, also where it throws. What becomes of the
 * notification changes nothing about that. An apply that was interrupted may have left a part undone, which is told; whoever
 * interrupts a run that has changed nothing knows all there is to know. Throws a usage error before anything else where
 * notifications cannot be sent.
 */
export async function notifiedRun(
  command: "plan" | "apply",
  notify: NotifyOptions | null,
  context: Context,
  work: (made: (documents: RunDocuments) => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (notify === null) return work(() => undefined);
  const { createNotifier } = await import("./notifier.ts");
  const notifier = createNotifier(notify, context);
  let documents: RunDocuments | null = null;
  const tell = async (exitCode: ExitCode, failure: string | null): Promise<void> => {
    const { plan = null, report = null } = documents ?? {};
    if (context.signal.aborted && report === null) return;
    const run = { command, exitCode, plan, report, failure };
    const events = notifier.wanted(run);
    if (events !== null) await notifier.tell(run, events);
  };
  try {
    const exitCode = await work((made) => {
      documents = made;
    });
    await tell(exitCode, wordsOf(exitCode));
    return exitCode;
  } catch (error) {
    const known = error instanceof DtsyncError;
    await tell(
      known ? error.exitCode : exitCodes.failed,
      known ? error.message : "it met a bug, which its log describes",
    );
    throw error;
  }
}

/** Where the documents do not say why it ended so. */
function wordsOf(exitCode: ExitCode): string | null {
  if (exitCode === exitCodes.interrupted) return "the run was interrupted before everything was done";
  if (exitCode === exitCodes.invalid) return "the inventory or a file that was given is invalid";
  return exitCode === exitCodes.refused ? "refused by a guard, nothing was done" : null;
}
