import { unlink } from "node:fs/promises";
import { resolve } from "node:path";
import { DtsyncError, errorMessage, exitCodes } from "../errors.ts";
import { inspectTarget, type WriteOptions, type WriteTarget, writeTarget } from "../files/write-file.ts";
import type { Report } from "../report/report.ts";
import type { Context } from "./context.ts";
import type { ReportTarget } from "./options.ts";

/** The files that a run is to write. */
export interface OutputFiles {
  /** What was found out before anything else: which of them cannot be written. Faults of the inventory are worth more. */
  readonly unwritable: DtsyncError | null;
  /** Writes one of them: whole or not at all, without secrets, its folder made where needed. */
  write(file: string, text: string, options?: Pick<WriteOptions, "secret">): Promise<void>;
  /** Writes the reports that were asked for, and says of which there is none and why. One that fails stops no other. */
  writeReports<Kind extends string>(
    targets: readonly ReportTarget<Kind>[],
    render: (kind: Kind) => Report,
  ): Promise<void>;
}

/**
 * Looks whether the files can be written, and removes what earlier runs left under their names. It comes before everything
 * else, so that a run does not find out after its work, and so that however it ends, killed included, nobody takes the
 * result of another one for its own. `keep` is a file that the run reads.
 */
export async function openOutputs(
  files: readonly string[],
  context: Context,
  { keep = null }: { readonly keep?: string | null } = {},
): Promise<OutputFiles> {
  const targets = new Map<string, WriteTarget>();
  let unwritable: DtsyncError | null = null;
  for (const file of files) {
    const looked = orUnwritable(file, async () => {
      const target = await inspectTarget(file);
      targets.set(file, target);
      if (target.existing !== null && target.path !== (keep === null ? null : resolve(keep))) await unlink(target.path);
    });
    await looked.catch((error: DtsyncError) => {
      unwritable ??= error;
    });
  }
  async function write(file: string, text: string, { secret = false }: Pick<WriteOptions, "secret"> = {}) {
    await orUnwritable(file, async () => {
      const target = targets.get(file) ?? (await inspectTarget(file));
      await writeTarget(target, context.redactor.redact(text), { secret, signal: context.signal });
      context.log.info("file written", () => ({ file, characters: text.length }));
    });
  }
  return {
    unwritable,
    write,
    async writeReports(reports, render) {
      const failures: unknown[] = [];
      for (const { kind, file } of reports) {
        const report = render(kind);
        if (typeof report === "string") await write(file, report).catch((error: unknown) => failures.push(error));
        else context.log.warn(`--report ${kind}=${file} is not written: ${report.withheld}`);
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

async function orUnwritable(file: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw new DtsyncError(`${file} cannot be written (${errorMessage(error)})`, {
      exitCode: exitCodes.failed,
      cause: error,
    });
  }
}
